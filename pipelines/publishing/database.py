"""The database of a version: one file that holds all that its readers ask.

Belongs here: which tables it has, and in which storage format. Does not belong here:
what a table or a column means (``comments``), and when there is a version
(``versions``).
"""

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.focus.views import published_views
from pipelines.landing.source import quoted
from pipelines.ledger.connection import Config
from pipelines.ledger.files import sql_files
from pipelines.publishing.comments import write_comments
from pipelines.publishing.earlier import Earlier
from pipelines.publishing.metrics_table import write_metrics
from pipelines.semantic.metrics import Metric

# DuckDB 2's own format is unreadable to every 1.x client that a BI tool may bring.
STORAGE_VERSION = "v1.0.0"


class NoMartsError(Exception):
    """The build has no marts, so that there is nothing to publish."""


def write_database(  # noqa: PLR0913 - what a version is made of, and where it goes
    build: Path,
    ledger: Path,
    marts: Path,
    database: Path,
    *,
    about: Mapping[str, str],
    metrics: Sequence[Metric],
    before: Earlier | None,
    config: Config,
) -> dict[str, int]:
    """Write a version's database, and each mart as Parquet into the folder `marts`.

    The marts and the ledger are tables of one schema, `main`, so that each has one
    name, and that a copy of the file is whole wherever it lies: a view can find Parquet
    files only by an absolute path. `about` is what the table `published_version` says;
    of `metrics` those of these marts are in the table `metrics`. What is the same in
    the version `before` is not written again. `config` is what DuckDB is told.

    Returns:
        The number of rows of each mart.

    Raises:
        NoMartsError: the build has no marts.
    """
    temporary = database.with_suffix(".duckdb.tmp")
    marts.mkdir()
    if before:
        before.begin(temporary)
    with duckdb.connect(config=config) as db:
        db.execute(f"attach {quoted(build)} as build (read_only)")
        db.execute(
            f"attach {quoted(temporary)} as version "
            f"(storage_version {quoted(STORAGE_VERSION)})"
        )
        counts = {
            name: _copy_mart(db, name, marts / f"{name}.parquet", before)
            for name in _names_of_marts(db)
        }
        _copy_ledger(db, ledger, before)
        _drop_others(db, {*counts, *(path.name for path in ledger.iterdir())})
        _write_about(db, about)
        write_metrics(db, metrics, counts)
        _write_views(db)
        write_comments(db)
        db.execute("checkpoint version")
        db.execute("detach version")
    _put(temporary, database)
    return counts


def _put(temporary: Path, database: Path) -> None:
    """Put a written file in its place, once the disk has it."""
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(database)


def _names_of_marts(db: duckdb.DuckDBPyConnection) -> list[str]:
    rows = db.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = 'build' and table_schema = 'marts' order by all"
    ).fetchall()
    if not rows:
        raise NoMartsError
    return [str(name) for (name,) in rows]


def _copy_mart(
    db: duckdb.DuckDBPyConnection, name: str, parquet: Path, before: Earlier | None
) -> int:
    ours, theirs = f'version."{name}"', f'build.marts."{name}"'
    changed = before.exchanged_months(db, name) if before else None
    if changed is None:
        db.execute(f"create or replace table {ours} as select * from {theirs}")
    # Its Parquet file was written of the rows that the version before had.
    if before and changed == [] and (same := before.parquet(name)):
        shutil.copyfile(same, parquet)
        return int(pq.read_metadata(parquet).num_rows)
    row = db.execute(f"copy {ours} to {quoted(parquet)} (format parquet)").fetchone()
    return int(row[0]) if row else 0


def _drop_others(db: duckdb.DuckDBPyConnection, ours: Collection[str]) -> None:
    """Drop tables of the version before that this one does not have."""
    for (name,) in db.execute(
        "select table_name from duckdb_tables() where database_name = 'version'"
    ).fetchall():
        if name not in ours:
            db.execute(f'drop table version."{name}"')


def _copy_ledger(
    db: duckdb.DuckDBPyConnection, ledger: Path, before: Earlier | None
) -> None:
    for path in sorted(ledger.iterdir()):
        if before and before.exchanged(db, path.name, ledger):
            continue
        files = sql_files(ledger.absolute(), path.name)
        db.execute(
            f'create or replace table version."{path.name}" as '
            f"select * from read_parquet({files}, union_by_name = true)"
        )


def _write_about(db: duckdb.DuckDBPyConnection, about: Mapping[str, str]) -> None:
    """Say in the file itself which version it is, in one row."""
    values = ", ".join(f"{quoted(value)} as {key}" for key, value in about.items())
    db.execute(
        "create table version.published_version as "
        "select * replace (cast(published_at as timestamp) as published_at) "
        f"from (select {values})"
    )


def _write_views(db: duckdb.DuckDBPyConnection) -> None:
    """Add what other versions of FOCUS call the same rows."""
    db.execute("use version")
    for name, select in published_views().items():
        db.execute(f'create view "{name}" as {select}')
    db.execute("use memory")
