"""Reading a published version for somebody whose SQL is not ours: pages and agents.

Belongs here: that SQL reads the version and nothing else. Does not belong here: which
SQL is asked.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

MEMORY = "1GB"
SECONDS = 20.0
ROWS = 1000
# PIVOT is called MULTI: it names the values of a column before it selects.
READING = {"SELECT", "MULTI"}
_LOCKING = threading.Lock()


class QueryError(Exception):
    """SQL that is not run, or that broke off; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The first rows of an answer.

    Attributes:
        columns: their names.
        types: their types in DuckDB.
        rows: the rows, with the values of Python's DuckDB client.
        count: how many rows the whole answer has.
    """

    columns: list[str]
    types: list[str]
    rows: list[tuple[object, ...]]
    count: int


@contextmanager
def locked(
    database: Path, *, memory: str = MEMORY
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published database so that SQL can read its tables and nothing else.

    No file but it, no network, no extension, no other setting. Connections of one
    process to one file share its database, so only the first of them locks it, and all
    of them have one memory limit.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": "",
    }
    with duckdb.connect(str(database), read_only=True, config=config) as db:
        with _LOCKING:
            found = db.execute("select current_setting('lock_configuration')")
            if found.fetchone() != (True,):
                db.execute("set enable_external_access = false")
                db.execute("set lock_configuration = true")
        yield db


def ask(
    db: duckdb.DuckDBPyConnection,
    sql: str,
    values: Mapping[str, object] | None = None,
    *,
    limit: int = ROWS,
    seconds: float = SECONDS,
) -> Rows:
    """Run one SELECT with bound values, and give its first rows.

    Args:
        db: a connection, as `locked` opens it.
        sql: one SELECT, with parameters such as `$month`.
        values: the value of each parameter; those that the SQL lacks are left out.
        limit: how many rows to give at most.
        seconds: after how long it is interrupted.

    Raises:
        QueryError: it is not one SELECT, DuckDB refuses it, or it takes too long.
    """
    text, parameters = only_select(sql)
    bound = {
        name: value for name, value in (values or {}).items() if name in parameters
    }
    with _stopped(db, seconds):
        answer = db.execute(text, bound) if bound else db.execute(text)
        described = answer.description or []
        rows = answer.fetchmany(limit)
        count = len(rows)
        while part := answer.fetchmany(2048):
            count += len(part)
    names, types = [str(name) for name, *_ in described], [str(d[1]) for d in described]
    return Rows(names, types, rows, count)


@contextmanager
def _stopped(db: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what runs too long; what DuckDB says becomes a `QueryError`."""
    is_late = threading.Event()

    def stop() -> None:
        is_late.set()
        db.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        yield
    except duckdb.Error as error:
        if is_late.is_set():
            raise QueryError(
                f"the query took longer than {seconds:g} s and was stopped; "
                "expected one that reads fewer rows"
            ) from error
        raise QueryError(str(error).strip()) from error
    finally:
        timer.cancel()


def only_select(sql: str) -> tuple[str, set[str]]:
    """Give the one SELECT that this SQL is, and the names of its parameters.

    Raises:
        QueryError: it is none, or more than one.
    """
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(str(error).strip()) from error
    if len(statements) != 1:
        raise QueryError(f"expected one SELECT; found {len(statements)} statements")
    [statement] = statements
    if statement.type.name not in READING:
        raise QueryError(
            f"a query only reads; expected SELECT, found {statement.type.name}"
        )
    return statement.query.strip().removesuffix(";"), statement.named_parameters


def find_marts(db: duckdb.DuckDBPyConnection) -> None:
    """Let a build be asked as a version is: there, marts have a schema of their own."""
    found = db.execute(
        "select count(*) from duckdb_schemas() "
        "where schema_name = 'marts' and database_name = current_database()"
    ).fetchone()
    if found and found[0]:
        db.execute("set search_path = 'marts,main'")
