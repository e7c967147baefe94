"""`unitmill webserver` and `daemon`: what `unitmill ui` is, as two processes.

Belongs here: starting Dagster's own programs for a home. Does not belong here: where
Dagster keeps its records (``defs.instance``).
"""

import os
import sys
import sysconfig
from collections.abc import Mapping
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
from pipelines.cli.listening import require_free
from pipelines.landing.errors import ExportError
from pipelines.landing.origin import require_same_exports
from pipelines.settings import PROJECT_VARIABLE, Settings

# By which names the guard before Dagster's webserver lets it be called.
NAMES = "UNITMILL_UI_HOSTS"
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
    require_webserver()
    settings = _settings(exports, home, project)
    require_free(host, port)
    words = ["-h", host, "-p", str(port), *(["--read-only"] if read_only else [])]
    console.print(f"Dagster opens on {address_of(host, port)}")
    become(
        settings,
        ["dagster-webserver", *words],
        {NAMES: ",".join([f"{host}:{port}", *(allow_host or ())])},
    )


def daemon(exports: Exports = None, home: Home = None, project: Project = None) -> None:
    """Run schedules, sensors and the queue of runs, until interrupted."""
    settings = _settings(exports, home, project)
    console.print(f"Dagster's daemon works for {settings.home_dir}", soft_wrap=True)
    become(settings, ["dagster-daemon", "run"])


def require_webserver() -> None:
    """End the call where Dagster's webserver is not installed."""
    if find_spec("dagster_webserver") is None:
        fail(
            "Dagster's webserver is not installed; run: pip install 'unitmill[ui]'; "
            "a build and its pages need none",
            2,
        )


def address_of(host: str, port: int) -> str:
    """Give the address that a browser opens."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


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


def become(
    settings: Settings, call: list[str], variables: Mapping[str, str] | None = None
) -> NoReturn:
    """Go on as one of Dagster's programs, so that a signal to this one stops it.

    Args:
        settings: of the home whose pipeline it loads.
        call: the program and its words.
        variables: of the environment, beside those that every one of them has.
    """
    from pipelines.defs.instance import prepare_dagster_home

    try:
        dagster_home = prepare_dagster_home(settings)
    except ExportError as error:
        fail(str(error), 2)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home),
        "UNITMILL_EXPORTS": str(settings.exports_dir),
        "UNITMILL_HOME": str(settings.home_dir),
        **(variables or {}),
    }
    if settings.workspace:
        environment[PROJECT_VARIABLE] = str(settings.workspace)
    place = Path(sysconfig.get_path("scripts")) / call[0]
    words = [str(place), *call[1:], "-m", "pipelines.definitions"]
    if settings.log_format == "json":
        words += ["--log-format", "json"]
    sys.stdout.flush()
    os.chdir(settings.home_dir)
    os.execve(place, words, environment)  # noqa: S606
