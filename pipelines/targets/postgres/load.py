"""The load: the tables of a version, copied into a schema that is this version's.

Each table is made, filled and indexed in one transaction, so one that is there is
whole, and a load that was killed goes on with the next table. Belongs here: what is
copied, and how. Does not belong here: what readers see of it (``views``).
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import duckdb

from pipelines.landing.postgres_driver import postgresql
from pipelines.landing.source import quoted
from pipelines.publishing.versions import Version
from pipelines.settings import Settings
from pipelines.targets import TargetError
from pipelines.targets.postgres.session import (
    ask,
    identifier,
    run,
)
from pipelines.targets.postgres.types import Column, column

# Written last: a version without it is not whole.
MARK = "published_version"
# Belongs to the marts: how each metric is divided.
METRICS = "metrics"
ROWS_A_BATCH = 50_000
# Postgres cuts longer names, and two that are cut may be one.
LONGEST_NAME = 63
# From this version on, rows whose keys are NULL are no different rows.
NULLS_NOT_DISTINCT = 150_000
# A longer row, or more columns, than an index of Postgres can have.
TOO_LARGE = "program_limit_exceeded or too_many_columns"
TABLES = """
select table_name, comment
from (
    select database_name, internal, schema_name, table_name, comment
    from duckdb_tables()
    union all
    select database_name, internal, schema_name, view_name, comment
    from duckdb_views()
)
where not internal and database_name = current_database() and schema_name = 'main'
order by table_name
"""
COLUMNS = """
select table_name, column_name, data_type, comment
from duckdb_columns()
where not internal and database_name = current_database() and schema_name = 'main'
order by table_name, column_index
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a version: its columns, what it and they mean, and its grain.

    Attributes:
        name: of the table.
        columns: in their order.
        meanings: of the table as ``""``, and of its columns by name.
        grain: columns that identify a row; none where nobody says so.
    """

    name: str
    columns: tuple[Column, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    grain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load copied: rows per table that was not there, and what it lacks."""

    rows: Mapping[str, int]
    notes: tuple[str, ...]


def schema_of(settings: Settings, version: Version) -> str:
    """Name the schema of a version, such as ``marts_20261101t060000z_1f2e3d4c``."""
    plain = "".join(c if c.isalnum() else "_" for c in version.name.lower())
    return f"{settings.publishing.postgres.schema_name}_{plain}"


def load(
    settings: Settings, connection: postgresql.Connection, version: Version
) -> Loaded:
    """Copy those tables of a version that are not there yet.

    Raises:
        TargetError: a table cannot be copied; those before it stay.
    """
    schema = schema_of(settings, version)
    there = _there(connection, schema)
    reader = settings.publishing.postgres.reader_role
    rows: dict[str, int] = {}
    notes: list[str] = []
    with duckdb.connect(
        str(version.database),
        read_only=True,
        config={"memory_limit": settings.memory_limit, "threads": settings.threads},
    ) as db:
        wanted = tables_of(db, version, ledger=settings.publishing.postgres.ledger)
        missing = [table for table in wanted if table.name not in there]
        for table in missing:
            _require_names(table)
        if MARK in there and not missing:
            return Loaded(rows, ())
        make_schema(connection, schema, reader)
        for table in missing:
            try:
                rows[table.name] = _fill(connection, db, schema, table)
            except duckdb.Error as error:
                first = str(error).splitlines()[0]
                raise TargetError(f"{table.name} cannot be copied: {first}") from None
            notes += _index(connection, schema, table)
            _describe(connection, schema, table, reader)
            connection.commit()
    if MARK not in there:
        _mark(connection, schema, version, reader)
    connection.commit()
    return Loaded(rows, (*notes,))


def tables_of(
    db: duckdb.DuckDBPyConnection, version: Version, *, ledger: bool
) -> list[Table]:
    """Give the marts of a version, by name; with the ledger if it is wanted.

    Args:
        db: the version's file.
        version: its manifest names the marts, and their grain.
        ledger: whether the ledger and the tables beside it are wanted, too.
    """
    marts = version.manifest["row_counts"]
    grains = version.manifest.get("grains", {})
    assert isinstance(marts, dict)
    assert isinstance(grains, dict)
    found = dict(db.execute(TABLES).fetchall())
    columns: dict[str, list[Column]] = {name: [] for name in found}
    meanings = {name: {"": comment or ""} for name, comment in found.items()}
    for name, head, data_type, comment in db.execute(COLUMNS).fetchall():
        columns[name].append(column(head, data_type))
        meanings[name][head] = comment or ""
    return [
        Table(name, (*columns[name],), meanings[name], (*grains.get(name, ()),))
        for name in found
        if (ledger or name in marts or name == METRICS) and name != MARK
    ]


