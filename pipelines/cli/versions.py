"""`unitmill versions`, `rollback` and `publish-to`: what was published, and where."""

from typing import Annotated, Literal

import typer

from pipelines.cli.calling import Home, Project, console, fail, published, settings_of
from pipelines.publishing.versions import PublishError, Version, rollback, versions
from pipelines.settings import Settings
from pipelines.targets.postgres import TargetError, copy_version, is_chosen


def list_versions(home: Home = None, project: Project = None) -> None:
    """List published versions, oldest first; * is what readers see."""
    settings = settings_of(home, project=project)
    now = published(settings)
    for version in versions(settings):
        mark = "*" if version.name == now.name else " "
        typer.echo(f"{mark} {version.name}")


def roll_back(
    version: Annotated[str, typer.Argument(help="A name that `versions` lists.")],
    home: Home = None,
    project: Project = None,
) -> None:
    """Make an older version current again, in Postgres too where there is one."""
    settings = settings_of(home, project=project)
    try:
        made = rollback(settings, version)
    except PublishError as error:
        fail(str(error), 2)
    console.print(f"Current version is now [bold]{made.name}[/].")
    if is_chosen(settings):
        _copy(settings, made)


def publish_to(
    target: Annotated[Literal["postgres"], typer.Argument(help="Where to: postgres.")],
    home: Home = None,
    project: Project = None,
) -> None:
    """Copy the current version to where other tools read, as every build does."""
    del target  # there is one
    settings = settings_of(home, project=project)
    _copy(settings, published(settings))


def _copy(settings: Settings, version: Version) -> None:
    try:
        copied = copy_version(settings, version)
    except TargetError as error:
        fail(str(error), 1)
    console.print(
        f"Postgres shows [bold]{version.name}[/]: {sum(copied.rows.values()):,} rows "
        f"copied to {copied.schema} in {copied.load_seconds:.1f} s, views changed in "
        f"{copied.swap_seconds:.1f} s.",
        soft_wrap=True,
        highlight=False,
    )
    for note in copied.notes:
        console.print(f"  {note}", soft_wrap=True, highlight=False, markup=False)
