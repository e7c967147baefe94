"""`unitmill`: build, ui, query, status, alerts, versions, rollback, tags.

Thin over the same Dagster definitions that the UI runs. Exit codes: 0 done, 1 the
build failed or was not published, 2 the call itself was wrong.
"""

import atexit
import csv
import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import duckdb
import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.markup import escape

from pipelines import terminal
from pipelines.alerting.alerts import AlertError
from pipelines.alerting.sending import listed, send_pending
from pipelines.allocation.proposals import write_proposals
from pipelines.landing.source import ExportError
from pipelines.publishing.versions import (
    PublishError,
    Version,
    current,
    rollback,
    versions,
)
from pipelines.settings import Settings

tags = typer.Typer(help="Tags of the bill.", no_args_is_help=True)
app = typer.Typer(
    help="The AI bill that proves itself.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(tags, name="tags")
# Bound to the terminal itself: a build sends what dbt prints to its log. Where the
# output is no terminal (a file, CI) the tables have the room that they need.
WIDTH = None if sys.stdout.isatty() else 130
console = Console(file=sys.stdout, width=WIDTH)
errors = Console(stderr=True)

Home = Annotated[
    Path | None, typer.Option(help="Folder that holds everything Unitmill makes.")
]


class Format(StrEnum):
    """How query results are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command()
def build(
    exports: Annotated[
        Path | None, typer.Option(help="Folder of exports, in any layout below it.")
    ] = None,
    home: Home = None,
) -> None:
    """Land, convert, build, check and publish what the exports folder holds."""
    settings = _settings(home, exports)
    from pipelines import run  # Dagster and dbt take seconds to import

    try:
        outcome = run.build(settings, console)
    except ExportError as error:
        _fail(str(error), 1)
    version = current(settings)
    shown = version.database if outcome.published and version else None
    database = shown or settings.build_database
    if database.exists():
        _show(database)
    if not outcome.published:
        for reason in outcome.reasons:
            errors.print(f"[red]✗[/] {escape(reason)}", soft_wrap=True)
        still = f"{version.name} stays current" if version else "nothing is published"
        _fail(f"not published; {still}", 1)
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


@app.command()
def ui(
    home: Home = None,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 3000,
) -> None:
    """Open Dagster's pages on http://localhost:3000, until interrupted."""
    settings = _settings(home, None)
    from pipelines.run import prepare_dagster_home

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


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="SQL over `focus` and every mart.")],
    home: Home = None,
    output: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Ask the published version."""
    version = _published(_settings(home, None))
    with duckdb.connect(str(version.database), read_only=True) as db:
        try:
            rows = db.execute(sql)
        except duckdb.Error as error:
            _fail(str(error), 2)
        names = [column[0] for column in rows.description or []]
        body = rows.fetchall()
    if output is Format.TABLE:
        console.print(terminal.table_of(names, body))
    elif output is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(body)
    else:
        rows_out = [dict(zip(names, row, strict=True)) for row in body]
        typer.echo(json.dumps(rows_out, default=str, indent=1))


@app.command()
def status(
    home: Home = None,
    path: Annotated[
        bool, typer.Option("--path", help="Print only the database's path.")
    ] = False,
) -> None:
    """Show the verdict per period and source of what is published."""
    settings = _settings(home, None)
    version = _published(settings)
    if path:
        typer.echo(version.database)
        return
    console.print(f"Current version [bold]{version.name}[/]")
    with duckdb.connect(str(version.database), read_only=True) as db:
        terminal.show_proof(console, db)
    from pipelines.publishing.audit import objections, read

    audit = read(settings)
    if audit and audit["build_id"] != version.manifest["build_id"]:
        console.print("[yellow]A newer build is not published:[/]")
        for objection in objections(settings):
            console.print(f"  {objection}", soft_wrap=True)


@app.command()
def alerts(
    send: Annotated[
        bool, typer.Option("--send", help="Send what is new; a dry run records it.")
    ] = False,
    home: Home = None,
) -> None:
    """List the alerts of the published version, with whether they were sent."""
    settings = _settings(home, None)
    failed = 0
    try:
        for told in send_pending(settings) if send else listed(settings):
            terminal.show_alert(console, told)
            made = told.notification
            failed += made is not None and made.status == "failed"
    except AlertError as error:
        _fail(str(error), 1)
    if send and failed:
        _fail(f"{failed} alerts were not sent; the next run tries again", 1)


@app.command("versions")
def list_versions(home: Home = None) -> None:
    """List published versions, oldest first; * is what readers see."""
    settings = _settings(home, None)
    now = current(settings)
    for version in versions(settings):
        mark = "*" if now and version.name == now.name else " "
        typer.echo(f"{mark} {version.name}")


@app.command("rollback")
def roll_back(
    version: Annotated[str, typer.Argument(help="A name that `versions` lists.")],
    home: Home = None,
) -> None:
    """Make an older version current again."""
    try:
        made = rollback(_settings(home, None), version)
    except PublishError as error:
        _fail(str(error), 2)
    console.print(f"Current version is now [bold]{made.name}[/].")


@tags.command("propose")
def propose_tags(
    output: Annotated[
        Path, typer.Argument(help="The CSV to write; it must not be there yet.")
    ] = Path("tag_proposals.csv"),
    home: Home = None,
) -> None:
    """Write the tags that resources lack, and what they should say. Sets no tag."""
    version = _published(_settings(home, None))
    try:
        count = write_proposals(version.database, output)
    except OSError as error:
        _fail(f"{output}: {error.strerror}; expected the name of a new file", 2)
    console.print(f"{count} tags that are missing: {output}", soft_wrap=True)


def _settings(home: Path | None, exports: Path | None) -> Settings:
    given: dict[str, Path] = {}
    if home is not None:
        given["home"] = home.absolute()
    if exports is not None:
        given["exports"] = exports.absolute()
        if not exports.is_dir():
            _fail(f"no exports folder at {exports}; expected a directory", 2)
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except (ValidationError, SettingsError) as error:
        _fail(f"settings (unitmill.toml or UNITMILL_ variables): {error}", 2)


def _published(settings: Settings) -> Version:
    version = current(settings)
    if version is None:
        _fail("nothing is published yet; run: unitmill build", 1)
    return version


def _show(database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as db:
        try:
            terminal.show_proof(console, db)
            terminal.show_month(console, db)
        except duckdb.CatalogException:
            # The build broke off before it had marts; its reasons are printed.
            return


def _fail(message: str, code: int) -> NoReturn:
    errors.print(f"[red]unitmill:[/] {escape(message)}", soft_wrap=True)
    raise typer.Exit(code)


def main() -> NoReturn:
    """Run the command line and leave at once."""
    code: object = 0
    try:
        app()
    except SystemExit as end:
        code = end.code
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
