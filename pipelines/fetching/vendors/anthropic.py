"""Anthropic: cost report, usage report and Claude Code's analytics, by an admin key."""

from functools import partial

from pipelines.fetching.vendor import (
    Question,
    Report,
    Span,
    Vendor,
    by_cursor,
    rows_in,
)
from pipelines.fetching.vendors.openai import results_of
from pipelines.settings.fetching import VendorSettings

# Another grouping makes other rows of the same buckets: then all are asked for again.
USAGE = (
    "api_key_id",
    "workspace_id",
    "model",
    "service_tier",
    "context_window",
    "inference_geo",
)
COSTS = ("workspace_id", "description")


def _buckets(
    path: str, groups: tuple[str, ...], _: VendorSettings, span: Span
) -> Question:
    """Ask for whole buckets; an end that is no midnight is a 400 of the cost report."""
    return Question(
        span,
        f"/v1/organizations/{path}",
        (
            ("starting_at", f"{span.first}T00:00:00Z"),
            ("ending_at", f"{span.end}T00:00:00Z"),
            ("bucket_width", "1d"),
            ("limit", f"{span.days}"),
            *(("group_by[]", group) for group in groups),
        ),
    )


def _day(_: VendorSettings, span: Span) -> Question:
    """Ask for a day; the analytics know no end."""
    return Question(
        span,
        "/v1/organizations/usage_report/claude_code",
        (("starting_at", f"{span.first}"), ("limit", "1000")),
    )


def _report(name: str, path: str, groups: tuple[str, ...]) -> Report:
    return Report(
        name=name,
        ask=partial(_buckets, path, groups),
        after=by_cursor,
        rows=results_of,
        is_chained=True,
        # The size of an answer is limited, too, and documented nowhere.
        splits=True,
    )


VENDOR = Vendor(
    name="anthropic",
    title="Anthropic",
    chosen=lambda fetch: fetch.anthropic,
    headers=lambda key, _: {"x-api-key": key, "anthropic-version": "2023-06-01"},
    reports=(
        _report("cost_report", "cost_report", COSTS),
        _report("usage_report", "usage_report/messages", USAGE),
        Report(
            name="claude_code",
            ask=_day,
            after=by_cursor,
            rows=rows_in("data"),
            unit="day",
            is_chained=True,
        ),
    ),
    key=(
        "an organization's admin makes an admin key (sk-ant-admin...) at "
        "console.anthropic.com/settings/admin-keys; a workspace's key and an account "
        "of one person cannot read it"
    ),
)
