"""The build database: what dbt's sources are in it, and its life between builds.

A build goes on in the database that the last one left, unless somebody else has written
in it since. Belongs here: opening it, its id, views on what the project reads, and the
content of these. Does not belong here: what is made in it (``runner``), what is checked
of it (``publishing.audit``), and how it becomes a version (``publishing.versions``).
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.landing.source import quoted
from pipelines.ledger.connection import config_of
from pipelines.ledger.content import content_of
from pipelines.ledger.files import (
    NO_SOURCE,
    partitions,
    parts,
    sql_files,
    sql_list,
)
from pipelines.ledger.tally import ledger_rows, left_out
from pipelines.publishing import audit
from pipelines.reference.tables import REFERENCE_TABLES
from pipelines.settings import Settings
from pipelines.sources.tables import TABLES
from pipelines.transform.kept import is_as_left
from pipelines.transform.months import Span


def start_build(settings: Settings) -> str:
    """Begin a build: a new id, and an audit without checks.

    What earlier builds made stays, unless the database is not as it was left.
    """
    build_id = secrets.token_hex(8)
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    if not is_as_left(settings):
        for leftover in settings.build_dir.glob("warehouse.duckdb*"):
            leftover.unlink()
    with duckdb.connect(str(settings.build_database)) as db:
        db.execute("create schema if not exists meta")
        db.execute(
            "create or replace table meta.build as "
            f"select {quoted(build_id)} as build_id"
        )
    audit.begin(settings, build_id)
    return build_id


@contextmanager
def opened(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the build database for work; ``kept.leave`` lets the next build go on.

    Its views are of the files that the ledger has now: they have other names after each
    conversion.
    """
    place = str(settings.build_database)
    with duckdb.connect(place, config=config_of(settings)) as db:
        _create_source_views(db, settings)
        yield db


class LedgerSources:
    """What the dbt project reads and does not make: the ledger and other tables."""

    def __init__(self, settings: Settings) -> None:
        """Begin with the ledger of a home."""
        self._ledger_dir = settings.ledger_dir
        self._months: dict[str, dict[str, tuple[str, int]]] = {}

    def content(self, relation: str) -> str | None:
        """Give the content of what is read from the ledger; None of other sources.

        The partitions have it in their records, so that no row is read for it.
        """
        schema, table = _names(relation)
        if schema == "ledger":
            return self._hash(partitions(self._ledger_dir, table))
        if table in {"ledger_rows", "rows_left_out"}:
            return self._hash(partitions(self._ledger_dir))
        return None

    def months(self, relation: str) -> dict[str, tuple[str, int]]:
        """Give the content and the row count of each month of a table of the ledger."""
        if relation not in self._months:
            self._months[relation] = {
                month: (
                    self._hash(places),
                    sum(
                        pq.read_metadata(path).num_rows
                        for place in places
                        for path in parts(place)
                    ),
                )
                for month, places in self._partitions(relation).items()
            }
        return self._months[relation]

    def part(self, relation: str, span: Span) -> str:
        """Give the query of some months of a table of the ledger."""
        places = [
            place
            for month, found in self._partitions(relation).items()
            if month in span
            for place in found
        ]
        _, table = _names(relation)
        # A table without rows has its columns all the same.
        places += partitions(self._ledger_dir, table, NO_SOURCE)
        return _of_files(sql_list(path for place in places for path in parts(place)))

    def files(self, relation: str) -> dict[str, list[Path]] | None:
        """Give the files of a table of the ledger by month; None of other sources."""
        schema, _ = _names(relation)
        if schema != "ledger":
            return None
        return {
            month: [path for place in places for path in parts(place)]
            for month, places in self._partitions(relation).items()
        }

    def _partitions(self, relation: str) -> dict[str, list[Path]]:
        _, table = _names(relation)
        found: dict[str, list[Path]] = {}
        for place in partitions(self._ledger_dir, table):
            if place.parent.name != NO_SOURCE:
                found.setdefault(place.name, []).append(place)
        return found

    def _hash(self, places: Iterable[Path]) -> str:
        digest = hashlib.sha256()
        for place in sorted(places):
            name = place.relative_to(self._ledger_dir)
            digest.update(f"{name} {content_of(place)}\n".encode())
        return digest.hexdigest()


def _names(relation: str) -> list[str]:
    return [part.strip('"') for part in relation.split(".")][1:]


def _of_files(files: str) -> str:
    return f"select * from read_parquet({files}, union_by_name = true)"


def _create_source_views(db: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Show the project its sources: the ledger, deliveries and reference tables."""
    db.execute("create schema if not exists ledger")
    for table in ("focus", *TABLES):
        rows = _of_files(sql_files(settings.ledger_dir, table))
        db.execute(f"create or replace view ledger.{table} as {rows}")
    db.execute("create schema if not exists landing")
    delivered = [t.name for t in TABLES.values() if "delivery_id" in t.types]
    views = {
        "rows_left_out": left_out(settings.ledger_dir),
        "ledger_rows": ledger_rows(settings.ledger_dir, delivered),
    }
    files = {"deliveries": settings.deliveries_file} | {
        table.name: settings.reference_file(table.name) for table in REFERENCE_TABLES
    }
    for name, file in files.items():
        views[name] = f"select * from read_parquet({quoted(file)})"
    for name, query in views.items():
        db.execute(f"create or replace view landing.{name} as {query}")
