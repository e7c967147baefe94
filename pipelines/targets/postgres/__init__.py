"""Postgres: published versions side by side, and views that show one of them.

Each version has a schema of its own, whose tables never change; the views that BI tools
read change to another version in one transaction. Belongs here: the order of load, swap
and retiring. Does not belong here: what is published, and when (``publishing``,
``defs``).
"""

import time
from dataclasses import dataclass

from pipelines.landing.postgres_driver import postgresql
from pipelines.landing.source import quoted
from pipelines.publishing.lock import BusyError, held
from pipelines.publishing.versions import Version
from pipelines.settings import Settings
from pipelines.targets import TargetError
from pipelines.targets.postgres.load import load, schema_of
from pipelines.targets.postgres.retiring import retire
from pipelines.targets.postgres.session import (
    AGAIN,
    ask,
    connected,
    identifier,
    is_chosen,
    state,
)
from pipelines.targets.postgres.views import swap

__all__ = ["Copied", "TargetError", "copy_version", "is_chosen"]

# The SQLSTATE of what the user of the address may not do.
FORBIDDEN = "42501"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did.

    Attributes:
        schema: of the version's tables.
        rows: of each table that was copied now; the others were there.
        load_seconds: how long copying took.
        swap_seconds: how long readers' views took to change.
        retired: schemas of old versions that were dropped.
        notes: what somebody should know, a sentence each.
    """

    schema: str
    rows: dict[str, int]
    load_seconds: float
    swap_seconds: float
    retired: tuple[str, ...]
    notes: tuple[str, ...]


def copy_version(settings: Settings, version: Version) -> Copied:
    """Copy a version to Postgres, unless it is there, and let readers see it.

    Raises:
        TargetError: it cannot be copied or shown. Readers see what they did before,
            and what was copied stays for the next time.
    """
    chosen = settings.publishing.postgres
    schema = schema_of(settings, version)
    try:
        with held(settings, AGAIN), connected(settings) as connection:
            _require_reader(connection, chosen.reader_role)
            began = time.monotonic()
            loaded = load(settings, connection, version)
            copied = time.monotonic()
            swap(connection, chosen.schema_name, schema, chosen.reader_role)
            swapped = time.monotonic()
            keep = settings.publishing.keep_versions
            retired, kept = retire(connection, chosen.schema_name, schema, keep)
    except BusyError as error:
        raise TargetError(str(error)) from error
    return Copied(
        schema,
        dict(loaded.rows),
        copied - began,
        swapped - copied,
        retired,
        (*loaded.notes, *kept),
    )


def _require_reader(connection: postgresql.Connection, role: str) -> None:
    """Make the role that readers are granted, unless it is there."""
    if not role or ask(
        connection, f"select 1 from pg_roles where rolname = {quoted(role)}"
    ):
        connection.rollback()
        return
    try:
        ask(connection, f"create role {identifier(role)} nologin")
    except postgresql.Error as error:
        if state(error) != FORBIDDEN:
            raise
        raise TargetError(
            f"there is no role {role}, and this user may not make one; let an "
            f"administrator run: create role {role} nologin; then run: {AGAIN}"
        ) from None
    connection.commit()
