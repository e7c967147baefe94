"""Reading a published version for somebody whose SQL is not ours.

Belongs here: that SQL reads the version and nothing else, in bounded time and memory.
Does not belong here: which SQL is asked.
"""

import contextlib
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

MEMORY = "1GB"
SECONDS = 20.0
# DuckDB looks for an interrupt between two vectors; some functions, and the planner,
# may take hours before that. Then nothing but the end of the process stops them.
GRACE_SECONDS = 10.0
# What a process may take beside DuckDB's memory limit, which texts and lists that one
# function makes do not count against.
BESIDE_BYTES = 2 * 1024**3
ROWS = 1000
# PIVOT is called MULTI: it names the values of a column before it selects.
READING = {"SELECT", "MULTI"}
NOTHING_ELSE = "a query reads the tables of the published version, and nothing else"
TOO_MUCH_MEMORY = (
    "the query needs more memory than it may take; expected one that reads, sorts or "
    "joins fewer rows"
)
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
    database: Path, *, memory: str = MEMORY, output: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published database so that SQL can read its tables and nothing else.

    No file but it, no network, no extension, no other setting. Connections of one
    process to one file share its database, so only the first of them locks it, and all
    of them have one memory limit.

    Args:
        database: the file.
        memory: DuckDB's memory limit, such as ``1GB``; nothing is spilled to disk.
        output: the one file that may be written.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "temp_directory": "",
        "autoinstall_known_extensions": "false",
    }
    with duckdb.connect(str(database), read_only=True, config=config) as db:
        with _LOCKING:
            found = db.execute("select current_setting('lock_configuration')")
            if found.fetchone() != (True,):
                if output is not None:
                    allowed = str(output).replace("'", "''")
                    db.execute(f"set allowed_paths = ['{allowed}']")
                db.execute("set enable_external_access = false")
                db.execute("set lock_configuration = true")
        yield db


def bound_process(memory: str = MEMORY) -> None:
    """Let this process take no more memory than DuckDB's limit and a fixed part more.

    Only the kernel of Linux keeps to it; elsewhere nothing is bounded.

    Args:
        memory: DuckDB's memory limit, such as ``1GB``.
    """
    with contextlib.suppress(OSError, ValueError, duckdb.Error):
        with duckdb.connect() as db:
            found = db.execute("select parse_formatted_bytes($1)", [memory]).fetchone()
        taken = Path("/proc/self/statm").read_text("ascii").split()[5]
        most = int(taken) * os.sysconf("SC_PAGE_SIZE") + BESIDE_BYTES
        most += int(found[0]) if found else 0
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


class TimeLimit:
    """How long the queries of a connection may take together."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        seconds: float = SECONDS,
        *,
        ends_process: bool = False,
    ) -> None:
        """Begin with all of the time.

        Args:
            db: what is interrupted.
            seconds: the time that DuckDB may work; that of who reads does not count.
            ends_process: whether what no interrupt stops ends the process.
        """
        self._db = db
        self._seconds = seconds
        self._left = seconds
        self._ends_process = ends_process
        self._is_late = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let DuckDB work in this block, and interrupt it when the time is over.

        Raises:
            QueryError: DuckDB refused the query, or it took too long.
        """
        timers = [threading.Timer(max(self._left, 0), self._interrupt)]
        if self._ends_process:
            timers.append(threading.Timer(self._left + GRACE_SECONDS, self._end))
        for timer in timers:
            timer.daemon = True
            timer.start()
        started = time.monotonic()
        try:
            yield
        except duckdb.Error as error:
            self.require_time(error)
            raise QueryError(_sentence(error)) from error
        except MemoryError as error:
            raise QueryError(TOO_MUCH_MEMORY) from error
        finally:
            self._left -= time.monotonic() - started
            for timer in timers:
                timer.cancel()

    def require_time(self, error: Exception | None = None) -> None:
        """Go on only if there is time left.

        Raises:
            QueryError: there is none.
        """
        if self._is_late.is_set():
            raise QueryError(self._too_late) from error

    @property
    def _too_late(self) -> str:
        return (
            f"the query took longer than {self._seconds:g} s and was stopped; "
            "expected one that reads fewer rows"
        )

    def _interrupt(self) -> None:
        self._is_late.set()
        self._db.interrupt()

    def _end(self) -> None:
        sys.stderr.write(f"unitmill: {self._too_late}; nothing but the end of this ")
        sys.stderr.write("process could stop it\n")
        sys.stderr.flush()
        os._exit(2)


def ask(  # noqa: PLR0913 - what is asked, and how much it may take
    db: duckdb.DuckDBPyConnection,
    sql: str,
    values: Mapping[str, object] | None = None,
    *,
    limit: int = ROWS,
    seconds: float = SECONDS,
    ends_process: bool = False,
) -> Rows:
    """Run one SELECT with bound values, and give its first rows.

    Args:
        db: a connection, as `locked` opens it.
        sql: one SELECT, with parameters such as `$month`.
        values: the value of each parameter; those that the SQL lacks are left out.
        limit: how many rows to give at most.
        seconds: after how long it is interrupted.
        ends_process: whether what no interrupt stops ends the process.

    Raises:
        QueryError: it is not one SELECT, DuckDB refuses it, or it takes too long.
    """
    text, parameters = only_select(sql)
    bound = {
        name: value for name, value in (values or {}).items() if name in parameters
    }
    time_limit = TimeLimit(db, seconds, ends_process=ends_process)
    with time_limit.running():
        answer = db.execute(text, bound) if bound else db.execute(text)
        described = answer.description or []
        rows = answer.fetchmany(limit)
        count = len(rows)
        while part := answer.fetchmany(2048):
            count += len(part)
            time_limit.require_time()
    names, types = [str(name) for name, *_ in described], [str(d[1]) for d in described]
    return Rows(names, types, rows, count)


def _sentence(error: duckdb.Error) -> str:
    """Say what DuckDB refuses; of what it may never do, in one sentence."""
    text = str(error).strip()
    if isinstance(error, duckdb.OutOfMemoryException) or "bad_alloc" in text:
        return TOO_MUCH_MEMORY
    if "disabled by configuration" in text:
        what = text.partition("\n")[0].partition(" - ")[0]
        return f"{what}: {NOTHING_ELSE}"
    return text


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
