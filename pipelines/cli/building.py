"""`unitmill build` and `unitmill ui`: the pipeline, run from here or opened."""

import gc
import shlex
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Protocol

import duckdb
import typer
from rich.text import Text

from pipelines.cli import journal, terminal
from pipelines.cli.calling import (
    ChangeExports,
    Exports,
    Home,
    Project,
    command_of,
    console,
    errors,
    fail,
    require_readable_home,
    say_fault,
    settings_of,
)
from pipelines.cli.listening import require_free
from pipelines.cli.processes import (
    NAMES,
    Names,
    address_of,
    become,
    require_webserver,
)
from pipelines.cli.summary import show_summary
from pipelines.landing.errors import ExportError
from pipelines.landing.origin import remember_exports, require_same_exports
from pipelines.publishing.lock import BusyError, held
from pipelines.publishing.reading import find_marts
from pipelines.publishing.versions import PublishError, Version, current
from pipelines.settings import Settings
from pipelines.settings.homes import keep_private, open_to_others

# Objects of each generation; Python's own are 700, 10 and 10.
COLLECTED_AFTER = (100_000, 50, 100)
# What a bill is asked first; it answers with any kind of exports.
EXAMPLE = (
    "select service_name, billing_currency, sum(effective_cost) as cost "
    "from fct_charges_daily group by all order by cost desc"
)


def build(  # noqa: PLR0913 - typer's options
    *,
    exports: Exports = None,
    home: Home = None,
    project: Project = None,
    change_exports: ChangeExports = False,
    full: Annotated[
        bool,
        typer.Option("--full", help="Run every model and test, changed or not."),
    ] = False,
    engine: Annotated[
        Literal["duckdb", "spark"] | None,
        typer.Option(help="What converts and makes the models: engine.kind, for once."),
    ] = None,
) -> None:
    """Land, convert, build, check and publish what the exports folder holds."""
    settings = settings_of(home, exports, project, engine)
    as_json = journal.begin(settings, "build", libraries=True)
    _bind(settings, change_exports=change_exports)
    try:
        outcome = _outcome(settings, full=full)
    except (BusyError, ExportError) as error:
        fail(str(error), 1)
    version = _current(settings)
    shown = version.database if outcome.published and version else None
    database = shown or settings.build_database
    if database.exists() and not as_json:
        _show(database)
    if not outcome.published:
        for reason in outcome.reasons:
            say_fault(reason)
        if outcome.log:
            errors.print(f"  log: {outcome.log}", soft_wrap=True)
        still = f"{version.name} stays current" if version else "nothing is published"
        fail(f"not published; {still}", 1)
    assert version is not None
    _say_published(settings, version, with_calls=not as_json)
    if said := open_to_others(settings):
        errors.print(said, style="yellow", soft_wrap=True)
    if outcome.reasons:
        fail("published here, but not everywhere: " + "\n".join(outcome.reasons), 1)


def _say_published(settings: Settings, version: Version, *, with_calls: bool) -> None:
    """Name the version, and the calls that one may want next."""
    next_calls = {
        "charts": command_of(settings, "pages"),
        "why it changed": command_of(settings, "explain"),
        "SQL": command_of(settings, f"query {shlex.quote(EXAMPLE)}"),
        "every table": command_of(settings, "tables"),
        "the pipeline": command_of(settings, "ui", with_exports=True),
        "for BI tools": version.database,
    }
    console.print(Text.assemble("Published ", (version.name, "bold"), "."))
    for what, call in next_calls.items() if with_calls else ():
        console.print(f"  {what:<15} {call}", soft_wrap=True)


class _Outcome(Protocol):
    """How a build ended (``defs.run``), or that there was nothing to do."""

    @property
    def published(self) -> bool: ...
    @property
    def reasons(self) -> tuple[str, ...]: ...
    @property
    def log(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class _NothingNew:
    """That the published version is what a build would publish.

    Attributes:
        reasons: why a target has not got it.
    """

    reasons: tuple[str, ...]
    published: bool = True
    log: Path | None = None


def _outcome(settings: Settings, *, full: bool) -> _Outcome:
    """Build if there is something new; what builds takes seconds to import.

    Raises:
        BusyError: another process works in the home.
        ExportError: the exports cannot be read, or hold nothing.
    """
    from pipelines.publishing.up_to_date import look
    from pipelines.sources.registry import all_sources
    from pipelines.targets.registry import copy_to_all

    # Locked before the look, so that what was seen is still so when it is built.
    with held(settings, "unitmill build"):
        seen = None if full else look(settings, all_sources(settings))
        if seen and seen.is_up_to_date:
            console.print("Nothing new: the published version is whole and up to date.")
            version = current(settings)
            stopped = copy_to_all(settings, version)[1] if version else ()
            return _NothingNew(tuple(stopped))
        # Dagster, dbt and Great Expectations make a million objects that stay; to walk
        # them again and again took a tenth of a build's CPU time.
        gc.set_threshold(*COLLECTED_AFTER)
        from pipelines.defs import run

        landing = seen.landing if seen else None
        return run.build(settings, console, journal.of_run, landing=landing, full=full)


def ui(  # noqa: PLR0913 - it takes what `build` takes
    *,
    exports: Exports = None,
    home: Home = None,
    project: Project = None,
    change_exports: ChangeExports = False,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port on this machine.")
    ] = 3000,
    host: Annotated[
        str, typer.Option(help="Address to listen on; Dagster asks for no password.")
    ] = "127.0.0.1",
    allow_host: Names = None,
) -> None:
    """Open Dagster's pages on http://localhost:3000, until interrupted."""
    require_webserver()
    settings = settings_of(home, exports, project)
    journal.begin(settings, "ui")
    require_free(host, port)
    _bind(settings, change_exports=change_exports)
    version = _current(settings)
    console.print(
        f"Dagster opens on {address_of(host, port)}\n"
        f"  exports    {settings.exports_dir}\n"
        f"  home       {settings.home_dir}\n"
        f"  published  {version.name if version else 'nothing yet'}",
        soft_wrap=True,
    )
    _end_by_signals()
    variables = {
        NAMES: ",".join([f"{host}:{port}", *(allow_host or ())]),
        # Its successor, `dg dev`, wants a project layout of its own.
        "PYTHONWARNINGS": "ignore:Function `dev_command` is superseded",
    }
    become(settings, ["dagster", "dev", "-h", host, "-p", str(port)], variables)


def _end_by_signals() -> None:
    """Undo what a job in the background has: it ignores SIGINT, and so Dagster both."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def _bind(settings: Settings, *, change_exports: bool) -> None:
    """Let the home go on only with its own exports, or with its new ones."""
    require_readable_home(settings.home_dir)
    keep_private(settings)
    try:
        if change_exports:
            remember_exports(settings)
        require_same_exports(settings)
    except ExportError as error:
        fail(str(error), 2)


def _current(settings: Settings) -> Version | None:
    """Give the version that readers see; of a damaged one say so."""
    try:
        return current(settings)
    except PublishError as error:
        say_fault(str(error))
        return None


def _show(database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as db:
        find_marts(db)
        try:
            console.print(terminal.row_count_line(db), soft_wrap=True)
            terminal.show_reconciliation(console, db)
            show_summary(console, db)
        except duckdb.CatalogException:
            # The build broke off before it had marts; its reasons are printed.
            return
