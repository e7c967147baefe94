"""The text that ``sacct`` writes: its header, its separator, and its records.

Belongs here: how a line becomes fields, whichever separator was chosen, and the refusal
of a dump as a whole. Does not belong here: which records are attempts.
"""

import codecs
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.landing.candidates import beginning, sniff
from pipelines.landing.source import (
    LOOK_INSIDE,
    Candidate,
    Delivery,
    ExportError,
    quoted,
)

NEEDED = ("JobIDRaw", "JobID", "State", "Start", "End", "AllocTRES", "NodeList")
OPTIONAL = (
    "JobName",
    "Account",
    "Cluster",
    "Submit",
    "AllocNodes",
    "ElapsedRaw",
    "Elapsed",
)
# A table with a job, its state and one of these is sacct's.
TELLING = {
    *("Start", "End", "Elapsed", "ElapsedRaw", "ExitCode", "NodeList"),
    *("AllocTRES", "AllocCPUS", "AllocNodes", "Partition"),
}
FIRST_NAMES = re.compile(r" *\w+(\W+)\w")
# No text has it, so a line stays whole.
NO_SEPARATOR = "\x1e\x1f"
CALL = "sacct --parsable2 --format="
ISO = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*"
SECONDS = r"\d{9,10}"
OFFSET = r".*:\d{2}(\.\d+)?([+-]\d{2}(:?\d{2})?|Z)"
NO_TIMES = ("Unknown", "None", "NONE", "N/A", "0")
LINES = """
select row_number() over () - 1 as row_number, string_split(line, {separator}) as cells
from (
    select rtrim(line, chr(13)) as line
    from read_csv(
        {file}, delim = {no_separator}, quote = '', escape = '', header = false,
        auto_detect = false, columns = {{'line': 'VARCHAR'}},
        compression = {compression}, encoding = {encoding}
    )
)
where trim(coalesce(line, '')) != ''
"""
MONTHS = """
select
    list(distinct month order by month) filter (month is not null),
    count(*) filter (has_fields),
    min(row_number) filter (not has_fields),
    arg_max(cell_count, row_number),
    min(row_number) filter (is_time_lost),
    arg_min("Start", row_number) filter (is_time_lost)
from (
    select
        *,
        {month} as month,
        has_fields and month is null and "Start" not in {no_times} as is_time_lost
    from ({records})
)
"""


class Header(NamedTuple):
    """The first line of a dump.

    Attributes:
        names: sacct's names of the fields.
        separator: what stands between two of them; blanks where columns have a width.
        is_closed: whether every line ends with the separator, as with ``--parsable``.
    """

    names: tuple[str, ...]
    separator: str
    is_closed: bool


def header(file: Candidate) -> Header | None:
    """Read the header of a dump; None where a file is none of sacct's."""
    if file.format != "csv" or "JobID" not in file.head:
        return None
    lines = (line.strip(" \r") for line in beginning(file).split("\n"))
    line = next(filter(None, lines), "")
    match = FIRST_NAMES.match(line)
    if match is None:
        return None
    separator = match[1] if match[1].strip(" ") else " "
    names = line.split() if separator == " " else line.split(separator)
    is_closed = names[-1] == ""
    found = set(names)
    is_of_sacct = found & {"JobID", "JobIDRaw"} and "State" in found and found & TELLING
    if not is_of_sacct:
        return None
    return Header(tuple(names[:-1] if is_closed else names), separator, is_closed)


def months(file: Candidate) -> tuple[str, ...]:
    """Give the months in which a dump's records started.

    Raises:
        ExportError: the dump lacks a field, has no separator that can be relied on,
            ends inside of a line, or no record of it can be read.
    """
    found = header(file)
    assert found is not None
    _refuse(file, found)
    try:
        return _months(file, found)
    except duckdb.Error as error:
        raise ExportError(
            f"slurm: {file.name}: cannot be read to its end; copy the file again"
        ) from error


def records(delivery: Delivery) -> str:
    """Give a SELECT of a dump's records; fields that it was not asked for are NULL."""
    path = delivery.files[0]
    file = sniff(path, path.parent)
    found = header(file)
    assert found is not None
    return _records(file, found)


