"""A Spark's catalog: published versions as schemas of tables, for SQL users of a lake.

Each version has a schema of its own, whose tables are its Parquet files where they lie
and never change; views in one more schema show the current one. Belongs here: making
both, and removing what is of versions that are gone. Does not belong here: what is
published, and when (``publishing``, ``defs``).
"""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.publishing.versions import Version, version_names
from pipelines.settings import Settings
from pipelines.spark.session import SparkError, first_line, is_of_spark, session
from pipelines.spark.tables import Tables, of_spark
from pipelines.targets import TargetError

__all__ = ["Shown", "copy_version", "is_chosen"]

AGAIN = "unitmill publish-to spark-catalog"
# The view that says which version the others show; it is made last.
MARK = "published_version"


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown.

    Attributes:
        schema: of the version's tables.
        tables: their names.
        retired: schemas of versions that are gone.
        seconds: how long it took.
    """

    schema: str
    tables: tuple[str, ...]
    retired: tuple[str, ...]
    seconds: float


def is_chosen(settings: Settings) -> bool:
    """Return whether the settings name a schema."""
    return bool(settings.publishing.spark_schema)


def copy_version(settings: Settings, version: Version) -> Shown:
    """Show a version's tables in the catalog of the Spark that the settings name.

    Raises:
        TargetError: they cannot be shown; the views may show some tables of it, and
            ``published_version`` says the version before.
    """
    began = time.monotonic()
    schema = settings.publishing.spark_schema
    own = _schema_of(schema, version.name)
    try:
        tables = Tables(session(settings))
        tables.run(f"create schema if not exists {schema}")
        tables.run(f"create schema if not exists {own}")
        there = {name for _, name, *_ in tables.rows(f"show tables in {own}")}
        found = [*_tables_of(version)]
        for table in found:
            if table.name not in there:
                tables.run(table.statement(own))
        _show(tables, schema, own, [table.name for table in found])
        retired = _retire(settings, tables, schema, own)
    except SparkError as error:
        raise TargetError(str(error)) from error
    except Exception as error:
        if not is_of_spark(error):
            raise
        why = first_line(error)
        raise TargetError(f"{own} cannot be shown: {why}; run: {AGAIN}") from error
    names = tuple(table.name for table in found)
    return Shown(own, names, retired, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a version: its Parquet files, and what its columns are and mean."""

    name: str
    place: Path
    comment: str
    columns: Mapping[str, tuple[str, str]]

    def statement(self, schema: str) -> str:
        """Give the statement that makes it; a column that a file lacks is NULL."""
        columns = ", ".join(
            f"`{name}` {of_spark(kind)}" + (f" comment {_text(said)}" if said else "")
            for name, (kind, said) in self.columns.items()
        )
        return (
            f"create table {schema}.`{self.name}` ({columns}) using parquet "
            "options (recursiveFileLookup 'true', pathGlobFilter '*.parquet') "
            f"location {_text(str(self.place))} "
            f"comment {_text(self.comment)}"
        )


def _tables_of(version: Version) -> Iterator[_Table]:
    """Give the marts and the tables of the ledger, as the version's database says."""
    places = {path.stem: path for path in (version.folder / "marts").glob("*.parquet")}
    places |= {path.name: path for path in (version.folder / "ledger").iterdir()}
    with duckdb.connect(str(version.database), read_only=True) as db:
        comments = dict(
            db.execute("select table_name, comment from duckdb_tables()").fetchall()
        )
        columns: dict[str, dict[str, tuple[str, str]]] = {}
        for table, name, kind, comment in db.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns() "
            "where not internal order by table_name, column_index"
        ).fetchall():
            columns.setdefault(table, {})[name] = (kind, comment or "")
    for name, place in sorted(places.items()):
        yield _Table(name, place, comments.get(name) or "", columns[name])


def _show(tables: Tables, schema: str, own: str, names: list[str]) -> None:
    """Let the views show a version, one after the other, and last its name."""
    there = {name for _, name, *_ in tables.rows(f"show views in {schema}")}
    for name in names:
        tables.run(
            f"create or replace view {schema}.`{name}` as select * from {own}.`{name}`"
        )
    for name in sorted(there - {*names, MARK}):
        tables.run(f"drop view {schema}.`{name}`")
    tables.run(
        f"create or replace view {schema}.{MARK} as select {_text(own)} as schema_name"
    )


def _retire(
    settings: Settings, tables: Tables, schema: str, own: str
) -> tuple[str, ...]:
    """Drop the schemas of versions that the home no longer has; no file is theirs."""
    kept = {own, *(_schema_of(schema, name) for name in version_names(settings))}
    there = {str(name) for (name,) in tables.rows("show schemas")}
    pattern = re.compile(re.escape(f"{schema}__") + r"\d{8}t\d{6}z_[0-9a-f]+")
    gone = sorted(name for name in there - kept if pattern.fullmatch(name))
    for name in gone:
        tables.run(f"drop schema {name} cascade")
    return tuple(gone)


def _schema_of(schema: str, version: str) -> str:
    return f"{schema}__{version}".lower().replace("-", "_")


def _text(words: str) -> str:
    """Write a text as Spark's SQL reads it, where a backslash begins an escape."""
    escaped = words.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
