"""`unitmill webserver` and `daemon`: what `unitmill ui` is, as two processes.

Belongs here: starting Dagster's own programs for a home. Does not belong here: where
Dagster keeps its records (``defs.instance``).
"""

import os
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipelines.cli import journal
from pipelines.cli.calling import (
    Exports,
    Home,
    Project,
    console,
    fail,
    require_readable_home,
    settings_of,
)
from pipelines.landing.origin import require_same_exports
from pipelines.landing.source import ExportError
from pipelines.settings import PROJECT_VARIABLE, Settings

Port = Annotated[int, typer.Option(help="Port on this machine.")]
Host = Annotated[
    str, typer.Option(help="Address to listen on; Dagster asks for no password.")
]
ReadOnly = Annotated[
    bool, typer.Option("--read-only", help="Let nobody start or change anything.")
]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host",
        help="A name by which it is called beside its addresses, as behind a proxy; "
        "repeatable.",
    ),
]


def webserver(  # noqa: PLR0913, PLR0917 - each is an option
    port: Port = 3000,
    host: Host = "127.0.0.1",
    allow_host: Names = None,
    read_only: ReadOnly = False,
    exports: Exports = None,
    home: Home = None,
    project: Project = None,
) -> None:
    """Serve Dagster's pages without its daemon, until interrupted."""
    if find_spec("dagster_webserver") is None:
        fail("Dagster's webserver is not installed; run: pip install 'unitmill[ui]'", 2)
    settings = _settings(exports, home, project)
    words = ["-h", host, "-p", str(port), *(["--read-only"] if read_only else [])]
    names = [f"{host}:{port}", *(allow_host or ())]
    os.environ["UNITMILL_UI_HOSTS"] = ",".join(names)
    console.print(f"Dagster opens on http://{host}:{port}", highlight=False)
    _become(settings, "dagster-webserver", words)


def daemon(exports: Exports = None, home: Home = None, project: Project = None) -> None:
    """Run schedules, sensors and the queue of runs, until interrupted."""
    settings = _settings(exports, home, project)
    console.print(f"Dagster's daemon works for {settings.home_dir}", soft_wrap=True)
    _become(settings, "dagster-daemon", ["run"])


def require_webserver() -> None:
    """End the call where Dagster's webserver is not installed."""
    if find_spec("dagster_webserver") is None:
        fail(
            "Dagster's webserver is not installed; run: pip install 'unitmill[ui]'; "
            "a build and its pages need none",
            2,
        )


def dagster_home_of(settings: Settings) -> Path:
    """Prepare Dagster's folder of a home, or end the call."""
    from pipelines.defs.instance import prepare_dagster_home

    try:
        return prepare_dagster_home(settings)
    except ExportError as error:
        fail(str(error), 2)


def _settings(
    exports: Path | None, home: Path | None, project: Path | None
) -> Settings:
    settings = settings_of(home, exports, project)
    journal.begin(settings, "dagster")
    require_readable_home(settings.home_dir)
    try:
        require_same_exports(settings)
    except ExportError as error:
        fail(str(error), 2)
    return settings


def _become(settings: Settings, program: str, words: list[str]) -> NoReturn:
    """Go on as one of Dagster's programs, so that a signal to this one stops it."""
    environment = os.environ | {
        "DAGSTER_HOME": str(dagster_home_of(settings)),
        "UNITMILL_EXPORTS": str(settings.exports_dir),
        "UNITMILL_HOME": str(settings.home_dir),
    }
    if settings.workspace:
        environment[PROJECT_VARIABLE] = str(settings.workspace)
    place = Path(sysconfig.get_path("scripts")) / program
    call = [str(place), *words, "-m", "pipelines.definitions"]
    if settings.log_format == "json":
        call += ["--log-format", "json"]
    os.chdir(settings.home_dir)
    os.execve(place, call, environment)  # noqa: S606
