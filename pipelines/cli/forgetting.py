"""`unitmill forget` and `rotate-key`: persons in a home.

Belongs here: what is said of it. Does not belong here: finding and removing
(``publishing.forgetting``).
"""

from collections.abc import Iterable
from typing import Annotated

import typer

from pipelines.cli.calling import Home, Project, command_of, console, fail, settings_of
from pipelines.cli.cells import counted
from pipelines.landing.errors import ExportError
from pipelines.publishing.lock import BusyError
from pipelines.settings import Settings
from pipelines.settings.homes import keep_private

SHOWN = 12
OUT_OF_REACH = (
    "Out of reach from here: the exports folder and object stores themselves, Postgres "
    "and other copies of versions, mails and messages that were sent, and backups."
)


def forget(
    address: Annotated[str, typer.Argument(help="The e-mail address of the person.")],
    delete_versions: Annotated[
        bool,
        typer.Option(
            "--delete-versions",
            help="Remove older versions that hold the person; never the current one.",
        ),
    ] = False,
    home: Home = None,
    project: Project = None,
) -> None:
    """Remove a person from the ledger and later builds; say where else they are."""
    from pipelines.publishing import forgetting

    settings = settings_of(home, project=project)
    _require_home(settings)
    try:
        found = forgetting.forget(settings, address, delete_versions=delete_versions)
    except ExportError as error:
        fail(str(error), 2)
    except BusyError as error:
        fail(str(error), 1)
    done = counted(len(found.rewritten), "partition of the ledger", "partitions")
    console.print(f"Forgotten: {done} rewritten; later conversions leave them out.")
    _list("Removed versions", found.deleted)
    build = command_of(settings, "build", with_exports=True)
    if found.current:
        console.print(
            f"The current version holds the person, or was made by an older key; "
            f"publish another one first: {build}, then forget again.",
            soft_wrap=True,
        )
    elif found.rewritten:
        console.print(f"The marts follow with the next build: {build}", soft_wrap=True)
    _list("Older versions that hold the person (--delete-versions)", found.versions)
    _list(
        "Months with hashes by an older key, which may hold the person: build, and "
        "remove those that stay, whose exports are gone",
        map(str, found.unsearched),
    )
    _list("Other files that hold the person", map(str, found.files))
    _list("Exports whose names tell the person", found.exports)
    console.print(OUT_OF_REACH, soft_wrap=True)


def rotate_key(home: Home = None, project: Project = None) -> None:
    """Hash persons by a new key; their months are converted again by the next build."""
    from pipelines.publishing import forgetting

    settings = settings_of(home, project=project)
    _require_home(settings)
    try:
        count, left = forgetting.change_key(settings)
    except ExportError as error:
        fail(str(error), 2)
    except BusyError as error:
        fail(str(error), 1)
    months = counted(count, "month with persons is", "months with persons are")
    build = command_of(settings, "build", with_exports=True)
    console.print(f"New key; {months} converted again by: {build}", soft_wrap=True)
    _list("Their exports left, so they keep hashes by the old key", map(str, left))
    console.print(
        "Versions that are published keep hashes by the old key; `unitmill forget` "
        "cannot search them any more, and counts each as one that may hold a person.",
        soft_wrap=True,
    )


def _require_home(settings: Settings) -> None:
    if not settings.ledger_dir.is_dir():
        fail(f"nothing was built in {settings.home_dir} yet, so it has no persons", 1)
    keep_private(settings)


def _list(title: str, names: Iterable[str]) -> None:
    known = list(names)
    for place, name in enumerate(known[:SHOWN]):
        if not place:
            console.print(f"{title}:")
        console.print(f"  {name}", soft_wrap=True)
    if len(known) > SHOWN:
        console.print(f"  and {len(known) - SHOWN} more")
