"""LiteLLM's spend log: what the gateway saw, from any dump of its table."""

import csv
import io
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.usage.litellm import SOURCES

USAGE, SAMPLES, SESSIONS = SOURCES
TOKENS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens"
)
USAGE_OBJECT = {
    "prompt_tokens": 1000,
    "completion_tokens": 50,
    "total_tokens": 1050,
    "prompt_tokens_details": {"cached_tokens": 600},
    "completion_tokens_details": {"reasoning_tokens": 30},
}


def call(number, usage=USAGE_OBJECT, words=None, **fields):
    metadata = {"user_api_key_team_alias": "Search", "usage_object": usage}
    return {
        "request_id": f"chatcmpl-{number}",
        "call_type": "acompletion",
        "api_key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05",
        "spend": "0.00125",
        "total_tokens": "1050",
        "prompt_tokens": "1000",
        "completion_tokens": "50",
        "startTime": "2026-08-03 10:15:00.250",
        "endTime": "2026-08-03 10:15:02",
        "completionStartTime": "2026-08-03 10:15:00.750",
        "model": "gpt-4o-2024-08-06",
        "custom_llm_provider": "openai",
        "api_base": "https://api.example.com",
        "user": "",
        "metadata": json.dumps(metadata | (words or {})),
        "cache_hit": "False",
        "request_tags": "[]",
        "team_id": "team-1",
        "end_user": "",
        "session_id": f"session-{number}",
        "status": "success",
    } | fields


def dump(*calls):
    text = io.StringIO()
    writer = csv.DictWriter(text, calls[0])
    writer.writeheader()
    writer.writerows(calls)
    return text.getvalue()


def test_cached_tokens_are_taken_out_of_the_prompt(put, convert):
    put("log.csv", dump(call(1)))

    rows = convert(
        USAGE, "2026-08", f"{TOKENS}, reasoning_tokens, inputs_include_cached"
    )

    # 1,000 sent, 600 of them cached: 400 are not. Reasoning is part of the 50.
    assert rows == [(400, 600, 0, 50, 30, True)]


def test_pages_of_the_api_say_what_a_dump_says(put, convert, settings):
    """The API gives metadata as an object, numbers as numbers and times with a zone."""
    as_api = call(
        2,
        metadata={"user_api_key_team_alias": "Search", "usage_object": USAGE_OBJECT},
        spend=0.00125,
        prompt_tokens=1000,
        startTime="2026-08-03T10:15:00.250000Z",
        request_tags=[],
        messages={"content": "said in confidence"},
    )
    page = {"data": [as_api], "total": 1, "page": 1, "page_size": 100}
    columns = f"{TOKENS}, project_name, request_count, gateway_cost, window_start"

    put("log.csv", dump(call(1)))
    (from_dump,) = convert(USAGE, "2026-08", columns)
    (settings.exports_dir / "log.csv").unlink()
    put("litellm/default/spend_logs/20260804T060000Z/2026-08-03-page-001.json", page)

    assert convert(USAGE, "2026-08", columns) == [from_dump]
    assert not [
        path
        for path in settings.ledger_dir.rglob("*")
        if path.is_file() and b"in confidence" in path.read_bytes()
    ]


def test_anthropic_behind_the_gateway_includes_what_it_wrote_to_the_cache(put, convert):
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 50,
        "cache_read_input_tokens": 700,
        "cache_creation_input_tokens": 200,
    }
    put("log.csv", dump(call(1, usage, custom_llm_provider="anthropic")))

    rows = convert(USAGE, "2026-08", f"provider_name, {TOKENS}")

    assert rows == [("Anthropic", 100, 700, 200, 50)]


def test_a_usage_in_the_vendor_s_own_words_excludes_cached_tokens(put, convert):
    usage = {"input_tokens": 100, "cache_read_input_tokens": 700, "output_tokens": 50}
    put(
        "log.csv",
        dump(call(1, usage, custom_llm_provider="anthropic", prompt_tokens="100")),
    )

    rows = convert(USAGE, "2026-08", f"{TOKENS}, inputs_include_cached")

    assert rows == [(100, 700, 0, 50, False)]


def test_a_call_that_the_gateway_s_cache_answered_used_no_tokens(put, convert):
    put("log.csv", dump(call(1), call(2, cache_hit="True", spend="0")))

    rows = convert(
        USAGE,
        "2026-08",
        f"{TOKENS}, request_count, cache_served_request_count, gateway_cost",
    )

    assert rows == [(400, 600, 0, 50, 2, 1, Decimal("0.00125"))]


def test_the_caller_is_the_team_the_tags_and_the_customer(put, convert):
    put(
        "log.csv",
        dump(
            call(
                1,
                request_tags='["feature:answers", "env=production", "User-Agent: x"]',
                end_user="acme",
                custom_llm_provider="azure",
                model="azure/gpt-4o",
                words={"spend_logs_metadata": {"app": "web", "feature": "other"}},
            )
        ),
    )

    rows = convert(
        USAGE,
        "2026-08",
        "provider_name, model_id, project_name, feature_name, environment_name, "
        "tenant_id, workload_name, credential_id",
    )

    assert rows == [
        (
            "Microsoft",
            "gpt-4o",
            "Search",
            "answers",
            "production",
            "acme",
            "web",
            "88dc28d0f030c55ed4ab77ed8faf098196cb1c05",
        )
    ]


