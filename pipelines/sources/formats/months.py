"""The months that the rows of a file are in; every scan of the exports needs them.

Belongs here: the one query that finds them, and the refusal of a row without one. What
the month of a row is, is each source's business.
"""

import os
from dataclasses import astuple, dataclass
from functools import cache, lru_cache, partial

import duckdb

from pipelines.landing.faults import message_of
from pipelines.landing.looks import asked_once
from pipelines.landing.source import LOOK_INSIDE, Candidate, ExportError

# A conversion reads the same files as a scan, and so do three sources of
# one log.
REMEMBERED = 16_384
# Grouped: a list of distinct months over 6 million rows took 1.7 GB more.
_FOUND = """
    select
        list(month_of_row) filter (month_of_row is not null),
        min(first_row) filter (month_of_row is null),
        arg_min(first_cell, first_row) filter (month_of_row is null),
        max(other)
    from (
        select
            {month} as month_of_row,
            min(row_number) as first_row,
            arg_min(coalesce({cell}, ''), row_number) as first_cell,
            {other} as other
        from ({rows})
        group by 1
    )
"""


# Nearly every file is of one month, and then its first and last moment say so.
_ENDS = """
    select
        strftime(min({moment}), '%Y-%m'),
        strftime(max({moment}), '%Y-%m'),
        count(*) = count({moment}),
        {other}
    from ({rows})
"""


@dataclass(frozen=True, slots=True)
class DatedRows:
    """Rows that each should be in a month.

    Attributes:
        source: the source of the file, for messages.
        file: its name, for messages.
        rows: a SELECT of its rows, with ``row_number``.
        month: SQL of a row's month, '2026-08'; NULL where it has none.
        cell: the column of ``rows`` that holds it.
        column: what the file calls that column.
        expected: what a cell of it looks like, for messages.
        moment: SQL of a row's time, where it costs little.
    """

    source: str
    file: str
    rows: str
    month: str
    cell: str
    column: str
    expected: str
    moment: str = ""


def months_of(dated: DatedRows, file: Candidate) -> tuple[str, ...]:
    """Give the months of a file's rows; one that did not change is read once.

    Raises:
        ExportError: it cannot be read, or a row has no month.
    """
    stat = file.path.stat()
    try:
        return months_in_file(dated, stat.st_size, stat.st_mtime_ns)
    except duckdb.Error as error:
        raise ExportError(message_of(dated.source, file, error)) from error


def months_in_file(
    dated: DatedRows, size: int, modified: int, other: str = "null"
) -> tuple[str, ...]:
    """Give the months of rows that are in a file of this size and time.

    Args:
        dated: the rows.
        size: of the file, in bytes.
        modified: when it was written, in nanoseconds.
        other: an aggregate that is worked out beside, so that its columns are read.

    Raises:
        duckdb.Error: the file cannot be read.
        ExportError: a row has no month.
    """
    question = (astuple(dated), other)
    ask = partial(_months, dated, size, modified, other)
    return asked_once(dated.file, question, ask)


@lru_cache(maxsize=REMEMBERED)
def _months(
    dated: DatedRows, _size: int, _modified: int, other: str
) -> tuple[str, ...]:
    try:
        with _database(os.getpid()).cursor() as db:
            months, _ = read_months(db, dated, other)
    except duckdb.FatalException:
        # It refuses every later query.
        _database.cache_clear()
        raise
    return months


@cache
def _database(_process: int) -> duckdb.DuckDBPyConnection:
    """Open a database for all looks; to open one takes longer than to read a file.

    It keeps no part of a file, which may change between two looks.
    """
    return duckdb.connect(config=LOOK_INSIDE | {"enable_external_file_cache": False})


def read_months(
    db: duckdb.DuckDBPyConnection, dated: DatedRows, other: str = "null"
) -> tuple[tuple[str, ...], object]:
    """Give the months, and the highest value of another aggregate.

    Raises:
        duckdb.Error: the file cannot be read.
        ExportError: a row has no month.
    """
    if dated.moment:
        ends = _ENDS.format(moment=dated.moment, rows=dated.rows, other=other)
        first, last, is_whole, highest = db.execute(ends).fetchone() or ("", "", 0, 0)
        if is_whole and first == last:
            return (first,) if first else (), highest
    found = db.execute(
        _FOUND.format(
            month=dated.month,
            cell=dated.cell,
            rows=dated.rows,
            other=other,
        )
    ).fetchone()
    assert found is not None
    months, bad_row, bad, highest = found
    if bad_row is not None:
        raise ExportError(
            f"{dated.source}: {dated.file}, row {bad_row}: {dated.column} is "
            f"{repr(bad) if bad else 'empty'}, expected {dated.expected}"
        )
    return tuple(sorted(months or ())), highest
