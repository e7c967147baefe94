"""Langfuse's generations: parts are added, totals and steps never are."""

import csv
import io
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.landing.deliveries import scan
from pipelines.sources.usage.langfuse import SOURCES

USAGE, SAMPLES, SESSIONS = SOURCES
TOKENS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens"
)
PARTS = {
    "input": 300,
    "input_audio_tokens": 100,
    "input_cached_tokens": 600,
    "output": 20,
    "output_reasoning_tokens": 30,
    "total": 1050,
}


def observation(number, **fields):
    return {
        "id": f"o{number}",
        "trace_id": "t1",
        "project_id": "p1",
        "environment": "production",
        "type": "GENERATION",
        "parent_observation_id": "",
        "start_time": "2026-08-03 10:15:00.000",
        "end_time": "2026-08-03 10:15:02.500",
        "metadata": {"feature": "answers", "tenant": "acme"},
        "level": "DEFAULT",
        "provided_model_name": "gpt-4o",
        "usage_details": PARTS,
        "cost_details": {"input": 0.001, "output": 0.0005, "total": 0.0015},
        "total_cost": None,
        "completion_start_time": "2026-08-03 10:15:00.400",
        "updated_at": "2026-08-03 10:15:03",
    } | fields


def as_csv(*rows):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow(
            json.dumps(said) if isinstance(said, dict) else said
            for said in row.values()
        )
    return text.getvalue()


def test_the_total_is_not_added_to_its_parts(put_lines, convert):
    put_lines("o.jsonl", observation(1))

    rows = convert(
        USAGE, "2026-08", f"{TOKENS}, reasoning_tokens, inputs_include_cached"
    )

    # 300 + 100 audio; 600 cached; 20 + 30 of reasoning. The total says 1,050 again.
    assert rows == [(400, 600, 0, 50, 30, False)]


def test_what_was_written_to_a_cache_is_a_class_of_its_own(put_lines, convert):
    usage = {
        "input": 5,
        "cache_read_input_tokens": 70,
        "cache_creation_input_tokens": 20,
        "output": 9,
    }
    put_lines(
        "o.jsonl", observation(1, usage_details=usage, provided_model_name="claude-x")
    )

    assert convert(USAGE, "2026-08", f"provider_name, {TOKENS}") == [
        ("Anthropic", 5, 70, 20, 9)
    ]


def as_page(*rows):
    """Write rows as the API does: keys in camel case, in a list beside a cursor."""
    renamed = [
        {
            key.split("_")[0] + "".join(map(str.title, key.split("_")[1:])): said
            for key, said in row.items()
        }
        for row in rows
    ]
    return json.dumps({"data": renamed, "meta": {"cursor": "next"}})


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "page", "parquet"])
def test_every_format_says_the_same(form, put, put_lines, convert, tmp_path):
    rows = [observation(1), observation(2, type="SPAN", usage_details={})]
    if form == "csv":
        put("o.csv", as_csv(*rows))
    elif form == "json":
        put("o.json", json.dumps(rows))
    elif form == "jsonl":
        put_lines("o.jsonl", *rows)
    elif form == "page":
        put("20260804T060000Z/2026-08-03-page-001.json", as_page(*rows))
    else:
        table = pa.Table.from_pylist(rows)
        usage = pa.array(
            [list(row["usage_details"].items()) for row in rows],
            pa.map_(pa.string(), pa.uint64()),
        )
        place = table.schema.get_field_index("usage_details")
        pq.write_table(
            table.set_column(place, "usage_details", usage), tmp_path / "o.parquet"
        )
        put("o.parquet", (tmp_path / "o.parquet").read_bytes())

    usage = convert(
        USAGE,
        "2026-08",
        f"{TOKENS}, request_count, feature_name, tenant_id, project_name, "
        "environment_name, latency_ms, gateway_cost",
    )
    sessions = convert(SESSIONS, "2026-08", "session_id, request_count")

    caller = ("answers", "acme", "p1", "production")
    assert usage == [(400, 600, 0, 50, 1, *caller, 2500, Decimal("0.0015"))]
    assert sessions == [("t1", 1)]


