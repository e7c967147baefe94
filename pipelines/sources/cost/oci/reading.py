"""Open a cost report as texts, give the texts their types, refuse what cannot be true.

Belongs here: the CSV, tag columns to JSON, text to numbers and times, and the words of
a refusal: file, row, column. What a value means is in ``convert.sql``.
"""

from pathlib import Path

from pipelines.focus.schema import MONEY
from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Candidate, quoted
from pipelines.sources.cost.oci import columns
from pipelines.sources.cost.oci.columns import Column
from pipelines.sources.formats.csv_files import by_position, positions

# '2026-08-13T05:00Z' and '2026-08-13T06:00:00Z' stand side by side in one row.
TIMES = ("%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ")
# Small costs come as 9.73E-8; a cast alone would also take 1_000 for a number.
NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
CURRENCY = "[A-Z]{3}"
EXPECTED = {
    "number": "a number",
    "time": "a time like 2026-08-13T05:00Z",
    "flag": "true or false",
    "currency": "a currency code of ISO 4217",
}


def scan(given: Candidate | Path) -> str:
    """Give a SELECT of a file's rows: ``row_number``, every known column, ``tags``.

    Column columns are VARCHAR; blank cells and columns that the file lacks are NULL.
    """
    file = sniffed(given)
    names = positions(file.columns)
    found = columns.positions(file.columns)
    numbers = []
    picked = ["row_number() over () as row_number"]
    for column in columns.known():
        place = found.get(column.header)
        if place is not None and column.type == "number":
            numbers.append(place)
        cell = "cast(null as varchar)" if place is None else names[place]
        picked.append(f"nullif(trim({cell}), '') as {column.name}")
    tags = {key: names[place] for key, place in columns.tags(file.columns).items()}
    picked.append(f"{_tags(tags)} as tags")
    return f"select {', '.join(picked)} from {by_position(file, numbers)}"


def month(expression: str = "usage_start") -> str:
    """Give the SQL of the month of a time, '2026-08'; NULL where it is no time."""
    return f"strftime({_time(expression)}, '%Y-%m')"


def typed() -> str:
    """Give the columns of ``newest`` with their types; a bad value stops the query."""
    return ",\n".join(f"{_value(c)} as {c.name}" for c in columns.known())


def _tags(places: dict[str, str]) -> str:
    """Give tags as one JSON object."""
    pairs = [
        f"{{'key': {quoted(key)}, 'value': nullif(trim({cell}), '')}}"
        for key, cell in places.items()
    ]
    if not pairs:
        return "cast(null as varchar)"
    filled = f"list_filter([{', '.join(pairs)}], lambda tag: tag.value is not null)"
    return f"nullif(cast(to_json(map_from_entries({filled})) as varchar), '{{}}')"


def _time(expression: str) -> str:
    return f"try_strptime({expression}, {list(TIMES)!r})"


def _value(column: Column) -> str:
    cell = f"newest.{column.name}"
    numeric = f"case when regexp_full_match({cell}, '{NUMBER}') then {cell} end"
    coded = f"case when regexp_full_match({cell}, '{CURRENCY}') then {cell} end"
    read = {
        "number": f"try_cast({numeric} as {MONEY})",
        "time": _time(cell),
        "flag": f"case lower({cell}) when 'true' then true when 'false' then false end",
        "currency": coded,
    }.get(column.type, cell)
    if column.type == "text" and not column.required:
        return cell
    good = f"{read} is not null"
    if not column.required:
        good = f"({good} or {cell} is null)"
    if column.name == "usage_end":
        # A file whose start is no time has no month, and is refused before.
        good = f"({read} > {_time('newest.usage_start')})"
    expected = EXPECTED.get(column.type, "a value")
    if column.name == "usage_end":
        expected += " after lineItem/intervalUsageStart"
    return f"case when {good} then {read} else {_refusal(column, expected)} end"


def _refusal(column: Column, expected: str) -> str:
    return (
        f"error(newest.file_name || ', row ' || newest.row_number || "
        f"': {column.header} "
        f"is ' || coalesce('''' || newest.{column.name} || '''', 'empty') || "
        f"', expected {expected}')"
    )
