"""OpenAI: the Costs API and every endpoint of the Usage API, by an admin key."""

from functools import partial

from pipelines.fetching.vendor import (
    Body,
    Question,
    Report,
    Span,
    Vendor,
    bearer,
    by_cursor,
    listed,
    midnight,
)
from pipelines.settings.fetching import VendorSettings

_CALLS = ("project_id", "user_id", "api_key_id", "model")
# What each endpoint is grouped by, which is what its source reads. Another grouping
# makes other rows of the same buckets: then all of them are asked for again.
USAGE = {
    "completions": (*_CALLS, "batch", "service_tier"),
    "embeddings": _CALLS,
    "moderations": _CALLS,
    "images": _CALLS,
    "audio_speeches": _CALLS,
    "audio_transcriptions": _CALLS,
    "vector_stores": ("project_id",),
    "code_interpreter_sessions": ("project_id",),
    "file_search_calls": ("project_id", "user_id", "api_key_id"),
    "web_search_calls": _CALLS,
}
COSTS = ("project_id", "line_item", "api_key_id")


def _ask(path: str, groups: tuple[str, ...], _: VendorSettings, span: Span) -> Question:
    """Ask for whole buckets: the end is the midnight behind the last day."""
    return Question(
        span,
        f"/v1/organization/{path}",
        (
            ("start_time", f"{midnight(span.first).timestamp():.0f}"),
            ("end_time", f"{midnight(span.end).timestamp():.0f}"),
            ("bucket_width", "1d"),
            ("limit", f"{span.days}"),
            *(("group_by", group) for group in groups),
        ),
    )


def results_of(body: Body) -> int:
    """Count the results in all buckets of a page."""
    return sum(len(listed(bucket["results"])) for bucket in listed(body["data"]))


def _report(name: str, path: str, groups: tuple[str, ...], settling: int) -> Report:
    return Report(
        name=name,
        ask=partial(_ask, path, groups),
        after=by_cursor,
        rows=results_of,
        settling_days=settling,
        is_chained=True,
    )


VENDOR = Vendor(
    name="openai",
    title="OpenAI",
    chosen=lambda fetch: fetch.openai,
    headers=bearer,
    reports=(
        _report("costs", "costs", COSTS, settling=7),
        *(_report(name, f"usage/{name}", by, settling=4) for name, by in USAGE.items()),
    ),
    key=(
        "an organization's owner makes an admin key (sk-admin-...) at "
        "platform.openai.com/settings/organization/admin-keys; a project's key, or one "
        "without the right api.usage.read, cannot read it"
    ),
)
