"""`unitmill versions`, `verify`, `rollback`, `publish-to`: what is published, where."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

from pipelines.cli.calling import (
    Exports,
    Home,
    Project,
    console,
    fail,
    published,
    settings_of,
)
from pipelines.cli.terminal import show_finding
from pipelines.publishing.versions import (
    PublishError,
    Version,
    current_name,
    damaged_versions,
    require_version,
    version_names,
)
from pipelines.settings import Settings
from pipelines.settings.homes import keep_private

if TYPE_CHECKING:  # to list versions needs nothing of it
    from pipelines.ledger.proof import Finding


def list_versions(home: Home = None, project: Project = None) -> None:
    """List published versions, oldest first; * is what readers see."""
    settings = settings_of(home, project=project)
    damaged = damaged_versions(settings)
    if not damaged:
        published(settings)  # or end the call
    now = current_name(settings)
    for name in sorted({*version_names(settings), *damaged}):
        mark = "*" if name == now else " "
        said = f"  damaged: {damaged[name]}" if name in damaged else ""
        console.print(f"{mark} {name}{said}", soft_wrap=True)


def verify(
    version: Annotated[
        str, typer.Argument(help="A name that `versions` lists. Default: the current.")
    ] = "",
    home: Home = None,
    exports: Exports = None,
    project: Project = None,
    convert: Annotated[
        bool,
        typer.Option("--convert", help="Convert the exports again, and compare rows."),
    ] = False,
) -> None:
    """Prove a version: its files, database, ledger and sums, and its exports."""
    from pipelines.publishing.verifying import verify as verify_version

    settings = settings_of(home, exports, project)
    found = _version(settings, version)
    console.print(Text.assemble("Version ", (found.name, "bold")))
    broken = 0
    # Each is shown as it is found: what follows may take long, or be impossible.
    for finding in chain(verify_version(found), _of_exports(settings, found, convert)):
        show_finding(console, finding)
        broken += finding.holds is False
    if broken:
        fail(f"{found.name} is not what was published, in {broken} of these", 1)


def _version(settings: Settings, name: str) -> Version:
    chosen = name or current_name(settings)
    if not chosen:
        return published(settings)  # which says what to do, and ends the call
    try:
        return require_version(settings, chosen)
    except PublishError as error:
        fail(str(error), 1 if chosen in damaged_versions(settings) else 2)


def _of_exports(
    settings: Settings, version: Version, convert: bool
) -> "Iterator[Finding]":
    """Compare the version's ledger with the exports, where they still lie."""
    from pipelines.landing.deliveries import scan
    from pipelines.landing.errors import ExportError
    from pipelines.ledger.proof import Finding, converted_again, exports_are_there
    from pipelines.sources.registry import all_sources

    ledger = version.folder / "ledger"
    sources = all_sources(settings)
    try:
        landing = scan(settings, sources, hash_again=True)
    except (ExportError, OSError) as error:  # the home may be one that is only read
        yield Finding("exports", holds=None, detail=str(error))
        return
    yield exports_are_there(ledger, landing)
    if convert:
        yield from converted_again(settings, ledger, landing, sources)


def roll_back(
    version: Annotated[str, typer.Argument(help="A name that `versions` lists.")],
    home: Home = None,
    project: Project = None,
) -> None:
    """Make an older version current again, and show it in every target, too."""
    from pipelines.publishing.publish import rollback
    from pipelines.targets.registry import copy_to_all

    settings = settings_of(home, project=project)
    keep_private(settings)
    try:
        made = rollback(settings, version)
    except PublishError as error:
        fail(str(error), 2)
    console.print(Text.assemble("Current version is now ", (made.name, "bold"), "."))
    done, stopped = copy_to_all(settings, made, by_owner=True)
    _say(done)
    if stopped:
        fail("rolled back here, but not everywhere: " + "\n".join(stopped), 1)


def publish_to(
    target: Annotated[
        Literal["postgres", "object-store", "spark-catalog"],
        typer.Argument(help="Where to: postgres, object-store or spark-catalog."),
    ],
    home: Home = None,
    project: Project = None,
) -> None:
    """Copy the current version to where other tools read, as every build does."""
    from pipelines.targets import TargetError
    from pipelines.targets.registry import TARGETS, copy_to

    settings = settings_of(home, project=project)
    keep_private(settings)
    try:
        _say(copy_to(settings, TARGETS[target], published(settings)))
    except TargetError as error:
        fail(str(error), 1)


def _say(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        console.print(sentence, soft_wrap=True)
