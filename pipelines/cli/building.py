"""`unitmill build` and `unitmill ui`: the pipeline, run from here or opened."""

import os
import sys
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.markup import escape

from pipelines.cli import terminal
from pipelines.cli.calling import Home, console, errors, fail, settings_of
from pipelines.landing.source import ExportError
from pipelines.publishing.versions import current


def build(
    exports: Annotated[
        Path | None, typer.Option(help="Folder of exports, in any layout below it.")
    ] = None,
    home: Home = None,
) -> None:
    """Land, convert, build, check and publish what the exports folder holds."""
    settings = settings_of(home, exports)
    from pipelines.defs import run  # Dagster and dbt take seconds to import

    try:
        outcome = run.build(settings, console)
    except ExportError as error:
        fail(str(error), 1)
    version = current(settings)
    shown = version.database if outcome.published and version else None
    database = shown or settings.build_database
    if database.exists():
        _show(database)
    if not outcome.published:
        for reason in outcome.reasons:
            errors.print(f"[red]✗[/] {escape(reason)}", soft_wrap=True)
        still = f"{version.name} stays current" if version else "nothing is published"
        fail(f"not published; {still}", 1)
    assert version is not None
    console.print(f"Published [bold]{version.name}[/].", soft_wrap=True)
    console.print(f"  SQL   {version.database}", soft_wrap=True)
    # As it was called: after `make demo` it is not on the PATH.
    called = os.path.relpath(sys.argv[0]) if "/" in sys.argv[0] else sys.argv[0]
    console.print(
        f"        {called} query 'select * from fct_charges_daily limit 5'",
        soft_wrap=True,
    )
    console.print(f"  UI    make ui, or: {called} ui", soft_wrap=True)


def ui(
    home: Home = None,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000,
) -> None:
    """Open Dagster's pages on http://localhost:3000, until interrupted."""
    settings = settings_of(home, None)
    from pipelines.defs.instance import prepare_dagster_home

    environment = os.environ | {
        "DAGSTER_HOME": str(prepare_dagster_home(settings)),
        "UNITMILL_HOME": str(settings.home_dir),
        # Its successor, `dg dev`, wants a project layout of its own.
        "PYTHONWARNINGS": "ignore:Function `dev_command` is superseded",
    }
    dagster = Path(sys.executable).parent / "dagster"
    call = [str(dagster), "dev", "-m", "pipelines.definitions", "-h", "127.0.0.1"]
    call += ["-p", str(port)]
    # In place of this process, so that a signal to it stops Dagster too.
    os.chdir(settings.home_dir)
    os.execve(dagster, call, environment)  # noqa: S606


def _show(database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as db:
        try:
            terminal.show_reconciliation(console, db)
            terminal.show_month(console, db)
        except duckdb.CatalogException:
            # The build broke off before it had marts; its reasons are printed.
            return
