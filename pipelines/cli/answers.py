"""What SQL answers: run once, read in parts, shown or written to a file.

Belongs here: that a query reads and changes nothing, and that a file is whole or not
there. Does not belong here: where the SQL comes from (``asking``).
"""

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from math import isfinite
from pathlib import Path
from shutil import get_terminal_size
from types import MappingProxyType
from typing import TextIO

import duckdb
from rich.console import Console

from pipelines.cli.calling import fail
from pipelines.cli.screen import Shown
from pipelines.cli.tables import Room, print_result
from pipelines.publishing.reading import (
    MEMORY,
    QueryError,
    TimeLimit,
    locked,
    only_select,
)
from pipelines.reports.spreadsheet import harmless

ROWS_AT_ONCE = 2048
SECONDS = 120.0
# What EXPLAIN ANALYZE explains, it runs.
EXPLAIN = re.compile(r"\s*explain(\s+analyze)?(\s*\([^)]*\))?\s+", re.IGNORECASE)
Row = tuple[object, ...]


@contextmanager
def opened(
    database: Path, *, memory: str = MEMORY, output: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published database to read it; what DuckDB says ends the call.

    Args:
        database: the file.
        memory: DuckDB's memory limit.
        output: the one file that DuckDB may write.
    """
    part = None if output is None else _part(output)
    try:
        with locked(database, memory=memory, output=part) as db:
            yield db
    except QueryError as error:
        hint = ""
        if str(error).startswith("Catalog Error: Table with name"):
            hint = "\n`unitmill tables` lists the tables there are."
        fail(f"{error}{hint}", 2)
    except duckdb.Error as error:
        fail(str(error).strip(), 2)


class Answer:
    """The rows of one SELECT, read once, in parts."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        sql: str,
        values: Mapping[str, object] = MappingProxyType({}),
        *,
        seconds: float = SECONDS,
    ) -> None:
        """Take the SQL, unless it is no single SELECT; it runs when it is read.

        Args:
            db: what it is asked of.
            sql: the statement.
            values: those of its parameters, by name.
            seconds: how long DuckDB may work on it.
        """
        self.sql = _only_select(sql)
        self._db = db
        self._values = dict(values)
        self._time = TimeLimit(db, seconds, ends_process=True)

    @cached_property
    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._db.execute(self.sql, self._values)

    @property
    def names(self) -> list[str]:
        """Name the columns."""
        with self._time.running():
            return [column[0] for column in self._cursor.description or []]

    def rows(self) -> Iterator[Row]:
        """Give row after row.

        Raises:
            QueryError: DuckDB refused the query, or it took too long.
        """
        while part := self._fetched():
            yield from part

    def write_parquet(self, file: Path) -> int:
        """Write all rows into a new Parquet file; give their number.

        Raises:
            QueryError: DuckDB refused the query, or it took too long.
        """
        name = str(file).replace("'", "''")
        with self._time.running():
            row = self._db.execute(
                f"copy (\n{self.sql}\n) to '{name}' (format parquet, "
                "use_tmp_file false)",
                self._values,
            ).fetchone()
        return int(row[0]) if row else 0

    def _fetched(self) -> list[Row]:
        with self._time.running():
            part: list[Row] = self._cursor.fetchmany(ROWS_AT_ONCE)
        self._time.require_time()
        return part


def show(
    console: Console,
    answer: Answer,
    *,
    limit: int,
    all_columns: bool,
    is_vertical: bool,
) -> None:
    """Print a table: on a terminal what fits, into a pipe or a file all of it."""
    is_terminal = console.is_terminal
    # Without a terminal it is what COLUMNS says, or 0.
    width = console.width if is_terminal else get_terminal_size((0, 0)).columns or None
    rows = answer.rows()
    shown = list(islice(rows, limit if is_terminal and limit else None))
    print_result(
        console,
        answer.names,
        shown,
        Room(None if all_columns else width, can_cut=is_terminal),
        is_vertical=is_vertical,
    )
    count = len(shown) + sum(1 for _ in rows)
    if count > len(shown):
        console.print(f"{len(shown)} of {count:,} rows; --limit 0 shows all")


def write_text(
    answer: Answer, out: TextIO | Shown, form: str, *, no_formulas: bool = False
) -> int:
    """Write all rows as CSV or JSON; give their number."""
    count = 0
    if form == "csv":
        writer = csv.writer(out, lineterminator="\n")
        cell = harmless if no_formulas else _as_it_is
        writer.writerow(map(cell, answer.names))
        for count, row in enumerate(answer.rows(), start=1):  # noqa: B007
            writer.writerow(map(cell, row))
        return count
    out.write("[")
    for count, row in enumerate(answer.rows(), start=1):
        named = dict(zip(answer.names, map(_plain, row), strict=True))
        text = json.dumps(named, default=str, indent=1, ensure_ascii=False)
        out.write(("," if count > 1 else "") + "\n" + text)
    out.write("\n]\n" if count else "]\n")
    return count


def _as_it_is(value: object) -> object:
    return value


def _plain(value: object) -> object:
    """Give what JSON can say: it has no word for what is no number."""
    return None if isinstance(value, float) and not isfinite(value) else value


def save(answer: Answer, output: Path, form: str, *, no_formulas: bool = False) -> int:
    """Write all rows to a new file, whole or not at all; give their number."""
    part = _part(output)
    try:
        if output.exists():
            fail(f"{output} exists already; expected the name of a new file", 2)
        if form == "parquet":
            _require_folder(part)
            count = answer.write_parquet(part)
        else:
            with part.open("x", encoding="utf-8", newline="") as out:
                count = write_text(answer, out, form, no_formulas=no_formulas)
        part.rename(output)
    except OSError as error:
        fail(f"{output}: {error.strerror}; expected the name of a new file", 2)
    finally:
        part.unlink(missing_ok=True)
    return count


def _part(output: Path) -> Path:
    """Name the file that becomes the output once it is whole."""
    return output.absolute().with_name(f".{output.name}.{os.getpid()}.tmp")


def _require_folder(file: Path) -> None:
    if not file.parent.is_dir():
        raise NotADirectoryError(2, f"there is no folder {file.parent}")


def _only_select(sql: str) -> str:
    """Give the statement, or end the call: a query reads, and there is one of it."""
    explain = EXPLAIN.match(sql)
    start = explain.end() if explain else 0
    try:
        text, _ = only_select(sql[start:])
    except QueryError as error:
        fail(f"{error}. --output FILE writes the rows of a query to a file.", 2)
    return sql[:start] + text