def test_failures_and_calls_that_were_tried_again_are_told_apart(put, convert):
    again = {"litellm_call_id": "call-1"}
    put(
        "log.csv",
        dump(
            call(1, **again, status="failure", prompt_tokens="0", usage=None),
            call(2, **again),
            call(3, **again, startTime="2026-08-03 10:16:00"),
        ),
    )

    rows = convert(
        USAGE, "2026-08", "request_count, failed_request_count, retried_request_count"
    )

    assert rows == [(3, 1, 1)]


def test_latency_is_from_the_start_to_the_end_and_to_the_first_token(put, convert):
    backwards = call(2, endTime="2026-08-03 10:14:59")
    put("log.csv", dump(call(1), backwards))

    [(latency, counted)] = convert(
        USAGE, "2026-08", "latency_ms, latency_request_count"
    )
    first = convert(SAMPLES, "2026-08", "request_id, time_to_first_token_ms")

    # The second call ends before it began: how long it took is unknown.
    assert (latency, counted) == (1750, 1)
    assert first == [("chatcmpl-1", 500), ("chatcmpl-2", 500)]


def test_sessions_and_their_outcomes_come_from_the_log(put, convert):
    won = {"spend_logs_metadata": {"outcome": "resolved", "agent": "triage"}}
    put("log.csv", dump(call(1, words=won, session_id="s"), call(2, session_id="s")))

    rows = convert(
        SESSIONS, "2026-08", "session_id, session_name, outcome, request_count"
    )

    assert rows == [("s", "triage", "resolved", 2)]


def test_parquet_says_the_same_as_csv(put, convert, tmp_path):
    calls = [call(1), call(2, cache_hit="True"), call(3, request_tags='["app:web"]')]
    put("log.csv", dump(*calls))
    everything = "* exclude (delivery_id)"
    of_csv = [convert(source, "2026-08", everything) for source in SOURCES]

    table = pa.Table.from_pylist(calls)
    numbers = {"spend": pa.float64()} | dict.fromkeys(
        ("prompt_tokens", "completion_tokens"), pa.int32()
    )
    for name, kind in numbers.items():
        place = table.schema.get_field_index(name)
        table = table.set_column(place, name, table[name].cast(kind))
    pq.write_table(table, tmp_path / "log.parquet")
    put("log.csv", (tmp_path / "log.parquet").read_bytes())
    of_parquet = [convert(source, "2026-08", everything) for source in SOURCES]

    assert of_csv == of_parquet
    assert of_csv[0]


def test_prompts_are_not_read(put, convert, settings):
    secret = "the prompt that nobody may keep"
    put("log.csv", dump(call(1, messages=secret, response=secret)))
    for source in SOURCES:
        convert(source, "2026-08", "count(*)")

    written = b"".join(p.read_bytes() for p in settings.ledger_dir.rglob("*.parquet"))
    assert secret.encode() not in written


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"completion_tokens": "-5"}, "a token count below zero"),
        ({"startTime": "2026-08-30 10:00:00"}, "later than its file was written"),
        ({"request_id": "chatcmpl-1"}, "a newer row has its id"),
    ],
)
def test_a_call_that_cannot_be_true_is_left_out_by_name(
    fields, reason, put, convert, reasons
):
    written = 24 * (365 * 56 + 14 + 215)  # hours from 1970 to 4 August 2026
    put("log.csv", dump(call(1), call(2, **fields)), hour=written)

    rows = convert(USAGE, "2026-08", "request_count, output_tokens")

    assert rows == [(1, 50)]
    assert reasons() == {reason: 1}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"prompt_tokens": "many"}, "row 2: prompt_tokens is 'many', expected a whole"),
        ({"spend": "$1"}, "row 2: spend is '\\$1', expected a number"),
        ({"endTime": "soon"}, "row 2: endtime is 'soon', expected a time"),
    ],
)
def test_a_cell_that_cannot_be_read_stops_the_month(fields, said, put, settings):
    put("log.csv", dump(call(1), call(2, **fields)))
    landing = scan(settings, [USAGE])

    with pytest.raises(ExportError, match=rf"log\.csv, {said}"):
        write_partition(settings, USAGE, landing.of(USAGE, "2026-08"), "2026-08")


def test_a_row_without_a_time_is_refused(put, settings):
    put("log.csv", dump(call(1), call(2, startTime="")))

    [refusal] = scan(settings, [USAGE]).refusals

    assert "log.csv, row 2: starttime is empty, expected a time" in refusal.reason


def test_a_call_without_a_model_stays(put, convert):
    put("log.csv", dump(call(1, model="")))

    assert convert(USAGE, "2026-08", "model_id, output_tokens") == [(None, 50)]


def test_a_dump_that_cannot_tell_cached_tokens_is_refused(put, settings):
    bare = {name: said for name, said in call(1).items() if name != "metadata"}
    put("log.csv", dump(bare))

    [refusal] = scan(settings, [USAGE]).refusals

    assert "log.csv: without metadata; expected the columns" in refusal.reason


def test_a_prompt_is_named_by_tags_or_metadata(put, convert):
    tagged = {"request_tags": '["prompt_name:answer", "prompt_version:4"]'}
    logged = {"spend_logs_metadata": {"prompt_name": "answer", "prompt_version": "4"}}
    put("spend.csv", dump(call(1, **tagged), call(2, words=logged)))

    rows = convert(USAGE, "2026-08", "prompt_name, prompt_version, request_count")

    assert rows == [("answer", "4", 2)]
