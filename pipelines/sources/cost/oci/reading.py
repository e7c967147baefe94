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
from pipelines.sources.formats.blanks import without_blanks
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
        text = cell if place is None else without_blanks(cell)
        picked.append(f"{text} as {column.name}")
    tags = {key: names[place] for key, place in columns.tags(file.columns).items()}
    picked.append(f"{_tags(tags)} as tags")
    return f"select {', '.join(picked)} from {by_position(file, numbers)}"


def month(expression: str = "usage_start") -> str:
    """Give the SQL of the month of a time, '2026-08'; NULL where it is no time."""
    return f"strftime({_time(expression)}, '%Y-%m')"


def read() -> str:
    """Give the columns with their types, and what those that may be refused say."""
    read = [f"{_read(c)} as {c.name}" for c in columns.known()]
    said = [f"{c.name} as said_{c.name}" for c in columns.known() if _is_judged(c)]
    return ",\n".join(read + said)


def judged() -> str:
    """Give the columns of ``read``; a bad value stops the query.

    In one step with reading, each would be read twice.
    """
    return ",\n".join(f"{_judged(c)} as {c.name}" for c in columns.known())


def _tags(places: dict[str, str]) -> str:
    """Give tags as one JSON object, written cell by cell: a map of them costs more."""
    pairs = [
        f"coalesce(',' || cast(to_json({quoted(key)}) as varchar) || ':' || "
        f"cast(to_json({without_blanks(cell)}) as varchar), '')"
        for key, cell in places.items()
    ]
    if not pairs:
        return "cast(null as varchar)"
    return f"'{{' || nullif(({' || '.join(pairs)})[2:], '') || '}}'"


def _time(expression: str) -> str:
    """Read a time; a form that does not fit costs ten times one that does."""
    minutes, *seconds = TIMES
    return (
        f"coalesce(case when strlen({expression}) = {len('2026-08-13T05:00Z')} "
        f"then try_strptime({expression}, {minutes!r}) "
        f"else try_strptime({expression}, {seconds!r}) end, "
        f"try_strptime({expression}, {list(TIMES)!r}))"
    )


def _is_judged(column: Column) -> bool:
    return column.type != "text" or column.required


def _read(column: Column) -> str:
    cell = column.name
    numeric = f"case when regexp_full_match({cell}, '{NUMBER}') then {cell} end"
    coded = f"case when regexp_full_match({cell}, '{CURRENCY}') then {cell} end"
    return {
        "number": f"try_cast({numeric} as {MONEY})",
        "time": _time(cell),
        "flag": f"case lower({cell}) when 'true' then true when 'false' then false end",
        "currency": coded,
    }.get(column.type, cell)


def _judged(column: Column) -> str:
    if not _is_judged(column):
        return column.name
    good = f"{column.name} is not null"
    if not column.required:
        good = f"({good} or said_{column.name} is null)"
    expected = EXPECTED.get(column.type, "a value")
    if column.name == "usage_end":
        # A file whose start is no time has no month, and is refused before.
        good = "(usage_end > usage_start)"
        expected += " after lineItem/intervalUsageStart"
    refused = _refusal(column, expected)
    return f"case when {good} then {column.name} else {refused} end"


def _refusal(column: Column, expected: str) -> str:
    return (
        f"error(file_name || ', row ' || row_number || ': {column.header} "
        f"is ' || coalesce('''' || said_{column.name} || '''', 'empty') || "
        f"', expected {expected}')"
    )
