"""The audit: one record per build of what was checked and how it ended.

A build has an id, which stands in the build database itself and in the audit. So
``publish`` can check whether the record that it reads is of the marts that it copies.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict, cast

import duckdb

from pipelines.files import DamagedError, read_sealed, sha256_of, write_sealed
from pipelines.landing.deliveries import load
from pipelines.landing.landed import few_of
from pipelines.ledger.content import damage
from pipelines.ledger.files import partitions
from pipelines.publishing.check import Check
from pipelines.publishing.fingerprint import few_changed, inputs_of_build
from pipelines.publishing.landing_checks import (
    every_delivery_is_converted,
    every_file_is_recognized,
)
from pipelines.settings import Settings

# What has to have been checked before anything is shown.
REQUIRED = ("landing", "dbt", "quality")
# Names that a sentence shows before it only counts.
_SHOWN = 3


class Audit(TypedDict):
    """The record as it is stored: checks per kind, each kind whole or absent.

    Of an older Unitmill it has no grains.
    """

    build_id: str
    inputs: dict[str, str]
    database: str
    grains: dict[str, list[str]]
    started_at: str
    expected: dict[str, list[str]]
    checks: dict[str, list[dict[str, object]]]


def begin(settings: Settings, build_id: str) -> None:
    """Begin the audit of a build: what it is made of, and no check yet."""
    _write(
        settings,
        Audit(
            build_id=build_id,
            inputs=inputs_of_build(settings),
            database="",
            grains={},
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            expected={},
            checks={},
        ),
    )


def record(
    settings: Settings, kind: str, checks: Iterable[Check], expected: Iterable[str]
) -> None:
    """Add all checks of one kind to the audit of the present build.

    Args:
        settings: whose build.
        kind: landing, dbt or quality.
        checks: those that ran, and how they ended.
        expected: the titles (``Check.title``) of those that should have run.
    """
    audit = read(settings)
    if audit is None:
        return
    audit["checks"][kind] = [asdict(check) for check in checks]
    audit["expected"][kind] = sorted(expected)
    _write(settings, audit)


def seal(settings: Settings, database: str, grains: dict[str, list[str]]) -> None:
    """Remember the database as the models left it; a later change breaks the seal.

    Args:
        settings: whose build.
        database: the hash of its bytes.
        grains: the columns that identify a row, by the name of the model.
    """
    audit = read(settings)
    if audit is not None:
        audit["database"], audit["grains"] = database, grains
        _write(settings, audit)


def read(settings: Settings) -> Audit | None:
    """Read the audit of the present build; None before any build.

    Raises:
        DamagedError: it is not what was written.
    """
    try:
        return cast(Audit, read_sealed(_path(settings)))
    except FileNotFoundError:
        return None


def objections(settings: Settings) -> list[str]:
    """List every objection to publishing the build as it lies there.

    Causes come first; what did not run because of them is one line at the end.
    """
    try:
        audit = read(settings)
    except DamagedError as error:
        return [f"the audit of the build is damaged: {error}; build again"]
    if audit is None or not settings.build_database.exists():
        return ["there is no build"]
    found = [*_damaged_partitions(settings)]
    if database_build_id(settings) != audit["build_id"]:
        found.append("the build database is not the one that was audited")
    elif sha256_of(settings.build_database) != audit["database"]:
        found.append("the build changed after its audit")
    if changes := few_changed(audit.get("inputs"), inputs_of_build(settings)):
        found.append(f"changed since the build: {changes}; build again")
    missing = [
        f"the {kind} checks" for kind in REQUIRED if not audit["checks"].get(kind)
    ]
    found += _not_run(audit)
    causes, skipped = _failed(audit)
    if not causes and not skipped:
        return found + [f"{checks} did not run on this build" for checks in missing]
    if skipped:
        missing.insert(0, f"{skipped} models and tests of dbt")
    if missing:
        causes.append(f"because of it these did not run: {', '.join(missing)}")
    return found + causes


def waiting(settings: Settings, published_build_id: str) -> list[str]:
    """List what stops the newest build or the newest files from being published.

    Args:
        settings: whose home.
        published_build_id: the build of the current version.
    """
    # Files that stop a run stop it before there is a build.
    landing = load(settings)
    checks = [
        every_file_is_recognized(settings, landing),
        every_delivery_is_converted(settings),
    ]
    blocking = [check.objection("landing") for check in checks if check.blocks]
    if blocking:
        return blocking
    try:
        audit = read(settings)
    except DamagedError:
        return objections(settings)
    if audit is None or audit["build_id"] == published_build_id:
        return []
    return objections(settings)


def _damaged_partitions(settings: Settings) -> Iterator[str]:
    """Say which partitions are not what was written, whoever has written there."""
    for place in partitions(settings.ledger_dir):
        if fault := damage(place):
            yield f"{place} {fault}; build again, which converts its month again"


def _not_run(audit: Audit) -> Iterator[str]:
    """Say which checks should have run on a build and did not.

    Where a kind is absent as a whole, that is said elsewhere.
    """
    for kind, checks in audit["checks"].items():
        ran = {Check(**check).title for check in checks}  # type: ignore[arg-type]
        missing = [name for name in audit["expected"].get(kind, ()) if name not in ran]
        if checks and missing:
            yield (
                f"{len(missing)} of {len(audit['expected'][kind])} {kind} checks did "
                f"not run on this build: {few_of(missing, _SHOWN)}"
            )


def _failed(audit: Audit) -> tuple[list[str], int]:
    """Give the objections of checks that failed, and how many could not run."""
    checks = [
        (kind, Check(**check))  # type: ignore[arg-type]
        for kind, checks in audit["checks"].items()
        for check in checks
    ]
    failed = [(kind, check) for kind, check in checks if check.blocks]
    causes = [check.objection(kind) for kind, check in failed if not check.skipped]
    return causes, sum(check.skipped for _, check in failed)


def database_build_id(settings: Settings) -> str:
    """Read the build's id from the build database."""
    with duckdb.connect(str(settings.build_database), read_only=True) as db:
        row = db.execute("select build_id from meta.build").fetchone()
    return str(row[0]) if row else ""


def _path(settings: Settings) -> Path:
    return settings.build_dir / "audit.json"


def _write(settings: Settings, audit: Audit) -> None:
    write_sealed(_path(settings), audit)
