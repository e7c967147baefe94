"""CSV files that a person fills in: cells to types, and refusals that name the cell.

Belongs here: how such a file is opened and what a cell may say. What its columns are
called and what they mean belongs to its source, which gives them as ``Known``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.landing.candidates import DELIMITERS, sniff
from pipelines.landing.source import Candidate, Delivery, ExportError, quoted

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
# Column -> what must hold between it and other cells, and the words for it.
Checks = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Type:
    """How a cell is read: SQL with ``{said}``, NULL where it is not what is wanted."""

    read: str
    wanted: str

    def of(self, said: str) -> str:
        """Give the SQL that reads an expression."""
        return self.read.replace("{said}", said)


@dataclass(frozen=True, slots=True)
class Known:
    """One column of a file."""

    name: str
    type: Type
    is_needed: bool


def listed(names: Sequence[str]) -> Type:
    """Give the type of a cell that says one of these names."""
    texts = ", ".join(quoted(name) for name in names)
    return Type(
        f"case when {{said}} in ({texts}) then {{said}} end",
        f"one of {', '.join(names)}",
    )


def _matching(pattern: str, kind: str) -> str:
    return (
        f"case when regexp_full_match({{said}}, {quoted(pattern)}) "
        f"then try_cast({{said}} as {kind}) end"
    )


TYPES: Mapping[str, Type] = {
    "text": Type("{said}", "a value"),
    "number": Type(
        _matching(NUMBER, "decimal(18, 6)"),
        "a number of 0 or more with at most six decimals, such as 1234.5",
    ),
    "amount": Type(
        _matching(AMOUNT, "decimal(38, 12)"),
        "a number with at most twelve decimals, such as -1234.5",
    ),
    # As text: how many digits a rate is stated with says how exact it is.
    "rate": Type(_matching(RATE, "varchar"), "a number above 0, such as 1.0853"),
    "ratio": Type(
        _matching(ONE_OR_MORE + r"(\.\d{0,6})?", "decimal(18, 6)"),
        "a number of 1 or more",
    ),
    "whole": Type(_matching(r"\d{1,6}", "integer"), "a whole number of 0 or more"),
    "count": Type(_matching(ONE_OR_MORE, "integer"), "a whole number of 1 or more"),
    "date": Type(_matching(DATE, "date"), "a date like 2026-08-13"),
    "month": Type(_matching(MONTH, "varchar"), "a month like 2026-08"),
    "currency": Type(
        _matching("[A-Z]{3}", "varchar"), "a currency code of ISO 4217, such as USD"
    ),
    "unit": Type(_matching(UNIT, "varchar"), "a unit, such as Rack Units"),
    "labels": Type(
        "case when not json_valid({said}) then null "
        "when json_type({said}) = 'OBJECT' "
        r"and not regexp_matches({said}, ':\s*[\[{]') then {said} end",
        'a flat JSON object, such as {"team": "search"}',
    ),
}


def positions(headers: Sequence[str]) -> dict[str, int]:
    """Map headers, whatever their case, to their places in a file."""
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        found.setdefault(header.strip().lower(), place)
    return found


def refuse_missing(source: str, file: Candidate, known: Sequence[Known]) -> None:
    """Refuse a file that lacks a column that every row needs.

    Raises:
        ExportError: it does.
    """
    found = positions(file.columns)
    needed = [column.name for column in known if column.is_needed]
    missing = [name for name in needed if name not in found]
    if missing:
        raise ExportError(
            f"{source}: {file.name}: without {', '.join(missing)}; expected the "
            f"columns {', '.join(needed)}"
        )


def scan(path: Path, known: Sequence[Known]) -> str:
    """Give a SELECT of a file's rows: ``row_number`` and every known column as text.

    Blank cells and columns that the file lacks are NULL.
    """
    file = sniff(path, path.parent)
    names = [f"c{place}" for place in range(len(file.columns))]
    shape = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    header = next(iter(file.head.splitlines()), "")
    found = positions(file.columns)
    picked = ["row_number() over () as row_number"]
    for column in known:
        place = found.get(column.name)
        said = "cast(null as varchar)" if place is None else names[place]
        picked.append(f"nullif(trim({said}), '') as {column.name}")
    return (
        f"select {', '.join(picked)} from read_csv({quoted(file.path)}, "
        "auto_detect = false, header = true, "
        f"delim = {quoted(max(DELIMITERS, key=header.count))}, quote = '\"', "
        "escape = '\"', nullstr = '', "
        f"compression = '{file.compression or 'none'}', columns = {{{shape}}})"
    )


def of_all(deliveries: Sequence[Delivery], known: Sequence[Known]) -> str:
    """Give the rows of all files as ``scan`` does, with ``age`` (higher is newer)."""
    return " union all ".join(
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(delivery.names[0])} as file_name, * "
        f"from ({scan(delivery.files[0], known)})"
        for age, delivery in enumerate(deliveries)
    )


def no_rows(known: Sequence[Known]) -> str:
    """Give the SELECT of a file that nobody delivered."""
    texts = ("delivery_id", "file_name", *(column.name for column in known))
    empty = ", ".join(f"cast(null as varchar) as {name}" for name in texts)
    return f"select cast(null as bigint) as row_number, {empty} limit 0"


def typed(rows: str, known: Sequence[Known], checks: Checks, place: str = PLACE) -> str:
    """Give rows with their types; a cell that cannot be true stops the query.

    Args:
        rows: a SELECT of ``scan`` with ``delivery_id`` and ``file_name``.
        known: the columns.
        checks: what must hold between cells of a row, or of all rows.
        place: what says where a row is from.
    """
    values = ", ".join(f"{_value(column)} as {column.name}" for column in known)
    checked = ", ".join(
        f"case when coalesce({holds}, true) then {column} "
        f"else {_refusal(f'cast({column} as varchar)', column, wanted)} end as {column}"
        for column, (holds, wanted) in checks.items()
    )
    made = f"select {place}, {values} from ({rows})"
    return f"select * replace ({checked}) from ({made})" if checks else made


def _value(column: Known) -> str:
    read = column.type.of(column.name)
    good = f"{read} is not null"
    if not column.is_needed:
        good = f"({good} or {column.name} is null)"
    refusal = _refusal(column.name, column.name, column.type.wanted)
    return f"case when {good} then {read} else {refusal} end"


def _refusal(said: str, column: str, wanted: str) -> str:
    shown = f"coalesce('''' || {said} || '''', 'empty')"
    return (
        f"error(file_name || ', row ' || row_number || ': {column} is ' || {shown} "
        f"|| {quoted(f', expected {wanted}')})"
    )