def month() -> str:
    """Give the SQL of the month of ``Start``: of local time, NULL where it has none."""
    moment = (
        f"case when regexp_full_match(\"Start\", '{SECONDS}') "
        'then make_timestamp(cast("Start" as bigint) * 1000000) '
        f"when regexp_full_match(\"Start\", '{ISO}') "
        "then try_cast(left(replace(\"Start\", 'T', ' '), 16) as timestamp) end"
    )
    # The ledger has no other months.
    return (
        f"case when year({moment}) between 2000 and 2099 "
        f"then strftime({moment}, '%Y-%m') end"
    )


def _refuse(file: Candidate, found: Header) -> None:
    wanted = f"{CALL}{','.join(NEEDED)},..."
    if found.separator == " ":
        raise ExportError(
            f"slurm: {file.name} has columns of fixed width, which cut values; "
            f"expected {wanted}"
        )
    missing = [name for name in NEEDED if name not in found.names]
    if missing:
        raise ExportError(
            f"slurm: {file.name} lacks {', '.join(missing)}; expected {wanted}"
        )


def _months(file: Candidate, found: Header) -> tuple[str, ...]:
    no_times = ", ".join(quoted(word) for word in NO_TIMES)
    query = MONTHS.format(
        month=month(), no_times=f"({no_times})", records=_records(file, found)
    )
    stat = file.path.stat()
    row = _found(query, stat.st_size, stat.st_mtime_ns)
    listed, readable, odd_row, last_cells, lost_row, lost = row
    is_cut = (last_cells or 0) < len(found.names) and not _ends_with_a_line(file)
    if is_cut and (readable or odd_row):
        raise ExportError(
            f"slurm: {file.name} ends in the middle of a line; copy the file again"
        )
    if odd_row is not None and not readable:
        raise ExportError(
            f"slurm: {file.name}, row {odd_row}: not the {len(found.names)} fields of "
            f"its header, and so in every row; dump again with {CALL}..., whose "
            "separator | is in no value"
        )
    if lost_row is not None and not listed:
        raise ExportError(
            f"slurm: {file.name}, row {lost_row}: Start is {lost!r}, expected a time "
            "like 2026-08-13T05:46:57; unset SLURM_TIME_FORMAT and dump again"
        )
    return tuple(listed or ())


# Every scan asks again.
@lru_cache(maxsize=4096)
def _found(
    query: str, _size: int, _modified: int
) -> tuple[list[str] | None, int, int | None, int | None, int | None, str | None]:
    with duckdb.connect(config=LOOK_INSIDE) as db:
        row = db.execute(query).fetchone()
    assert row is not None
    return row


def _records(file: Candidate, found: Header) -> str:
    lines = LINES.format(
        separator=quoted(found.separator),
        file=quoted(file.path),
        no_separator=quoted(NO_SEPARATOR),
        compression=quoted(file.compression or "none"),
        encoding=quoted(_encoding(file)),
    )
    width = len(found.names)
    fields = ", ".join(
        f"nullif(trim(cells[{found.names.index(name) + 1}]), '') as \"{name}\""
        if name in found.names
        else f'cast(null as varchar) as "{name}"'
        for name in (*NEEDED, *OPTIONAL)
    )
    # With --parsable every line ends with the separator.
    closed = f"or (len(cells) = {width + 1} and cells[{width + 1}] = '')"
    names = ", ".join(quoted(name) for name in found.names)
    return (
        f"select row_number, len(cells) as cell_count, {fields}, "
        f"len(cells) = {width} {closed if found.is_closed else ''} as has_fields "
        f"from ({lines}) where row_number > 0 and cells[1:{width}] != [{names}]"
    )


def _ends_with_a_line(file: Candidate) -> bool:
    """Return whether a file's last line is whole; one that is packed says it itself."""
    if file.compression or not file.size:
        return True
    with file.path.open("rb") as raw:
        raw.seek(-1, 2)
        return raw.read(1) in b"\r\n"


def _encoding(file: Candidate) -> str:
    """Tell a dump in UTF-8 from one with single names in Latin-1."""
    if file.compression:
        return "utf-8"
    return _encoding_of(file.path, file.size, file.modified.timestamp())


@lru_cache(maxsize=4096)
def _encoding_of(path: Path, _size: int, _modified: float) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as raw:
        try:
            while block := raw.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8"
