"""Recognize activity files, open them as texts, and give the texts their types.

A CSV has a row a generation; a page of the API a row a day, model and endpoint.

Belongs here: which files are claimed or refused, their months, and the words of a
refusal: file, row, column. What an hour of activity means is in ``convert.sql``.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.focus.schema import MONEY
from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Candidate, Drop, ExportError
from pipelines.sources.formats.csv_cells import TYPES, Column
from pipelines.sources.formats.csv_files import by_position, positions
from pipelines.sources.formats.months import DatedRows, months_of
from pipelines.sources.formats.openrouter import is_page
from pipelines.sources.formats.parts import stamp_of
from pipelines.sources.formats.records import of_a_page

TELLING = {"generation_id", "created_at", "model_permaslug"}
# Column -> type. Who sent a request (user) is not read.
COLUMNS = {
    "generation_id": "text",
    "created_at": "time",
    "cost_total": "number",
    "cost_web_search": "number",
    "cost_cache": "number",
    "cost_file_processing": "number",
    "byok_usage_inference": "number",
    "tokens_prompt": "number",
    "tokens_completion": "number",
    "tokens_reasoning": "number",
    "tokens_cached": "number",
    "model_permaslug": "text",
    "provider_name": "text",
    "api_key_name": "text",
    "requests": "number",
}
# In a page, what it sums up has other names than in a CSV.
KEYS = {
    "created_at": ["date"],
    "cost_total": ["usage"],
    "tokens_prompt": ["prompt_tokens"],
    "tokens_completion": ["completion_tokens"],
    "tokens_reasoning": ["reasoning_tokens"],
}
NEEDED = ("generation_id", "created_at", "cost_total", "model_permaslug")
# Small costs may come as 1.2e-05; a cast alone would also take 1_000 for a number.
NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
EXPECTED = {"number": "a number", "time": "a time like 2026-08-13 05:46:57.713"}


def claims(candidate: Candidate) -> bool:
    """Return whether a file is the activity of an account."""
    if candidate.format != "csv":
        return is_page(candidate)
    return set(_places(candidate)) >= TELLING


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give one drop per file.

    Raises:
        ExportError: a file lacks a column, or has a row without a time.
    """
    for file in candidates:
        missing = [name for name in NEEDED if name not in _places(file)]
        if missing and file.format == "csv":
            raise ExportError(
                f"openrouter: {file.name}: activity without {', '.join(missing)}; "
                "expected the file as OpenRouter wrote it"
            )
        dated = DatedRows(
            source="openrouter",
            file=file.name,
            rows=scan(file),
            month=month(),
            cell="created_at",
            column="created_at",
            expected=EXPECTED["time"],
        )
        pulled_at = stamp_of(file.name) if file.format == "json" else None
        yield Drop(
            files=(file,),
            periods=months_of(dated, file),
            scope="",
            delivered_at=pulled_at or file.modified,
            ordered_by="pull time" if pulled_at else "file date",
        )


def scan(given: Candidate | Path) -> str:
    """Give a SELECT of a file's rows: ``row_number`` and every known column as text.

    Blank cells and columns that the file lacks are NULL.
    """
    file = sniffed(given)
    if file.format == "json":
        return of_a_page(file, [Column(name, TYPES["text"]) for name in COLUMNS], KEYS)
    names = positions(file.columns)
    found = _places(file)
    numbers = [found[name] for name in found if COLUMNS.get(name) == "number"]
    picked = ["row_number() over () as row_number"]
    for column in COLUMNS:
        cell = names[found[column]] if column in found else "cast(null as varchar)"
        picked.append(f"nullif(trim({cell}), '') as {column}")
    return f"select {', '.join(picked)} from {by_position(file, numbers)}"


def day(expression: str = "created_at") -> str:
    """Give the SQL of the day of a time, '2026-08-13'; NULL where it is no time."""
    return f"strftime({_time(expression)}, '%Y-%m-%d')"


def month(expression: str = "created_at") -> str:
    """Give the SQL of the month of a time, '2026-08'; NULL where it is no time."""
    return f"strftime({_time(expression)}, '%Y-%m')"


def typed() -> str:
    """Give the columns of ``newest`` with their types; a bad value stops the query."""
    return ",\n".join(f"{_value(c, kind)} as {c}" for c, kind in COLUMNS.items())


def _places(file: Candidate) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, header in enumerate(file.columns):
        found.setdefault(header.strip().lower(), place)
    return found


def _time(expression: str) -> str:
    """Read a time; the file names no zone, and means UTC."""
    return f"cast(try_cast({expression} as timestamptz) as timestamp)"


def _value(column: str, kind: str) -> str:
    cell = f"newest.{column}"
    numeric = f"case when regexp_full_match({cell}, '{NUMBER}') then {cell} end"
    read = {
        "number": f"try_cast({numeric} as {MONEY})",
        "time": _time(cell),
    }.get(kind, cell)
    if kind == "text" and column not in NEEDED:
        return cell
    good = f"{read} is not null"
    if column not in NEEDED:
        good = f"({good} or {cell} is null)"
    if column == "generation_id":
        good = f"({good} or newest.is_day)"
    problem = (
        f"error(newest.file_name || ', row ' || newest.row_number || "
        f"': {column} is ' || "
        f"coalesce('''' || {cell} || '''', 'empty') || "
        f"', expected {EXPECTED.get(kind, 'a value')}')"
    )
    return f"case when {good} then {read} else {problem} end"
