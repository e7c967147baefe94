"""`unitmill versions` and `unitmill rollback`: what was published before."""

from typing import Annotated

import typer

from pipelines.cli.calling import Home, Project, console, fail, published, settings_of
from pipelines.publishing.versions import PublishError, rollback, versions


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
    """Make an older version current again."""
    try:
        made = rollback(settings_of(home, project=project), version)
    except PublishError as error:
        fail(str(error), 2)
    console.print(f"Current version is now [bold]{made.name}[/].")