def test_steps_around_a_generation_are_left_out_by_name(put_lines, convert, reasons):
    kinds = ("SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "EMBEDDING")
    put_lines(
        "o.jsonl",
        *(observation(number, type=kind) for number, kind in enumerate(kinds)),
    )

    assert convert(USAGE, "2026-08", "operation, request_count") == [("embedding", 1)]
    assert reasons() == {"no generation, but a step around one": 5}


def test_an_observation_counts_as_it_was_updated_last(put_lines, convert, reasons):
    later = observation(
        1, usage_details={"input": 7, "output": 1}, updated_at="2026-08-03 10:20:00"
    )
    put_lines("new.jsonl", later, hour=1)
    put_lines("old.jsonl", observation(1), hour=2)

    # The file that was delivered last has the older version.
    assert convert(USAGE, "2026-08", TOKENS) == [(7, 0, 0, 1)]
    assert reasons() == {"a newer row has its id": 1}


@pytest.mark.parametrize(
    ("fields", "provider"),
    [
        ({"provided_model_name": "us.anthropic.claude-sonnet-4-5"}, "AWS"),
        ({"provided_model_name": "o3"}, "OpenAI"),
        ({"provided_model_name": "llama-3"}, "unassigned"),
        ({"metadata": {"ls_provider": "azure"}}, "Microsoft"),
    ],
)
def test_who_bills_is_said_or_follows_from_the_model(
    fields, provider, put_lines, convert
):
    put_lines("o.jsonl", observation(1, **fields))

    assert convert(USAGE, "2026-08", "provider_name") == [(provider,)]


def test_errors_are_failures(put_lines, convert):
    put_lines("o.jsonl", observation(1, level="ERROR", usage_details={}))

    assert convert(USAGE, "2026-08", f"failed_request_count, {TOKENS}") == [
        (1, None, None, None, None)
    ]


def test_a_usage_below_zero_is_left_out_by_name(put_lines, convert, reasons):
    put_lines("o.jsonl", observation(1), observation(2, usage_details={"input": -3}))

    assert convert(USAGE, "2026-08", "request_count") == [(1,)]
    assert reasons() == {"a token count below zero": 1}


def test_a_count_that_is_no_number_is_unknown_and_stops_no_other(put_lines, convert):
    put_lines(
        "o.jsonl",
        observation(1, usage_details={"input": "many", "output": 7}),
        observation(2, usage_details={"input": 3, "output": 5}),
        observation(3, usage_details="none of these"),
    )

    totals = "sum(request_count)::int, sum(output_tokens)::int"
    assert convert(USAGE, "2026-08", totals) == [(3, 12)]


def test_an_observation_without_a_time_is_refused(put_lines, settings):
    put_lines("o.jsonl", observation(1), observation(2, start_time=None))

    [refusal] = scan(settings, [USAGE]).refusals

    assert "o.jsonl, row 2: start_time is empty" in refusal.reason


def test_prompts_are_not_read(put_lines, convert, settings):
    secret = "the prompt that nobody may keep"
    put_lines("o.jsonl", observation(1, input=secret, output=secret))
    for source in SOURCES:
        convert(source, "2026-08", "count(*)")

    written = b"".join(p.read_bytes() for p in settings.ledger_dir.rglob("*.parquet"))
    assert secret.encode() not in written


def test_a_generation_names_its_prompt_and_an_imported_span_its_end(put_lines, convert):
    reasons = {"attributes": {"gen_ai.response.finish_reasons": '["length"]'}}
    put_lines(
        "o.jsonl",
        observation(1, prompt_name="judge", prompt_version=2),
        observation(2, prompt_name="judge", prompt_version=2, metadata=reasons),
    )

    rows = convert(
        USAGE,
        "2026-08",
        "feature_name, prompt_name, prompt_version, truncated_request_count",
    )

    # The first one says nothing of how it ended.
    assert sorted(rows, key=str) == [
        ("answers", "judge", "2", None),
        (None, "judge", "2", 1),
    ]


def test_a_page_of_the_older_api_says_the_model_under_its_own_name(put, convert):
    row = observation(1)
    row["model"] = row.pop("provided_model_name")
    put("o.json", as_page(row))

    assert convert(USAGE, "2026-08", "model_id, output_tokens") == [("gpt-4o", 50)]
