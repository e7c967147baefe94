"""Rows of usage of which one may be odd: it is left out by name, and stops no other.

A usage row has no money: a number in it that is none costs its own row and no month.
Belongs here: which cell of a row cannot be read, as a reason to count it by, and the
months of a file in which single rows have no time. Does not belong here: bills, whose
odd cell stops their file (``csv_cells``).
"""

from collections.abc import Iterator, Sequence

import duckdb

from pipelines.landing.source import Candidate, Delivery, Drop, ExportError, quoted
from pipelines.sources.formats.csv_cells import PLACE, Column, refuse_missing
from pipelines.sources.formats.logs import TYPES, Log, texts_of
from pipelines.sources.formats.months import DatedRows, months_in_file

# What lies outside is a clock that was never set, or stands for "never"; the ledger has
# no months there.
FIRST, LAST = "timestamp '2000-01-01'", "timestamp '2099-12-31 23:59:59.999999'"


def drops(log: Log, candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give one drop per file.

    Raises:
        ExportError: a file lacks a column, cannot be read, or has no row with a time.
    """
    for file in candidates:
        # JSON leaves out what is empty.
        if log.stated and file.format != "json":
            stated = [column for column in log.known() if column.name in log.stated]
            refuse_missing(log.source, file, stated)
        yield Drop((file,), _months(log, file), "", file.modified)


def rows(log: Log, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the typed rows of a month: ``age`` (higher is newer), then the columns.

    Beside them stand ``delivery_id``, ``file_name``, ``row_number`` and ``odd``: which
    cell cannot be read, NULL where all can; such a cell is NULL itself. A row without
    a time is in the first month of its file.
    """
    month = f"coalesce({_month(log)}, first_month)"
    here = f"select * from ({texts_of(log, deliveries)}) where {month} = "
    values = ", ".join(f"{_value(column)} as {column.name}" for column in log.known())
    reasons = ", ".join(_reason(column) for column in log.known())
    return (
        f"select age, {PLACE}, {values}, coalesce({reasons}) as odd "
        f"from ({here}{quoted(period)})"
    )


def _month(log: Log) -> str:
    (time,) = (column for column in log.known() if column.name == log.time)
    return f"strftime({_value(time)}, '%Y-%m')"


def _value(column: Column) -> str:
    """Give the SQL of a cell's value; 1970 and 9999 are no times."""
    value = column.type.of(column.name)
    if column.type.stored != "TIMESTAMP":
        return value
    return f"case when {value} between {FIRST} and {LAST} then {value} end"


def _reason(column: Column) -> str:
    """Give the SQL of what is wrong with a cell, NULL where it can be read."""
    empty = f"when {column.name} is null then '{column.name} is empty'"
    return (
        f"case {empty if column.required else ''} "
        f"when {column.name} is not null and {_value(column)} is null "
        f"then {quoted(f'{column.name} is not {column.type.expected}')} end"
    )


def _months(log: Log, file: Candidate) -> tuple[str, ...]:
    stat = file.path.stat()
    found = log.opened(file, log.known())
    # Every column is counted, so that one that cannot be read is found here.
    cells = " + ".join(f"count({name})" for name in log.columns)

    def months(rows: str) -> tuple[str, ...]:
        dated = DatedRows(
            source=log.source,
            file=file.name,
            rows=rows,
            month=_month(log),
            cell=log.time,
            column=log.time,
            expected=TYPES[log.columns[log.time]].expected,
        )
        return months_in_file(dated, stat.st_size, stat.st_mtime_ns, cells)

    try:
        # Where no row has a time, the file is none of this kind: that is refused.
        timed = f"select * from ({found}) where {_month(log)} is not null"
        return months(timed) or months(found)
    except duckdb.Error:
        raise ExportError(
            f"{log.source}: {file.name}: cannot be read to its end as {file.format}; "
            "get the export again"
        ) from None
