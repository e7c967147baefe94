"""OpenRouter's activity is bill and usage at once, and its money counts once."""

import csv
import io

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR
from pipelines.sources.registry import all_sources
from pipelines.sources.usage.openrouter_usage import SOURCES

USAGE, SAMPLES, SESSIONS = SOURCES
SAMPLE = PROJECT_DIR / "sample_exports" / "openrouter"
TOKENS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens, reasoning_tokens"
)
BASE = {
    "generation_id": "gen-1",
    "created_at": "2026-09-03 05:46:57.713",
    "cost_total": "0.0012",
    "tokens_prompt": "1000",
    "tokens_completion": "200",
    "tokens_reasoning": "50",
    "tokens_cached": "400",
    "model_permaslug": "openai/gpt-4o-2024-08-06",
    "provider_name": "Azure",
    "cancelled": "false",
    "user": "somebody",
    "generation_time_ms": "2400",
    "time_to_first_token_ms": "300",
    "api_key_name": "trials",
    "app_name": "chat",
}


def activity(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(BASE))
    writer.writeheader()
    writer.writerows(BASE | row for row in rows)
    return text.getvalue()


def test_cached_tokens_are_taken_out_and_reasoning_is_part_of_the_output(put, convert):
    put("activity.csv", activity({}))

    rows = convert(
        USAGE,
        "2026-09",
        f"{TOKENS}, provider_name, model_id, credential_id, workload_name, "
        "gateway_cost, user_id",
    )

    # 1,000 sent, 400 of them cached; 50 of the 200 were reasoning.
    model = "gpt-4o-2024-08-06"
    assert rows == [
        (600, 400, None, 200, 50, "OpenRouter", model, "trials", "chat", None, None)
    ]


def test_a_generation_in_two_files_counts_once_by_name(put, convert, reasons):
    put("a.csv", activity({}, {"generation_id": "gen-2"}), hour=1)
    put("b.csv", activity({"cancelled": "true"}), hour=2)

    rows = convert(
        USAGE, "2026-09", "sum(request_count)::int, sum(failed_request_count)::int"
    )

    assert rows == [(2, 1)]
    assert reasons() == {"a newer row has its id": 1}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"tokens_completion": "-1"}, "a token count below zero"),
    ],
)
def test_a_generation_that_cannot_be_true_is_left_out_by_name(
    fields, reason, put, convert, reasons
):
    put("a.csv", activity({}, {"generation_id": "gen-2"} | fields))

    assert convert(USAGE, "2026-09", "request_count") == [(1,)]
    assert reasons() == {reason: 1}


def test_a_cell_that_cannot_be_read_stops_the_month(put, settings):
    put("a.csv", activity({}, {"tokens_prompt": "many"}))
    landing = scan(settings, [USAGE])

    with pytest.raises(ExportError, match=r"a\.csv, row 2: tokens_prompt is 'many'"):
        write_partition(settings, USAGE, landing.of(USAGE, "2026-09"), "2026-09")


def test_a_generation_without_a_time_is_refused(put, settings):
    put("a.csv", activity({"created_at": ""}))

    [refusal] = scan(settings, [USAGE]).refusals

    assert "a.csv, row 1: created_at is empty" in refusal.reason


def test_the_file_of_the_bill_is_a_file_of_usage_too(put, settings):
    put("activity.csv", activity({}))

    landing = scan(settings, all_sources(settings))

    assert landing.refusals == ()
    assert {d.source for d in landing.deliveries} == {
        "openrouter",
        "openrouter_usage",
        "openrouter_usage_samples",
        "openrouter_usage_sessions",
    }


def test_the_sample_s_tokens_are_those_of_its_distinct_generations(convert, put):
    """Each file begins with a day of the month before; those rows count once."""
    distinct = {}
    for path in sorted(SAMPLE.glob("*.csv")):
        put(path.name, path.read_bytes())
        with path.open(newline="") as file:
            distinct |= {row["generation_id"]: row for row in csv.DictReader(file)}
    prompt = [
        int(r["tokens_prompt"])
        for r in distinct.values()
        if r["created_at"].startswith("2026-09")
    ]

    rows = convert(
        USAGE,
        "2026-09",
        "sum(input_uncached_tokens + input_cache_read_tokens)::bigint, "
        "sum(request_count)::int",
    )

    assert rows == [(sum(prompt), len(prompt))]
    assert len(prompt) == 150  # 30 days, 5 generations each


def test_an_answer_that_met_the_limit_is_cut_off(put, convert):
    header = activity({}).splitlines()[0] + ",finish_reason_normalized"
    lines = [
        f"{activity({'generation_id': f'gen-{reason}'}).splitlines()[1]},{reason}"
        for reason in ("stop", "length", "tool_calls")
    ]
    put("activity.csv", "\n".join([header, *lines]) + "\n")

    rows = convert(USAGE, "2026-09", "request_count, truncated_request_count")

    assert rows == [(3, 1)]
