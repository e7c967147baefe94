"""Cursor's events as usage: who bills them, and what failed."""

from pipelines.sources.usage.cursor_usage import SOURCE as USAGE

TOKENS = {
    "inputTokens": 100,
    "outputTokens": 40,
    "cacheWriteTokens": 60,
    "cacheReadTokens": 900,
}


def event(second, kind, cents):
    return {
        "timestamp": str(1_788_445_353_123 + second),
        "userEmail": "dev-1@example.com",
        "model": "claude-4.5-sonnet",
        "kind": kind,
        "tokenUsage": TOKENS,
        "chargedCents": cents,
    }


def test_what_an_own_key_paid_is_usage_of_the_vendor_of_the_model(put, convert):
    events = [
        event(0, "Usage-based", 12.75),
        event(1, "User API Key", 0),
        event(2, "Errored, Not Charged", 0),
    ]
    paging = {"numPages": 1, "currentPage": 1, "pageSize": 10, "hasNextPage": False}
    period = {"startDate": 0, "endDate": "1"}
    put("a.json", {"usageEvents": events, "pagination": paging, "period": period})

    rows = convert(
        USAGE,
        "2026-09",
        "provider_name, input_uncached_tokens, input_cache_read_tokens, "
        "input_cache_write_tokens, output_tokens, request_count, failed_request_count",
    )

    tokens = (100, 900, 60, 40)
    assert rows == [
        ("Anthropic", *tokens, 1, 0),
        ("Cursor", *tokens, 1, 0),
        ("Cursor", *tokens, 1, 1),
    ]
