"""Cursor: a team's usage events, by an admin key.

Both ends of a window are in it, in milliseconds: the end is the last one of a day, so
that no event is in two windows.
"""

import base64

from pipelines.fetching.vendor import (
    Body,
    Question,
    Report,
    Span,
    Vendor,
    midnight,
    rows_in,
)
from pipelines.settings.fetching import CursorFetch

EVENTS_OF_A_PAGE = 500


def _events(_: CursorFetch, span: Span) -> Question:
    first, end = midnight(span.first), midnight(span.end)
    return Question(
        span,
        "/teams/filtered-usage-events",
        body={
            "startDate": int(first.timestamp()) * 1000,
            "endDate": int(end.timestamp()) * 1000 - 1,
            "page": 1,
            "pageSize": EVENTS_OF_A_PAGE,
        },
    )


def _after_events(question: Question, body: Body) -> Question | None:
    more = body["pagination"]["hasNextPage"]
    return question.next_in_body(page=question.page + 1) if more else None


def _headers(key: str, _: CursorFetch) -> dict[str, str]:
    """Give the key as the user of basic authentication, without a password."""
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


VENDOR = Vendor(
    name="cursor",
    title="Cursor",
    chosen=lambda fetch: fetch.cursor,
    headers=_headers,
    reports=(
        Report(
            name="usage_events",
            ask=_events,
            after=_after_events,
            rows=rows_in("usageEvents"),
            longest=30,
        ),
    ),
    key=(
        "a team's admin makes an admin key at cursor.com/dashboard, Settings, Cursor "
        "Admin API Keys; a key of a user or of the analytics API cannot read it"
    ),
)
