"""`unitmill`: the commands, from `init` and `build` to `query` and `rollback`.

Thin over the same Dagster definitions that the UI runs. Belongs here: the names of the
commands and how the process ends. Does not belong here: what a command does; that is in
the module of its kind.
"""

import atexit
import os
import sys
from typing import NoReturn

import typer

from pipelines.cli import (
    asking,
    building,
    catalog,
    explaining,
    proposing,
    scanning,
    starting,
    versions,
    watching,
)
from pipelines.cli.calling import Project, say_sources, use_project

tags = typer.Typer(
    help="What resources of the bill should be tagged with.", no_args_is_help=True
)
tags.command("propose")(proposing.propose_tags)
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def of_project(project: Project = None) -> None:
    """Turn bills and usage exports into reconciled unit costs of AI."""
    use_project(project)


app.command()(starting.init)
app.command("scan")(scanning.scan_folder)
app.command()(building.build)
app.command()(building.ui)
app.command()(asking.query)
app.command("tables")(catalog.list_tables)
app.command()(catalog.describe)
app.command()(explaining.explain)
app.command()(watching.status)
app.command()(watching.alerts)
app.command("versions")(versions.list_versions)
app.command("rollback")(versions.roll_back)
app.command("scenarios")(proposing.show_scenarios)
app.add_typer(tags, name="tags")


def main() -> NoReturn:
    """Run the command line and leave at once."""
    code: object = 0
    try:
        app()
    except SystemExit as end:
        code = end.code
    say_sources()
    leave(code if isinstance(code, int) else 1 if code else 0)


def leave(code: int) -> NoReturn:
    """Leave the process at once.

    DuckDB's binding reports, at a regular exit, every object that Dagster's threads
    still hold: twenty lines of "nanobind: leaked" behind each good build.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no public name for it
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
