"""CSV files that a person fills in: cells to types, and refusals that name the cell.

Belongs here: how such a file is opened and what a cell may hold. What its columns are
called and what they mean belongs to its source, which gives them as ``Column``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pipelines.focus.schema import MONEY
from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Candidate, ExportError, quoted
from pipelines.sources.formats.blanks import without_blanks
from pipelines.sources.formats.csv_files import by_position

# Six decimals: the product of two such numbers is exact in the twelve of the ledger.
# A cast alone would take 1_000 for a number, too, and round the seventh decimal away.
NUMBER = r"\d{1,11}(\.\d{0,6})?"
AMOUNT = r"-?\d{1,18}(\.\d{0,12})?"
RATE = r"(0*[1-9]\d{0,8}(\.\d{0,12})?|0*\.0{0,11}[1-9]\d{0,11})"
ONE_OR_MORE = r"0*[1-9]\d{0,5}"
DATE = r"20\d\d-\d\d-\d\d"
MONTH = r"20\d\d-(0[1-9]|1[0-2])"
UNIT = r"[A-Za-z][A-Za-z0-9 ]*(-[A-Za-z][A-Za-z0-9 ]*)*"

PLACE = "delivery_id, file_name, row_number"


class Check(NamedTuple):
    """What must hold between a cell and others of its row, or of all rows.

    Attributes:
        holds: SQL; NULL counts as true.
        expected: the words for it, for messages and docs.
    """

    holds: str
    expected: str


# By the column whose cell is refused.
Checks = Mapping[str, Check]


@dataclass(frozen=True, slots=True)
class Type:
    """How a cell is read.

    Attributes:
        read: SQL with ``{cell}``, NULL where the cell is not what is expected.
        expected: what a cell holds, for messages and docs.
        stored: the DuckDB type of a table's column that holds it.
        reads_all: whether every cell is what is expected.
    """

    read: str
    expected: str
    stored: str = "VARCHAR"
    reads_all: bool = False

    @property
    def is_number(self) -> bool:
        """Whether a cell is a number, which some write with a decimal comma."""
        return self.stored in {MONEY, "BIGINT", "INTEGER"}

    def of(self, cell: str) -> str:
        """Give the SQL that reads an expression."""
        return self.read.replace("{cell}", cell)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    Attributes:
        name: its header, in lower case.
        type: how its cells are read.
        meaning: what it holds, where docs need it.
        required: whether every row must have a value.
        is_native: whether its cells are no texts, and are read as they are.
    """

    name: str
    type: Type
    meaning: str = ""
    required: bool = field(default=False, kw_only=True)
    is_native: bool = field(default=False, kw_only=True)


def listed(names: Sequence[str]) -> Type:
    """Give the type of a cell that is one of these names."""
    texts = ", ".join(quoted(name) for name in names)
    return Type(
        f"case when {{cell}} in ({texts}) then {{cell}} end",
        f"one of {', '.join(names)}",
    )


def _matching(pattern: str, kind: str) -> str:
    return (
        f"case when regexp_full_match({{cell}}, {quoted(pattern)}) "
        f"then try_cast({{cell}} as {kind}) end"
    )


TYPES: Mapping[str, Type] = {
    "text": Type("{cell}", "a value", reads_all=True),
    "lower_case": Type("lower({cell})", "a value"),
    "number": Type(
        _matching(NUMBER, "decimal(18, 6)"),
        "a number of 0 or more with at most six decimals, such as 1234.5",
        MONEY,
    ),
    "amount": Type(
        _matching(AMOUNT, "decimal(38, 12)"),
        "a number with at most twelve decimals, such as -1234.5",
        MONEY,
    ),
    # As text: how many digits a rate is stated with says how exact it is.
    "rate": Type(_matching(RATE, "varchar"), "a number above 0, such as 1.0853", MONEY),
    "ratio": Type(
        _matching(ONE_OR_MORE + r"(\.\d{0,6})?", "decimal(18, 6)"),
        "a number of 1 or more",
        MONEY,
    ),
    "whole": Type(
        _matching(r"\d{1,6}", "integer"), "a whole number of 0 or more", "INTEGER"
    ),
    "count": Type(
        _matching(ONE_OR_MORE, "integer"), "a whole number of 1 or more", "INTEGER"
    ),
    "date": Type(_matching(DATE, "date"), "a date like 2026-08-13", "DATE"),
    "month": Type(_matching(MONTH, "varchar"), "a month like 2026-08"),
    # What names no zone is UTC.
    "time": Type(
        "case when isfinite(try_cast({cell} as timestamptz)) "
        "then cast(try_cast({cell} as timestamptz) as timestamp) end",
        "a time like 2026-08-13 05:46:57.713",
        "TIMESTAMP",
    ),
    "currency": Type(
        f"upper({_matching('[A-Za-z]{3}', 'varchar')})",
        "a currency code of ISO 4217, such as USD",
    ),
    "yes_no": Type(
        "case {cell} when 'yes' then true when 'no' then false end",
        "one of yes, no",
        "BOOLEAN",
    ),
    "unit": Type(_matching(UNIT, "varchar"), "a unit, such as Rack Units"),
    "labels": Type(
        "case when not json_valid({cell}) then null "
        "when json_type({cell}) = 'OBJECT' "
        r"and not regexp_matches({cell}, ':\s*[\[{]') then {cell} end",
        'a flat JSON object, such as {"team": "search"}',
    ),
}


