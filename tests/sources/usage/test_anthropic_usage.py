"""Anthropic's usage report: input counts that leave cached tokens out already."""

import json

from pipelines.landing.candidates import find
from pipelines.sources.cost import anthropic
from pipelines.sources.usage.anthropic_usage import SOURCE

COUNTERS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens, request_count, inputs_include_cached"
)
USAGE = {
    "uncached_input_tokens": 1000,
    "cache_creation": {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 7},
    "cache_read_input_tokens": 400,
    "output_tokens": 500,
    "server_tool_use": {"web_search_requests": 2},
    "api_key_id": None,
    "workspace_id": "wrkspc_a",
    "model": "claude-sonnet-4-5-20250929",
    "service_tier": "batch",
    "context_window": "0-200k",
}


def page(day, *results):
    bucket = {
        "starting_at": f"{day}T00:00:00Z",
        "ending_at": f"{day}T23:59:59Z",
        "results": list(results),
    }
    return json.dumps({"data": [bucket], "has_more": False, "next_page": None})


def test_nothing_is_taken_out_of_inputs_that_exclude_the_cache(put, convert):
    """1000 uncached + 400 read + 30 and 7 written: 1437 input tokens in all."""
    put("page.json", page("2026-08-31", USAGE))

    rows = convert(SOURCE, "2026-08", COUNTERS)

    assert rows == [(1000, 400, 37, 500, None, False)]


def test_usage_and_cost_pages_are_told_apart_by_their_results(put, settings):
    put("usage.json", page("2026-08-31", USAGE))

    [candidate] = find(settings.exports_dir).readable

    assert SOURCE.claims(candidate)
    assert not anthropic.SOURCE.claims(candidate)


def test_a_batch_is_a_tier_of_its_own(put, convert):
    put("page.json", page("2026-08-31", USAGE))

    rows = convert(SOURCE, "2026-08", "processing_tier, other_quantity, other_unit")

    assert rows == [("batch", 2, "Web Searches")]
