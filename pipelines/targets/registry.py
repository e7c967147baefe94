"""All targets: whether each is chosen, and how a version is copied to it.

Belongs here: what every target has in common, for commands and builds. Does not belong
here: how one of them is written.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.publishing.versions import Version, current
from pipelines.settings import Settings
from pipelines.targets import TargetError, object_store, postgres, spark_catalog
from pipelines.targets.attempts import last_attempt, recorded


@dataclass(frozen=True, slots=True)
class Target:
    """A place that published versions are copied to.

    Attributes:
        name: as in `unitmill publish-to`.
        is_chosen: whether the settings name one.
        copy: copies a version, chosen by the owner or not; says what it did.
    """

    name: str
    is_chosen: Callable[[Settings], bool]
    copy: Callable[[Settings, Version, bool], tuple[str, ...]]


def _to_postgres(
    settings: Settings, version: Version, _by_owner: bool
) -> tuple[str, ...]:
    copied = postgres.copy_version(settings, version)
    return (
        (
            f"Postgres shows {version.name}: {sum(copied.rows.values()):,} rows copied "
            f"to {copied.schema} in {copied.load_seconds:.1f} s, views changed in "
            f"{copied.swap_seconds:.1f} s."
        ),
        *copied.notes,
    )


def _to_object_store(
    settings: Settings, version: Version, by_owner: bool
) -> tuple[str, ...]:
    stored = object_store.copy_version(settings, version, by_owner=by_owner)
    return (
        (
            f"{settings.publishing.object_store} shows {version.name}: "
            f"{len(stored.sent)} files "
            f"({sum(stored.sent.values()) / 1e6:.1f} MB) sent in "
            f"{stored.seconds:.1f} s."
        ),
        *(f"deleted {name}" for name in stored.retired),
        *stored.notes,
    )


def _to_spark_catalog(
    settings: Settings, version: Version, _by_owner: bool
) -> tuple[str, ...]:
    shown = spark_catalog.copy_version(settings, version)
    return (
        (
            f"{settings.publishing.spark_schema} shows {version.name}: "
            f"{len(shown.tables)} tables of {shown.schema} in {shown.seconds:.1f} s."
        ),
        *(f"dropped {name}" for name in shown.retired),
    )


TARGETS = {
    target.name: target
    for target in (
        Target("postgres", postgres.is_chosen, _to_postgres),
        Target("object-store", object_store.is_chosen, _to_object_store),
        Target("spark-catalog", spark_catalog.is_chosen, _to_spark_catalog),
    )
}


def chosen(settings: Settings) -> list[Target]:
    """Give the targets that the settings name."""
    return [target for target in TARGETS.values() if target.is_chosen(settings)]


def copy_to(
    settings: Settings, target: Target, version: Version, *, by_owner: bool = False
) -> tuple[str, ...]:
    """Copy a version to a target and record how it went; say what was done.

    Raises:
        TargetError: readers there do not see it.
    """
    with recorded(settings, target.name, version):
        return target.copy(settings, version, by_owner)


def copy_to_all(
    settings: Settings, version: Version, *, by_owner: bool = False
) -> tuple[list[str], list[str]]:
    """Copy a version to every target; one that fails holds no other up.

    Returns:
        What was done, and what stopped others: a sentence each.
    """
    done: list[str] = []
    stopped: list[str] = []
    for target in chosen(settings):
        try:
            done += copy_to(settings, target, version, by_owner=by_owner)
        except TargetError as error:
            stopped.append(str(error))
    return done, stopped


def behind(settings: Settings) -> list[str]:
    """Say which targets do not show the current version, and why: a sentence each."""
    version = current(settings)
    said = []
    for target in chosen(settings) if version else ():
        assert version is not None
        last = last_attempt(settings, target.name)
        if last is None or (not last.error and last.version != version.name):
            said.append(
                f"{target.name}: {version.name} was not copied yet; run: "
                f"unitmill publish-to {target.name}"
            )
        elif last.error:
            said.append(f"{target.name}, tried {last.at}: {last.error}")
    return said
