"""LiteLLM: the spend log of a gateway, a row a call, by its master key.

Its count of rows stops at ten thousand, and pages go on behind that: so it is asked
until a page is not full. Both ends of a window are in it; a call at midnight is in two,
and counts once by its id.
"""

from pipelines.fetching.vendor import (
    Body,
    Question,
    Report,
    Span,
    Vendor,
    bearer,
    listed,
    rows_in,
)
from pipelines.settings.fetching import LiteLlmFetch

ROWS_OF_A_PAGE = 100  # what it allows


def _logs(_: LiteLlmFetch, span: Span) -> Question:
    return Question(
        span,
        "/spend/logs/v2",
        (
            ("start_date", f"{span.first} 00:00:00"),
            ("end_date", f"{span.end} 00:00:00"),
            ("sort_by", "startTime"),
            ("sort_order", "asc"),
            ("page_size", f"{ROWS_OF_A_PAGE}"),
            ("page", "1"),
        ),
    )


def _after(question: Question, body: Body) -> Question | None:
    is_full = len(listed(body["data"])) >= int(body.get("page_size", ROWS_OF_A_PAGE))
    return question.next_by(page=f"{question.page + 1}") if is_full else None


def _lacks(settings: LiteLlmFetch) -> str:
    if settings.base_url:
        return ""
    return "fetch.litellm.base_url does not say where your LiteLLM answers"


VENDOR = Vendor(
    name="litellm",
    title="LiteLLM",
    chosen=lambda fetch: fetch.litellm,
    headers=bearer,
    reports=(
        Report(
            name="spend_logs",
            ask=_logs,
            after=_after,
            rows=rows_in("data"),
            unit="day",
            settling_days=2,
        ),
    ),
    key=(
        "the gateway's owner has its master key (LITELLM_MASTER_KEY), or makes a key "
        "of a proxy admin viewer; a key for models cannot read it"
    ),
    lacks=_lacks,
)
