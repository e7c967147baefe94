"""The files of a log, of calls, jobs or hours: their months, and their rows with types.

Belongs here: which months a file has, and the refusal of a cell that cannot be read,
by file, row and column. What a cell means is in each source's ``convert.sql``; which of
the rows that repeat each other counts is in ``latest_by_key``, or for calls in
``usage.requests``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from pipelines.focus.schema import MONEY
from pipelines.landing.candidates import sniffed
from pipelines.landing.faults import message_of
from pipelines.landing.source import (
    Candidate,
    Delivery,
    Drop,
    ExportError,
    quoted,
)
from pipelines.sources.formats import csv_cells
from pipelines.sources.formats.csv_cells import PLACE, Column, Type, positions, typed
from pipelines.sources.formats.months import DatedRows, months_in_file
from pipelines.sources.formats.native_cells import with_natives
from pipelines.sources.formats.records import opened


def _number(pattern: str, read: str) -> str:
    cell = f"case when regexp_full_match({{cell}}, '{pattern}') then {{cell}} end"
    return read.format(cell)


# What tools and scripts write, who write 1e-05 for a number. A count may come as 12.0:
# tools that know no missing whole number write it so.
TYPES: Mapping[str, Type] = {
    "text": csv_cells.TYPES["text"],
    "time": Type(
        "cast(try_cast({cell} as timestamptz) as timestamp)",
        csv_cells.TYPES["time"].expected,
        "TIMESTAMP",
    ),
    "nanoseconds": Type(
        "make_timestamp(try_cast({cell} as bigint) // 1000)",
        "nanoseconds since 1970",
    ),
    "count": Type(
        _number(r"[-+]?\d+(\.0*)?", "try_cast({} as bigint)"),
        "a whole number",
        "BIGINT",
    ),
    "amount": Type(
        _number(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", f"try_cast({{}} as {MONEY})"),
        "a number",
        MONEY,
    ),
    "flag": Type(
        "case lower({cell}) when 'true' then true when 't' then true when '1' then "
        "true when 'false' then false when 'f' then false when '0' then false end",
        "true or false",
    ),
}


# A time that was read to find the month of its row.
READ = Type("{cell}", TYPES["time"].expected, "TIMESTAMP", reads_all=True)


@dataclass(frozen=True, slots=True)
class Log:
    """How the files of a log are read.

    Attributes:
        source: its name, for messages.
        time: the column that says when a call was, and so in which month it is.
        columns: the columns that are used, and the name of each one's type.
        needed: those that every row must have; the time always is.
        stated: those that a table must have, whatever its rows say.
        opened: gives a SELECT of a file's rows, ``row_number`` and these columns as
            text, NULL where there is nothing.
    """

    source: str
    time: str
    columns: Mapping[str, str]
    needed: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    opened: Callable[[Candidate, Sequence[Column]], str] = opened

    def known_in(self, file: Candidate) -> tuple[Column, ...]:
        """Give the columns, those that have their type in a file already as native."""
        return with_natives(file, self.known(), self.columns)

    def known(self) -> tuple[Column, ...]:
        """Give the columns with their types."""
        needed = {self.time, *self.needed}
        return tuple(
            Column(name, TYPES[kind], required=name in needed)
            for name, kind in self.columns.items()
        )

    def time_in(self, known: Sequence[Column]) -> Column:
        """Give the column that says when a call was."""
        return next(column for column in known if column.name == self.time)


def drops(log: Log, candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give one drop per file.

    Raises:
        ExportError: a file lacks a column, cannot be read, or has a row without a time.
    """
    for file in candidates:
        _refuse_missing(log, file)
        yield Drop((file,), _months(log, file), "", file.modified)


def rows(log: Log, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the typed rows of a month: ``age`` (higher is newer), then the columns.

    Beside them stand ``delivery_id``, ``file_name`` and ``row_number``.
    """
    # Files whose columns are alike are read by one expression.
    alike: dict[tuple[Column, ...], list[str]] = {}
    for file, place in _files(deliveries):
        known = log.known_in(file)
        alike.setdefault(known, []).append(f"{place} from ({log.opened(file, known)})")
    first = f"timestamp '{period}-01'"
    parts = []
    for known, files in alike.items():
        time = log.time_in(known)
        here = (
            f"select * from (select * replace ({time.type.of(log.time)} as {log.time}) "
            f"from ({' union all '.join(files)})) "
            f"where {log.time} >= {first} and {log.time} < {first} + interval 1 month"
        )
        columns = [replace(c, type=READ) if c == time else c for c in known]
        parts.append(typed(here, columns, {}, f"age, {PLACE}"))
    return " union all ".join(parts)


def texts_of(log: Log, deliveries: Sequence[Delivery]) -> str:
    """Give the rows of all files as text, each with where it is from.

    Beside the columns stand ``age``, ``delivery_id``, ``file_name``, ``row_number`` and
    ``first_month``, the first of the delivery.
    """
    return " union all ".join(
        f"{place} from ({log.opened(file, log.known())})"
        for file, place in _files(deliveries)
    )


def _files(deliveries: Sequence[Delivery]) -> Iterator[tuple[Candidate, str]]:
    """Give each file, and the SELECT of where its rows are from."""
    for age, delivery in enumerate(deliveries):
        for path, name in zip(delivery.files, delivery.names, strict=True):
            first = quoted(min(delivery.periods, default=""))
            place = (
                f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
                f"{quoted(name)} as file_name, {first} as first_month, *"
            )
            yield sniffed(path, name), place


def _refuse_missing(log: Log, file: Candidate) -> None:
    """Refuse a table without a column; JSON leaves out what is empty."""
    found = positions(file.columns)
    missing = [name for name in log.stated if name not in found]
    if missing and file.format != "json":
        raise ExportError(
            f"{log.source}: {file.name}: without {', '.join(missing)}; expected the "
            f"columns {', '.join(log.stated)}"
        )


def _months(log: Log, file: Candidate) -> tuple[str, ...]:
    stat = file.path.stat()
    known = log.known_in(file)
    time = log.time_in(known)
    moment = time.type.of(log.time)
    dated = DatedRows(
        source=log.source,
        file=file.name,
        rows=log.opened(file, known),
        month=f"strftime({moment}, '%Y-%m')",
        cell=f"cast({log.time} as varchar)" if time.is_native else log.time,
        column=log.time,
        expected=time.type.expected,
        moment=moment if time.is_native else "",
    )
    # Every column is counted, so that one that cannot be read is found here.
    cells = " + ".join(f"count({name})" for name in log.columns)
    try:
        return months_in_file(dated, stat.st_size, stat.st_mtime_ns, cells)
    except duckdb.Error as error:
        # No value is shown: it may be a prompt.
        raise ExportError(message_of(log.source, file, error)) from None