def _there(connection: postgresql.Connection, schema: str) -> set[str]:
    rows = ask(
        connection,
        "select tablename::text from pg_catalog.pg_tables "
        f"where schemaname = {quoted(schema)}",
    )
    return {name for (name,) in rows}


def _require_names(table: Table) -> None:
    """Refuse names that Postgres would cut, or hold for the same."""
    for name in (table.name, *(one.name for one in table.columns)):
        if len(name.encode()) > LONGEST_NAME:
            raise TargetError(
                f"{table.name}: the name {name} has more than {LONGEST_NAME} bytes, "
                "which Postgres would cut; give it a shorter one"
            )


def make_schema(connection: postgresql.Connection, schema: str, reader: str) -> None:
    """Make a schema, unless it is there, and the role that may read in it."""
    found = ask(
        connection, f"select 1 from pg_namespace where nspname = {quoted(schema)}"
    )
    if not found:
        ask(connection, f"create schema {identifier(schema)}")
    if reader:
        ask(
            connection,
            f"grant usage on schema {identifier(schema)} to {identifier(reader)}",
        )


def _fill(
    connection: postgresql.Connection,
    db: duckdb.DuckDBPyConnection,
    schema: str,
    table: Table,
) -> int:
    """Make a table and copy its rows, which no Python sees; give their number."""
    place = identifier(schema, table.name)
    defined = ", ".join(f"{identifier(one.name)} {one.type}" for one in table.columns)
    ask(connection, f"create table {place} ({defined})")
    selected = ", ".join(
        f"{one.value} as {identifier(one.name)}" for one in table.columns
    )
    query = f"select {selected} from {identifier(table.name)}"
    with (
        closing(db.sql(query).to_arrow_reader(ROWS_A_BATCH)) as batches,
        connection.cursor() as cursor,
    ):
        count = cursor.adbc_ingest(
            table.name, batches, mode="append", db_schema_name=schema
        )
    return int(count)


def _index(connection: postgresql.Connection, schema: str, table: Table) -> list[str]:
    """Make the index that keeps a table's grain; say where Postgres can have none."""
    heads = {one.name for one in table.columns}
    if not table.grain or not heads.issuperset(table.grain):
        return []  # an expression is no column
    [(server,)] = ask(connection, "select current_setting('server_version_num')::int")
    unique, nulls = ("unique ", " nulls not distinct")
    if server < NULLS_NOT_DISTINCT:
        unique, nulls = "", ""
    keys = ", ".join(identifier(name) for name in table.grain)
    place = identifier(schema, table.name)
    made = f"create {unique}index on {place} ({keys}){nulls}"
    run(connection, [f"begin {made}; exception when {TOO_LARGE} then null; end"])
    there = ask(
        connection,
        f"select 1 from pg_index where indrelid = {quoted(place)}::regclass",
    )
    if there:
        return []
    return [f"{table.name} has no index of its grain, which is too long for Postgres"]


def _describe(
    connection: postgresql.Connection, schema: str, table: Table, reader: str
) -> None:
    """Say what the table and its columns mean, and let the role read it."""
    place = identifier(schema, table.name)
    statements = [
        f"comment on column {place}.{identifier(name)} is {quoted(words)}"
        if name
        else f"comment on table {place} is {quoted(words)}"
        for name, words in table.meanings.items()
        if words
    ]
    statements += _readable(place, reader)
    # What is known of its rows makes the first query of a reader a fast one.
    run(connection, [*statements, f"analyze {place}"])


def _readable(place: str, reader: str) -> Sequence[str]:
    return [f"grant select on {place} to {identifier(reader)}"] if reader else []


def _mark(
    connection: postgresql.Connection, schema: str, version: Version, reader: str
) -> None:
    """Say which version this is: now it is whole."""
    place = identifier(schema, MARK)
    version_, published_at, build_id, code_version = (
        quoted(str(version.manifest[name]))
        for name in ("version", "published_at", "build_id", "code_version")
    )
    row = (
        f"{version_}::text as version, "
        f"{published_at}::timestamptz at time zone 'UTC' as published_at, "
        f"{build_id}::text as build_id, {code_version}::text as code_version"
    )
    meaning = "Which version of Unitmill's marts this is. One row."
    run(
        connection,
        [
            f"create table {place} as select {row}",
            f"comment on table {place} is {quoted(meaning)}",
            *_readable(place, reader),
        ],
    )
