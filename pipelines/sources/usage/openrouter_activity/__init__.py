"""OpenRouter's activity by the day, from its API: tokens of the page that is the bill.

Belongs here: what a row of a page counts. Does not belong here: what it cost
(``sources.cost.openrouter``), and single generations (``openrouter_usage``).
"""

from collections.abc import Iterator, Sequence

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    Source,
    counted,
    quoted,
)
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import PLACE, Column, typed
from pipelines.sources.formats.months import DatedRows, months_of
from pipelines.sources.formats.openrouter import is_page
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.parts import stamp_of
from pipelines.sources.formats.records import of_a_page

COLUMNS = tuple(
    Column(name, logs.TYPES[kind], required=is_needed)
    for name, kind, is_needed in (
        ("date", "time", True),
        ("model_permaslug", "text", True),
        ("provider_name", "text", False),
        ("requests", "count", False),
        ("prompt_tokens", "count", False),
        ("completion_tokens", "count", False),
        ("reasoning_tokens", "count", False),
    )
)
DAY = logs.TYPES["time"].of("date")


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give one drop a page.

    Raises:
        ExportError: a page cannot be read, or has a row without a day.
    """
    for file in candidates:
        dated = DatedRows(
            source="openrouter_activity",
            file=file.name,
            rows=_scan(file),
            month=f"strftime({DAY}, '%Y-%m')",
            cell="date",
            column="date",
            expected="a day like 2026-08-13",
        )
        pulled_at = stamp_of(file.name)
        yield Drop(
            files=(file,),
            periods=months_of(dated, file),
            scope="",
            delivered_at=pulled_at or file.modified,
            ordered_by="pull time" if pulled_at else "file date",
        )


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the usage rows of a month, each day from its newest page."""
    rows = _rows(deliveries, period)
    return f"select * exclude (left_out) from ({rows}) where left_out is null"


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of a month, those apart whose day a newer page has."""
    return counted(_rows(deliveries, period), "left_out")


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    rows = " union all ".join(
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, * from ({_scan(sniffed(path, name))})"
        for age, delivery in enumerate(deliveries)
        for path, name in zip(delivery.files, delivery.names, strict=True)
    )
    here = f"select * from ({rows}) where strftime({DAY}, '%Y-%m') = {quoted(period)}"
    sql = text_beside(__package__, "convert.sql")
    return sql.format(rows=typed(here, COLUMNS, {}, f"age, {PLACE}"))


def _scan(file: Candidate) -> str:
    return of_a_page(file, COLUMNS, {})


SOURCE = Source(
    name="openrouter_activity",
    table="model_usage",
    description=(
        "What was sent to OpenRouter, from the activity of its API: tokens and "
        "requests per model, provider and day."
    ),
    expected="JSON pages of OpenRouter's activity (model_permaslug, requests, ...)",
    claims=is_page,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
    compressions=("",),
)
