"""Anthropic's Claude Code analytics: tokens per day, person or key, and model.

Its pages are lists of actors and days, not of buckets. Belongs here: what an actor used
on a day; persons are e-mail addresses, which landing hashes in every table. Does not
belong here: money; estimated_cost is no bill, as a subscription is never charged by it.
"""

import json
import re
from collections.abc import Iterator, Sequence

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    ExportError,
    Source,
    counted,
    quoted,
)
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.pages import NO_PAGE, what_is_wrong
from pipelines.sources.formats.pulls import Page, content_of, cursor_of, pulls

ACTOR = re.compile(r'"actor"\s*:\s*\{')
METRICS = re.compile(r'"(core_metrics|model_breakdown)"\s*:')
DAY = re.compile(r"20\d\d-\d\d-\d\d")


def claims(candidate: Candidate) -> bool:
    """Claim pages of the analytics report."""
    head = candidate.head
    return candidate.format == "json" and bool(
        ACTOR.search(head) and METRICS.search(head)
    )


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Group pages into pulls.

    Raises:
        ExportError: a page is not JSON, or has a record without a day.
    """
    return pulls("claude_code", [_page(file) for file in candidates])


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the usage rows of a month, each organization's day from its newest pull."""
    rows = _rows(deliveries, period)
    return f"select * exclude (left_out) from ({rows}) where left_out is null"


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the records of a month, one for each model that they name."""
    return counted(_rows(deliveries, period), "left_out")


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    pulls = ", ".join(
        f"({quoted(path)}, {order}, {quoted(delivery.delivery_id)}, {page})"
        for order, delivery in enumerate(deliveries)
        for page, path in enumerate(delivery.files)
    )
    paths = ", ".join(quoted(path) for d in deliveries for path in d.files)
    sql = text_beside(__package__, "convert.sql")
    return sql.format(pulls=pulls, files=f"[{paths}]", period=quoted(period))


def _page(page: Candidate) -> Page:
    try:
        raw = page.path.read_bytes()
        body = json.loads(raw)
        days = [record["date"] for record in body["data"]]
        odd = next(
            (number for number, day in enumerate(days, 1) if not _is_day(day)), 0
        )
    except NO_PAGE as error:
        raise ExportError(
            f"claude_code: {page.name} is no page of the analytics report "
            f"({what_is_wrong(error)}); expected "
            '{"data": [{"date": ..., "actor": {...}, "model_breakdown": [...]}]}'
        ) from error
    if odd:
        raise ExportError(
            f"claude_code: {page.name}, record {odd}: date is {days[odd - 1]!r}, "
            "expected a day like 2026-08-13"
        )
    return Page(
        page,
        frozenset(day[:7] for day in days),
        cursor=cursor_of(body),
        content=content_of(raw),
    )


def _is_day(cell: object) -> bool:
    return isinstance(cell, str) and bool(DAY.match(cell))


SOURCE = Source(
    name="claude_code",
    table="model_usage",
    description=(
        "What Claude Code used: tokens per day, actor and model. It carries no money; "
        "its estimated cost is no bill."
    ),
    expected='JSON pages of Claude Code\'s analytics ("actor", "model_breakdown")',
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
    version=4,
    compressions=("",),
)