def positions(headers: Sequence[str]) -> dict[str, int]:
    """Map headers, whatever their case, to their places in a file."""
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        found.setdefault(header.strip().lower(), place)
    return found


def refuse_missing(source: str, file: Candidate, columns: Sequence[Column]) -> None:
    """Refuse a file that lacks a column that every row needs.

    Raises:
        ExportError: it does.
    """
    found = positions(file.columns)
    needed = [column.name for column in columns if column.required]
    missing = [name for name in needed if name not in found]
    if missing:
        raise ExportError(
            f"{source}: {file.name}: without {', '.join(missing)}; expected the "
            f"columns {', '.join(needed)}"
        )


def scan(file: Candidate | Path, columns: Sequence[Column]) -> str:
    """Give a SELECT of a file's rows: ``row_number`` and every known column as text.

    Blank cells and columns that the file lacks are NULL.

    Raises:
        ExportError: a row is longer or shorter than the header, or a number may be two.
    """
    opened = sniffed(file)
    found = positions(opened.columns)
    numbers = []
    picked = ["row_number() over () as row_number"]
    for column in columns:
        place = found.get(column.name)
        if place is not None and column.type.is_number:
            numbers.append(place)
        absent = place is None
        cell = "cast(null as varchar)" if absent else without_blanks(f"c{place}")
        picked.append(f"{cell} as {column.name}")
    return f"select {', '.join(picked)} from {by_position(opened, numbers)}"


def no_rows(columns: Sequence[Column]) -> str:
    """Give the SELECT of a file that nobody delivered."""
    texts = ("delivery_id", "file_name", *(column.name for column in columns))
    empty = ", ".join(f"cast(null as varchar) as {name}" for name in texts)
    return f"select cast(null as bigint) as row_number, {empty} limit 0"


def typed(
    rows: str, columns: Sequence[Column], checks: Checks, place: str = PLACE
) -> str:
    """Give rows with their types; a cell that cannot be true stops the query.

    A cell is read in one step and judged in the next: in one, it would be read twice.

    Args:
        rows: a SELECT of ``scan`` with ``delivery_id`` and ``file_name``.
        columns: the columns.
        checks: what must hold between cells of a row, or of all rows.
        place: the columns that locate a row.
    """
    read = [f"{column.type.of(column.name)} as {column.name}" for column in columns]
    read += [f"{c.name} as said_{c.name}" for c in columns if _is_judged(c)]
    values = ", ".join(f"{_value(column)} as {column.name}" for column in columns)
    inner = f"select {place}, {', '.join(read)} from ({rows})"
    return checked(f"select {place}, {values} from ({inner})", checks)


def checked(rows: str, checks: Checks) -> str:
    """Give typed rows; a cell that does not go with others stops the query."""
    judged = ", ".join(
        f"case when coalesce({holds}, true) then {column} "
        f"else {_refusal(f'cast({column} as varchar)', column, expected)} end "
        f"as {column}"
        for column, (holds, expected) in checks.items()
    )
    return f"select * replace ({judged}) from ({rows})" if checks else rows


def _is_judged(column: Column) -> bool:
    return column.required or not column.type.reads_all


def _value(column: Column) -> str:
    if not _is_judged(column):
        return column.name
    good, said = f"{column.name} is not null", f"said_{column.name}"
    if not column.required:
        good = f"({good} or {said} is null)"
    cell = f"cast({said} as varchar)" if column.is_native else said
    refusal = _refusal(cell, column.name, column.type.expected)
    return f"case when {good} then {column.name} else {refusal} end"


def _refusal(cell: str, column: str, expected: str) -> str:
    shown = f"coalesce('''' || {cell} || '''', 'empty')"
    return (
        f"error(file_name || ', row ' || row_number || ': {column} is ' || {shown} "
        f"|| {quoted(f', expected {expected}')})"
    )
