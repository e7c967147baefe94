"""OpenRouter: the activity of an account by the day, by a management key."""

from pipelines.fetching.vendor import (
    Question,
    Report,
    Span,
    Vendor,
    bearer,
    only_page,
    rows_in,
)
from pipelines.settings.fetching import VendorSettings


def _day(_: VendorSettings, span: Span) -> Question:
    return Question(span, "/api/v1/activity", (("date", f"{span.first}"),))


VENDOR = Vendor(
    name="openrouter",
    title="OpenRouter",
    chosen=lambda fetch: fetch.openrouter,
    headers=bearer,
    reports=(
        Report(
            name="activity",
            ask=_day,
            after=only_page,
            rows=rows_in("data"),
            unit="day",
            # It answers of the last 30 complete days, and of no other.
            reach_days=30,
        ),
    ),
    key=(
        "an account's owner makes a management key at "
        "openrouter.ai/settings/management-keys; a key for models cannot read it"
    ),
)
