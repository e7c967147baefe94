"""Claude Code's analytics: persons are hashed, and estimates are no bill."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.persons import persons_of
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.usage import anthropic_usage
from pipelines.sources.usage.claude_code import SOURCE

TOKENS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens"
)
PERSON = "somebody@example.com"
SONNET = {
    "model": "claude-sonnet-4-5-20250929",
    "tokens": {"input": 100, "output": 40, "cache_read": 900, "cache_creation": 60},
    "estimated_cost": {"amount": 123, "currency": "USD"},
}


def record(*models, day="2026-08-03", **fields):
    return {
        "date": f"{day}T00:00:00Z",
        "actor": {"type": "user_actor", "email_address": PERSON},
        "organization_id": "org-1",
        "customer_type": "api",
        "terminal_type": "vscode",
        "core_metrics": {"num_sessions": 3},
        "tool_actions": {},
        "model_breakdown": list(models),
    } | fields


def page(*records):
    return {"data": list(records), "has_more": False, "next_page": None}


def test_the_four_counters_stand_beside_each_other(put, convert):
    put("a.json", page(record(SONNET)))

    rows = convert(
        SOURCE,
        "2026-08",
        f"window_start::varchar, window_end::varchar, {TOKENS}, gateway_cost, "
        "inputs_include_cached",
    )

    # 900 read from and 60 written to the cache are not in the 100; 123 cents.
    day = ("2026-08-03 00:00:00", "2026-08-04 00:00:00")
    assert rows == [(*day, 100, 900, 60, 40, Decimal("1.23"), False)]


def test_its_tokens_are_a_workload_of_their_own(put, convert):
    """By it marts tell what coding agents cost from what a product costs."""
    put("a.json", page(record(SONNET)))

    rows = convert(SOURCE, "2026-08", "workload_name, model_id")

    assert rows == [("claude_code", "claude-sonnet-4-5-20250929")]


def test_a_person_is_a_hash_in_the_ledger(put, convert, settings):
    put("a.json", page(record(SONNET)))

    [(user,)] = convert(SOURCE, "2026-08", "user_id")

    assert user == persons_of(settings).word(PERSON)
    written = b"".join(p.read_bytes() for p in settings.ledger_dir.rglob("*.parquet"))
    assert PERSON.encode() not in written


def test_a_subscription_is_a_tier_of_its_own(put, convert):
    put(
        "a.json",
        page(
            record(SONNET, customer_type="subscription"),
            record(SONNET, actor={"type": "api_actor", "api_key_name": "ci"}),
        ),
    )

    assert convert(SOURCE, "2026-08", "processing_tier, credential_id") == [
        ("subscription", None),
        (None, "ci"),
    ]


def test_a_newer_pull_replaces_a_day(put, convert, reasons):
    twice = SONNET | {"tokens": SONNET["tokens"] | {"output": 80}}
    put(
        "20260804T020000Z/p.json",
        page(record(SONNET), record(SONNET, day="2026-08-02")),
    )
    put("20260805T020000Z/p.json", page(record(twice)))

    assert convert(SOURCE, "2026-08", "day(window_start), output_tokens") == [
        (2, 40),
        (3, 80),
    ]
    assert reasons() == {"a newer pull has its day": 1}


def test_pages_of_one_pull_add_up(put, convert):
    put("20260804T020000Z/1.json", page(record(SONNET)))
    put("20260804T020000Z/2.json", page(record(SONNET), record()))

    assert convert(SOURCE, "2026-08", "sum(output_tokens)::int") == [(80,)]


def test_days_without_a_model_and_counts_below_zero_are_left_out_by_name(
    put, convert, reasons
):
    odd = SONNET | {"tokens": {"input": -1, "output": 1}}
    put("a.json", page(record(), record(odd), record(SONNET)))

    assert convert(SOURCE, "2026-08", "count(*)") == [(1,)]
    assert reasons() == {"no model was called": 1, "a token count below zero": 1}


def test_a_record_without_a_day_is_refused(put, settings):
    put("a.json", page(record(SONNET), record(SONNET) | {"date": "soon"}))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "a.json, record 2: date is 'soon', expected a day" in refusal.reason


def test_a_count_that_is_no_number_stops_the_month(put, settings):
    put("a.json", page(record(SONNET | {"tokens": {"input": "many"}})))
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=r"a\.json.*many"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")


def test_it_is_not_taken_for_the_usage_report(put, settings):
    put("a.json", page(record(SONNET)))

    landing = scan(settings, [SOURCE, anthropic_usage.SOURCE])

    assert [d.source for d in landing.deliveries] == ["claude_code"]
