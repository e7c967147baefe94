"""Open files of an export: known columns as text, then as what they are.

Belongs here: headers in every spelling, formats, row numbers, text to numbers and
times, and the words of a refusal: file, row, column. What a value means does not.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from pipelines.focus.schema import MONEY
from pipelines.landing.candidates import sniffed
from pipelines.landing.source import LOOK_INSIDE, quoted
from pipelines.sources.cost.azure_exports.dates import Style
from pipelines.sources.formats.blanks import without_blanks
from pipelines.sources.formats.csv_files import by_position
from pipelines.sources.formats.package_files import rows_beside

# A localised header has its English name in brackets: 'Ressource (ResourceId)'.
IN_BRACKETS = re.compile(r"\(([^()]+)\)\s*$")
SQL_TYPES = {"text": "VARCHAR", "number": MONEY, "time": "TIMESTAMP"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a source reads.

    Attributes:
        name: our name of it.
        type: 'text', 'number' or 'time'.
        headers: what it is called in exports, normalized, the preferred one first.
        required: whether a row may not be without a value.
    """

    name: str
    type: str
    headers: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A file that is open: a SELECT of its known columns as text, and their headers.

    Attributes:
        name: the file's name, for messages.
        scan: SELECT of ``row_number`` and the known columns that it has.
        headers: their headers as the file spells them, by name.
        types: their DuckDB types, by name.
    """

    name: str
    scan: str
    headers: Mapping[str, str]
    types: Mapping[str, str]


@cache
def known(package: str) -> tuple[Column, ...]:
    """Give the columns that a source reads, from its ``columns.csv``."""
    return tuple(
        Column(
            name=row["name"],
            type=row["type"],
            headers=tuple(row["headers"].split("|")),
            required=row["needed"] == "yes",
        )
        for row in rows_beside(package, "columns.csv")
    )


def normal(header: str) -> str:
    """Bring a header to one spelling: English, lower case, no blanks and no BOM."""
    found = IN_BRACKETS.search(header)
    return (found[1] if found else header).strip("\ufeff \t").replace(" ", "").lower()


def present(columns: Iterable[Column], headers: Iterable[str]) -> dict[str, str]:
    """Map the known columns that a file has to the headers that they have in it."""
    spelled: dict[str, str] = {}
    for header in headers:
        spelled.setdefault(normal(header), header)
    found = {}
    for column in columns:
        for name in column.headers:
            if name in spelled:
                found[column.name] = spelled[name]
                break
    return found


def opened(path: Path, name: str, columns: Sequence[Column]) -> Table:
    """Open one file; every column of a CSV is text."""
    file = sniffed(path, name)
    headers = present(columns, file.columns)
    if file.format == "parquet":
        source = f"read_parquet({quoted(path)}, file_row_number = true)"
        with duckdb.connect(config=LOOK_INSIDE) as db:
            described = db.execute(f"describe from {source}").fetchall()
        physical = {str(row[0]): str(row[1]) for row in described}
        picked = {n: f'"{header}"' for n, header in headers.items()}
        types = {n: physical[header] for n, header in headers.items()}
        number = "file_row_number + 1"
    else:
        places = {header: n for n, header in reversed([*enumerate(file.columns)])}
        kinds = {column.name: column.type for column in columns}
        numbers = [places[h] for n, h in headers.items() if kinds[n] == "number"]
        source = by_position(file, numbers)
        picked = {n: f"c{places[header]}" for n, header in headers.items()}
        types = dict.fromkeys(headers, "VARCHAR")
        number = "row_number() over ()"
    chosen = [f"{number} as row_number"]
    chosen += [f'{column} as "{n}"' for n, column in picked.items()]
    scan = f"select {', '.join(chosen)} from {source}"
    return Table(name, scan, headers, types)


def text(table: Table, name: str) -> str:
    """Give a column as text, NULL where it is empty or the file has none."""
    if name not in table.headers:
        return "cast(null as varchar)"
    return without_blanks(_said(table, name))


def _said(table: Table, name: str) -> str:
    """Give a column as text, as it stands in the file."""
    is_text = table.types[name] == "VARCHAR"
    return f'"{name}"' if is_text else f'cast("{name}" as varchar)'


def typed(
    table: Table, columns: Sequence[Column], style: Style, before: int
) -> Mapping[str, str]:
    """Give the expression of each column's value; what cannot be true is refused.

    Args:
        table: the file.
        columns: the columns wanted.
        style: how the delivery writes dates.
        before: rows of the delivery before this file.
    """
    return {column.name: _value(table, column, style, before) for column in columns}


def _value(table: Table, column: Column, style: Style, before: int) -> str:
    if column.name not in table.headers:
        return f"cast(null as {SQL_TYPES[column.type]})"
    given = text(table, column.name)
    reads, expected = [given], "a value"
    if column.type == "number":
        reads, expected = _numbers(table, column.name), "a number"
    elif column.type == "time":
        reads = [style.sql(_said(table, column.name)), style.sql(given)]
        expected = "a date"
    if column.type == "text" and not column.required:
        return given
    problem = refusal(table, column.name, expected, before)
    if not column.required:
        problem = f"case when {given} is not null then {problem} end"
    # Each is tried only where those before it read nothing.
    return f"coalesce({', '.join([*reads, problem])})"


def number(table: Table, name: str) -> str:
    """Read a number; NULL where there is none."""
    if name not in table.headers:
        return f"cast(null as {MONEY})"
    return f"coalesce({', '.join(_numbers(table, name))})"


def _numbers(table: Table, name: str) -> list[str]:
    """Give the ways to read a number, of which the first one that does counts."""
    if table.types[name] in {"DOUBLE", "FLOAT"}:
        return [f'case when isfinite("{name}") then try_cast("{name}" as {MONEY}) end']
    texts = (_said(table, name), text(table, name))
    return [f"try_cast({text} as {MONEY})" for text in texts]


def refusal(table: Table, name: str, expected: str, before: int) -> str:
    """Stop at a row, naming file, row of the delivery and column."""
    header = table.headers.get(name, name)
    given = text(table, name)
    return (
        f"error({quoted(table.name)} || ', row ' || (row_number + {before}) || "
        f"' of the delivery: ' || {quoted(header)} || ' is ' || "
        f"coalesce('''' || {given} || '''', 'empty') || "
        f"{quoted(', expected ' + expected)})"
    )


def values(rows: Collection[Sequence[object]], width: int) -> str:
    """Give rows as the body of a VALUES list; one row of NULLs when there are none."""
    given = rows or [(None,) * width]
    return ", ".join(
        "(" + ", ".join("null" if v is None else quoted(str(v)) for v in row) + ")"
        for row in given
    )
