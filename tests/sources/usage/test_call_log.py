"""The owner's own calls: few columns are needed, and none is guessed."""

import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.usage.call_log import SOURCES

USAGE, SAMPLES, SESSIONS = SOURCES
TOKENS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens"
)
CALLS = (
    {
        "requested_at": "2026-08-03T10:15:00Z",
        "request_id": "a",
        "provider_name": "self-hosted",
        "model_id": "llama",
        "input_uncached_tokens": 100,
        "output_tokens": 20,
        "is_failed": False,
        "latency_ms": 300,
        "gateway_cost": 0.5,
    },
    {
        "requested_at": "2026-08-03T10:20:00+02:00",
        "request_id": "b",
        "provider_name": "self-hosted",
        "model_id": "llama",
        "input_uncached_tokens": 7,
        "output_tokens": 2,
        "is_failed": True,
        "latency_ms": None,
        "gateway_cost": None,
    },
)


def as_csv(*calls):
    lines = [",".join(calls[0])]
    for call in calls:
        said = ("" if value is None else str(value) for value in call.values())
        lines.append(",".join(said))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("form", ["csv", "jsonl", "json", "parquet"])
def test_every_format_says_the_same(form, put, put_lines, convert, tmp_path):
    if form == "csv":
        put("calls.csv", as_csv(*CALLS))
    elif form == "jsonl":
        put_lines("calls.jsonl", *CALLS)
    elif form == "json":
        put("calls.json", json.dumps(CALLS))
    else:
        pq.write_table(pa.Table.from_pylist(CALLS), tmp_path / "calls.parquet")
        put("calls.parquet", (tmp_path / "calls.parquet").read_bytes())

    rows = convert(
        USAGE,
        "2026-08",
        "hour(window_start), provider_name, model_id, input_uncached_tokens, "
        "output_tokens, request_count, failed_request_count, latency_ms, gateway_cost",
    )

    # The second call was at 08:20 UTC.
    assert rows == [
        (8, "self-hosted", "llama", 7, 2, 1, 1, None, None),
        (10, "self-hosted", "llama", 100, 20, 1, 0, 300, Decimal("0.5")),
    ]


def test_a_time_and_a_provider_are_enough(put, convert):
    put(
        "calls.csv",
        "requested_at,provider_name,output_tokens\n"
        "2026-08-03 10:00,OpenAI,5\n2026-08-03 10:00,OpenAI,5\n",
    )

    # Equal rows without an id are two calls.
    assert convert(USAGE, "2026-08", f"{TOKENS}, request_count, model_id") == [
        (None, None, None, 10, 2, None)
    ]


def test_input_tokens_include_cached_ones(put, convert):
    put(
        "calls.csv",
        "requested_at,provider_name,input_tokens,input_cache_read_tokens\n"
        "2026-08-03 10:00,OpenAI,1000,600\n",
    )

    assert convert(USAGE, "2026-08", f"{TOKENS}, inputs_include_cached") == [
        (400, 600, None, None, True)
    ]


def test_the_trace_of_azure_s_inference_service_comes_out_whole(
    real_exports, put, convert
):
    """8,819 requests; 18,059,974 context and 245,896 generated tokens, as published."""
    trace = real_exports / "llm_trace" / "AzureLLMInferenceTrace_code.csv"
    put("trace.csv", trace.read_bytes())

    totals = convert(
        USAGE,
        "2023-11",
        "sum(request_count)::int, sum(input_uncached_tokens)::int, "
        "sum(output_tokens)::int, count(*), min(provider_name)",
    )
    weights = convert(SAMPLES, "2023-11", "sum(sample_weight), count(*)")

    # From 18:17 to 19:14: two hours.
    assert totals == [(8819, 18_059_974, 245_896, 2, "Microsoft")]
    assert weights[0][1] == 200
    assert abs(weights[0][0] - 8819) < Decimal("1e-9")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-08-03 10:00,,5,", "row 1: provider_name is empty, expected a value"),
        ("2026-08-03 10:00,OpenAI,5.5,", "row 1: output_tokens is '5.5'"),
        ("2026-08-03 10:00,OpenAI,5,perhaps", "is_failed is 'perhaps', expected true"),
    ],
)
def test_a_cell_that_cannot_be_read_stops_the_month(row, said, put, settings):
    put("calls.csv", f"requested_at,provider_name,output_tokens,is_failed\n{row}\n")
    landing = scan(settings, [USAGE])

    with pytest.raises(ExportError, match=said):
        write_partition(settings, USAGE, landing.of(USAGE, "2026-08"), "2026-08")


def test_a_call_without_a_time_is_refused(put, settings):
    put("calls.csv", "requested_at,provider_name\n,OpenAI\n")

    [refusal] = scan(settings, [USAGE]).refusals

    assert "calls.csv, row 1: requested_at is empty" in refusal.reason


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (("output_tokens", -1), "a token count below zero"),
        (("reasoning_tokens", -1), "a token count below zero"),
    ],
)
def test_a_call_that_cannot_be_true_is_left_out_by_name(
    cell, reason, put, convert, reasons
):
    column, said = cell
    put(
        "calls.csv",
        f"requested_at,provider_name,input_cache_read_tokens,{column}\n"
        f"2026-08-03 10:00,OpenAI,9,{said}\n2026-08-03 10:00,OpenAI,9,9\n",
    )

    assert convert(USAGE, "2026-08", "request_count") == [(1,)]
    assert reasons() == {reason: 1}


def test_a_clock_that_runs_ahead_is_left_out_unless_the_file_s_date_is_wrong(
    put, convert, reasons
):
    calls = (
        "requested_at,provider_name\n2026-08-03 10:00,OpenAI\n2026-09-09 10:00,OpenAI\n"
    )
    put("calls.csv", calls, hour=24 * (365 * 56 + 14 + 215))  # 4 August 2026

    assert convert(USAGE, "2026-09", "count(*)") == [(0,)]
    assert reasons() == {"later than its file was written": 1}

    put("calls.csv", calls, hour=1)  # 1970: copied without its date

    assert convert(USAGE, "2026-09", "count(*)") == [(1,)]
    assert reasons() == {}


def test_a_file_that_three_sources_of_a_log_refuse_is_refused_once(put, settings):
    put("calls.csv", "requested_at,provider_name\nnever,OpenAI\n")

    [refusal] = scan(settings, SOURCES).refusals

    assert (refusal.source, refusal.names) == ("call_log", ("calls.csv",))
    assert "row 1: requested_at is 'never'" in refusal.reason


def test_prompts_and_cut_off_answers_are_columns_like_others(put, convert):
    ended = [
        call | {"prompt_name": "p", "prompt_version": "2", "is_truncated": True}
        for call in CALLS
    ]
    put("calls.csv", as_csv(*ended))

    rows = convert(
        USAGE,
        "2026-08",
        "prompt_name, prompt_version, request_count, truncated_request_count, "
        "truncated_output_tokens",
    )

    # The second call failed.
    assert sorted(rows, key=str) == [("p", "2", 1, 0, None), ("p", "2", 1, 1, 20)]
