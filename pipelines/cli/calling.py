"""What every command of `unitmill` shares: terminals, settings, and how it fails.

Exit codes: 0 done, 1 the build failed or was not published, 2 the call was wrong.
"""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.markup import escape

from pipelines.publishing.versions import Version, current
from pipelines.settings import Settings

# Bound to the terminal itself: a build sends what dbt prints to its log. Where the
# output is no terminal (a file, CI) the tables have the room that they need.
WIDTH = None if sys.stdout.isatty() else 130
console = Console(file=sys.stdout, width=WIDTH)
errors = Console(stderr=True)

Home = Annotated[
    Path | None, typer.Option(help="Folder that holds everything Unitmill makes.")
]


def settings_of(home: Path | None, exports: Path | None) -> Settings:
    """Give the settings of a call, or end it."""
    given: dict[str, Path] = {}
    if home is not None:
        given["home"] = home.absolute()
    if exports is not None:
        given["exports"] = exports.absolute()
        if not exports.is_dir():
            fail(f"no exports folder at {exports}; expected a directory", 2)
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except (ValidationError, SettingsError) as error:
        fail(f"settings (unitmill.toml or UNITMILL_ variables): {error}", 2)


def published(settings: Settings) -> Version:
    """Give the current version, or end the call."""
    version = current(settings)
    if version is None:
        fail("nothing is published yet; run: unitmill build", 1)
    return version


def fail(message: str, code: int) -> NoReturn:
    """End the call with a message."""
    errors.print(f"[red]unitmill:[/] {escape(message)}", soft_wrap=True)
    raise typer.Exit(code)
