"""`unitmill backup` and `restore`: a home in one file, and back again.

Belongs here: how they are called. Does not belong here: what a backup is (``backups``).
"""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.calling import (
    Home,
    Project,
    console,
    errors,
    fail,
    program,
    require_readable_home,
    settings_of,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="Such as unitmill.tar.")]
WithDagster = Annotated[
    bool,
    typer.Option("--with-dagster", help="Keep Dagster's record of runs, too."),
]
NewHome = Annotated[
    Path | None,
    typer.Option(help="A new or empty folder for the home."),
]
NewWorkspace = Annotated[
    Path | None,
    typer.Option(
        help="A new or empty folder for settings, plans and models; without --home "
        "the home gets its place in it, too."
    ),
]


def backup(
    file: File,
    with_dagster: WithDagster = False,
    home: Home = None,
    project: Project = None,
) -> None:
    """Write what no build can make again into one new file."""
    settings = settings_of(home, project=project)
    from pipelines.backups.contents import BackupError, left_behind
    from pipelines.backups.writing import write_backup

    def say(text: str) -> None:
        errors.print(text, soft_wrap=True)

    try:
        manifest = write_backup(settings, file, with_dagster=with_dagster, say=say)
    except BackupError as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"no backup was written: {error.filename or file}: {error.strerror}", 1)
    size = file.stat().st_size / 1e6
    console.print(
        f"backed up {settings.home_dir}: {len(manifest.files):,} files, {size:,.1f} MB "
        f"in {file}, version {manifest.current or 'none'}",
        soft_wrap=True,
    )
    for note in left_behind(settings):
        console.print(f"  {note}", soft_wrap=True)


def restore(file: File, home: NewHome = None, workspace: NewWorkspace = None) -> None:
    """Restore a backup into new folders, whole or not at all."""
    if home is None and workspace is None:
        fail("say where to: --home DIR, --workspace DIR, or both; each a new folder", 2)
    if home is not None:
        require_readable_home(home.absolute())
    from pipelines.backups.contents import BackupError
    from pipelines.backups.restoring import restore as restored_from

    absolute = [place and place.absolute() for place in (home, workspace)]
    try:
        done = restored_from(file, *absolute)
    except BackupError as error:
        fail(f"nothing was restored: {error}", 2)
    except OSError as error:
        fail(f"nothing was restored: {error.filename or file}: {error.strerror}", 1)
    console.print(
        f"restored {len(done.manifest.files):,} files of {done.manifest.made_at} to "
        f"{done.home}, version {done.manifest.current or 'none'}",
        soft_wrap=True,
    )
    word = "status"
    if done.workspace:
        word = f"--project {shlex.quote(str(done.workspace))} status"
    if not (done.workspace and done.home.is_relative_to(done.workspace)):
        word += f" --home {shlex.quote(str(done.home))}"
    console.print(f"Next: {program()} {word}", soft_wrap=True)
