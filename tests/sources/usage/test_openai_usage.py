"""OpenAI's Usage API: four disjoint counters, whatever the payload's age."""

import json

import pytest

from pipelines.landing.candidates import find
from pipelines.sources.cost import openai
from pipelines.sources.usage.openai_usage import SOURCE

COUNTERS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens"
)
DOCUMENTED = "openai/openapi_example_organization_usage_{}.json"


def usage(kind="completions", **fields):
    return {
        "object": f"organization.usage.{kind}.result",
        "num_model_requests": 1,
        "project_id": "proj_a",
        "model": "gpt-4o",
    } | fields


def test_the_documented_thousand_input_tokens_are_counted_once(
    real_exports, put, convert
):
    """1000 input = 400 cached + 100 written to cache + 500 neither; 500 output.

    The documented page says that there is more; a page alone is whole without.
    """
    document = json.loads((real_exports / DOCUMENTED.format("completions")).read_text())
    put("usage.json", document | {"has_more": False, "next_page": None})

    rows = convert(SOURCE, "2024-11", f"{COUNTERS}, request_count, operation")

    assert rows == [(500, 400, 100, 500, 5, "completions")]


@pytest.mark.parametrize(
    ("kind", "counted"),
    [
        ("images", (2, "Images", 2, None)),
        ("audio_speeches", (45, "Characters", 1, None)),
        ("audio_transcriptions", (20, "Seconds", 1, None)),
        ("vector_stores", (1024, "Bytes", None, None)),
        ("code_interpreter_sessions", (1, "Sessions", None, None)),
    ],
)
def test_documented_usage_without_tokens_is_counted_in_its_own_unit(
    kind, counted, real_exports, put, convert
):
    put("usage.json", (real_exports / DOCUMENTED.format(kind)).read_bytes())

    rows = convert(
        SOURCE,
        "2024-11",
        "other_quantity, other_unit, request_count, input_uncached_tokens",
    )

    assert rows == [counted]


@pytest.mark.parametrize("kind", ["embeddings", "moderations"])
def test_documented_embeddings_and_moderations_put_nothing_out(
    kind, real_exports, put, convert
):
    put("usage.json", (real_exports / DOCUMENTED.format(kind)).read_bytes())

    assert convert(SOURCE, "2024-11", f"operation, {COUNTERS}") == [(kind, 16, 0, 0, 0)]


def test_an_older_payload_without_uncached_counts_has_its_cached_tokens_taken_out(
    put, page, convert
):
    """1000 input - 400 cached = 600 uncached; the sum is 1000 again."""
    result = usage(input_tokens=1000, input_cached_tokens=400, output_tokens=50)
    put("usage.json", page("2026-08-31", result))

    assert convert(SOURCE, "2026-08", COUNTERS) == [(600, 400, 0, 50)]


def test_a_payload_that_knows_no_cache_at_all_is_all_uncached(put, page, convert):
    result = usage(input_tokens=1000, output_tokens=50)
    put("usage.json", page("2026-08-31", result))

    assert convert(SOURCE, "2026-08", COUNTERS) == [(1000, 0, 0, 50)]


@pytest.mark.parametrize(
    ("fields", "tier"),
    [
        ({"batch": True}, "batch"),
        ({"batch": False}, "standard"),
        ({"batch": False, "service_tier": "flex"}, "flex"),
        ({}, None),
    ],
    ids=["batch", "standard", "flex", "not grouped by batch"],
)
def test_the_tier_is_known_where_the_pull_was_grouped_by_it(
    fields, tier, put, page, convert
):
    put("usage.json", page("2026-08-31", usage(input_tokens=1, **fields)))

    assert convert(SOURCE, "2026-08", "processing_tier") == [(tier,)]


def test_a_newer_pull_replaces_the_days_and_only_the_kind_that_it_has(
    put, page, convert
):
    first, again = "20260902T020000Z", "20260903T020000Z"
    put(f"{first}/completions.json", page("2026-08-31", usage(input_tokens=1)))
    put(
        f"{first}/embeddings.json",
        page("2026-08-31", usage("embeddings", input_tokens=7)),
    )
    put(f"{again}/completions.json", page("2026-08-31", usage(input_tokens=2)))

    rows = convert(SOURCE, "2026-08", "operation, input_uncached_tokens")

    assert rows == [("completions", 2), ("embeddings", 7)]


def test_pages_of_one_pull_never_replace_each_other(put, page, convert):
    pull = "20260902T020000Z"
    put(f"{pull}/completions-1.json", page("2026-08-31", usage(input_tokens=1)))
    put(f"{pull}/completions-2.json", page("2026-08-31", usage(input_tokens=2)))

    assert convert(SOURCE, "2026-08", "input_uncached_tokens") == [(1,), (2,)]


def test_usage_pages_are_no_bill_and_costs_pages_no_usage(put, page, settings):
    bill = {"object": "organization.costs.result", "amount": {"value": 1}}
    put("1.json", page("2026-08-31", usage(input_tokens=1)))
    put("2.json", page("2026-08-31", bill))

    candidates = find(settings.exports_dir).readable

    assert [SOURCE.claims(c) for c in candidates] == [True, False]
    assert [openai.SOURCE.claims(c) for c in candidates] == [False, True]
