"""What every command of `unitmill` shares: terminals, settings, and how it fails.

Exit codes: 0 done, 1 the build failed or was not published, 2 the call was wrong.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.text import Text

from pipelines.cli.screen import Screen, visible
from pipelines.landing.origin import remembered_exports
from pipelines.publishing.versions import Version, current
from pipelines.settings import (
    PROJECT_VARIABLE,
    Settings,
    WorkspaceError,
    WorkspaceVariable,
)
from pipelines.settings.workspace import CONFIG, workspace_of

# Bound to the terminal itself: a build sends what dbt prints to its log. Where the
# output is no terminal (a file, CI) the tables have the room that they need.
WIDTH = None if sys.stdout.isatty() else 130
console = Screen(file=sys.stdout, width=WIDTH)
errors = Screen(stderr=True)

# What this call asked; its last words name it.
_asked: list[tuple[Settings, Version]] = []

Home = Annotated[
    Path | None, typer.Option(help="Folder that holds everything Unitmill makes.")
]
Exports = Annotated[
    Path | None, typer.Option(help="Folder of exports, in any layout below it.")
]
Project = Annotated[
    Path | None,
    typer.Option(
        help=f"The workspace: the folder of a {CONFIG}. Default: the nearest."
    ),
]
# dbt, Dagster or Great Expectations take them for something else in a file's path.
MISREAD = "'#?%*[$"

ChangeExports = Annotated[
    bool,
    typer.Option(
        "--change-exports", help="The exports of this home lie somewhere else now."
    ),
]


def use_project(project: Path | None, home: Path | None = None) -> None:
    """Make a folder the workspace of this call, and of the processes that it starts.

    A home that lies in a workspace is of that one, wherever the call is made.
    """
    if project is None and home and not WorkspaceVariable().unitmill_project:
        project = workspace_of(home.absolute())
    if project is not None:
        os.environ[PROJECT_VARIABLE] = str(project.absolute())


def settings_of(
    home: Path | None,
    exports: Path | None = None,
    project: Path | None = None,
    engine: str | None = None,
) -> Settings:
    """Give the settings of a call, or end it.

    A home that nobody gave an exports folder to has the one that it was built from.
    """
    use_project(project, home)
    given: dict[str, Any] = {}
    if engine is not None:
        given["engine"] = {"kind": engine}
    if home is not None:
        given["home"] = home.absolute()
    if exports is not None:
        given["exports"] = exports.absolute()
        if not exports.is_dir():
            fail(f"no exports folder at {exports}; expected a directory", 2)
    try:
        settings = Settings(**given)
    except WorkspaceError as error:
        fail(str(error), 2)
    except SettingsError as error:
        fail(f"settings ({CONFIG} or UNITMILL_ variables): {error}", 2)
    except ValidationError as error:
        fail(f"settings ({CONFIG} or UNITMILL_ variables): {_wrong(error)}", 2)
    if settings.workspace is None and "home" not in settings.model_fields_set:
        fail(
            f"no {CONFIG} in {Path.cwd()} or above; make a workspace with: "
            f"{program()} init, name one with --project, or name a --home",
            2,
        )
    earlier = remembered_exports(settings)
    if "exports" not in settings.model_fields_set and earlier:
        return settings.model_copy(update={"exports": earlier})
    return settings


def _wrong(error: ValidationError) -> str:
    """Say each setting that is wrong, and why, without a library's address."""
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'together'}: "
        f"{each['msg'].removeprefix('Value error, ')}"
        for each in error.errors(include_url=False, include_input=False)
    )


def require_readable_home(home: Path) -> None:
    """End the call where tools that Unitmill calls would misread the home's path."""
    if odd := [sign for sign in MISREAD if sign in str(home)]:
        fail(
            f"the home {home} has {' and '.join(odd)} in its path, which dbt, Dagster "
            "or Great Expectations misread; rename the folder, or name a --home "
            f"without any of {' '.join(MISREAD)}",
            2,
        )


def published(settings: Settings) -> Version:
    """Give the current version, which the call names at its end; or end the call."""
    version = current(settings)
    if version is None:
        there = "nothing is published" if settings.home_dir.exists() else "no home"
        build = command_of(settings, "build", with_exports=True)
        fail(f"{there} in {settings.home_dir} yet; run: {build}", 1)
    _asked.append((settings, version))
    return version


def program(folder: Path = Path()) -> str:
    """Name this program as it was called; after `make demo` it is not on the PATH.

    Args:
        folder: where it will be called.
    """
    called = Path(sys.argv[0]).absolute()
    found = shutil.which(called.name)
    if "/" not in sys.argv[0] or (found and Path(found).samefile(called)):
        return called.name
    return shlex.quote(os.path.relpath(called, folder))


def command_of(settings: Settings, words: str, *, with_exports: bool = False) -> str:
    """Write a command of Unitmill that asks the same workspace and home as this call.

    Args:
        settings: those of this call.
        words: the command, and what is its own.
        with_exports: whether the command reads exports.
    """
    options, place = [], [program()]
    if settings.workspace and settings.workspace != workspace_of(Path.cwd()):
        # Before the command: `explain` has a --project of its own.
        place += ["--project", shlex.quote(str(settings.workspace))]
    plain = Settings()
    if settings.home_dir != plain.home_dir or not settings.workspace:
        options += ["--home", str(settings.home_dir)]
    if with_exports and settings.exports_dir != plain.exports_dir:
        options += ["--exports", str(settings.exports_dir)]
    return " ".join([*place, words, shlex.join(options)]).strip()


def say_sources() -> None:
    """Say, after an answer, which home and version it is from.

    On stderr, so that a pipe gets the answer only.
    """
    for settings, version in _asked:
        line = f"version {version.name} of {settings.home_dir}"
        errors.print(line, style="dim", soft_wrap=True)


def fail(message: str, code: int) -> NoReturn:
    """End the call with a message."""
    errors.print(Text.assemble(("unitmill:", "red"), f" {message}"), soft_wrap=True)
    raise typer.Exit(code)


def say_fault(message: str) -> None:
    """Print what is wrong, on stderr; a file's name may have lines of its own."""
    said = Text.assemble(("✗", "red"), f" {indented(message)}")
    errors.print(said, soft_wrap=True)


def indented(message: str) -> str:
    """Keep the lines of a message behind its first, so that none looks like ours."""
    return message.replace("\n", "\n  ")


def say_text(text: str) -> None:
    """Print a document: as it is into a pipe, and what can be seen on a terminal."""
    typer.echo(visible(text) if sys.stdout.isatty() else text)
