"""Bedrock's invocation logs: counts and names come through, bodies never do."""

import gzip
import json

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.usage.bedrock_logs import SOURCES

USAGE, SAMPLES, SESSIONS = SOURCES
TOKENS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens"
)
SECRET = "the prompt that nobody may keep"


def call(number, **fields):
    return {
        "timestamp": "2026-08-03T10:15:00Z",
        "accountId": "210000000002",
        "identity": {"arn": "arn:aws:sts::210000000002:assumed-role/answers/session-1"},
        "region": "us-east-1",
        "requestId": f"request-{number}",
        "operation": "Converse",
        "modelId": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "input": {
            "inputContentType": "application/json",
            "inputBodyJson": {"messages": [{"content": SECRET}]},
            "inputTokenCount": 100,
            "cacheReadInputTokenCount": 900,
            "cacheWriteInputTokenCount": 50,
        },
        "output": {"outputBodyJson": {"output": SECRET}, "outputTokenCount": 20},
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
    } | fields


def test_cached_tokens_stand_beside_the_input_and_are_not_taken_out_of_it(
    put_lines, convert
):
    put_lines("log.json", call(1), call(2))

    rows = convert(USAGE, "2026-08", f"{TOKENS}, request_count, inputs_include_cached")

    # 2 x (100 beside 900 beside 50); 20 out of each.
    assert rows == [(200, 1800, 100, 40, 2, False)]


def test_the_caller_is_the_account_the_role_and_what_the_metadata_says(put, convert):
    tags = {"team": "search", "feature": "answers", "tenant": "acme", "app": "web"}
    line = json.dumps(call(1, requestMetadata=tags))
    put("AWSLogs/x.json.gz", gzip.compress(line.encode()))

    rows = convert(
        USAGE,
        "2026-08",
        "provider_name, sub_account_id, credential_id, project_name, feature_name, "
        "tenant_id, workload_name, model_id, resource_id",
    )

    assert rows == [
        (
            "AWS",
            "210000000002",
            "arn:aws:iam::210000000002:role/answers",
            "search",
            "answers",
            "acme",
            "web",
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            None,
        )
    ]


def test_an_inference_profile_is_the_resource_and_ends_with_the_model(
    put_lines, convert
):
    profile = (
        "arn:aws:bedrock:us-east-1:210000000002:inference-profile/us.amazon.nova-lite"
    )
    put_lines("log.json", call(1, modelId=profile))

    rows = convert(USAGE, "2026-08", "model_id, resource_id")

    assert rows == [("us.amazon.nova-lite", profile)]


def test_counts_that_only_the_answer_has_are_taken_from_its_usage(put_lines, convert):
    usage = {
        "inputTokens": 7,
        "outputTokens": 3,
        "totalTokens": 40,
        "cacheReadInputTokens": 30,
    }
    put_lines(
        "log.json",
        call(
            1,
            input={"inputContentType": "application/json"},
            output={"outputBodyJson": {"usage": usage, "metrics": {"latencyMs": 812}}},
        ),
        call(
            2,
            operation="InvokeModelWithResponseStream",
            output={
                "outputTokenCount": 5,
                "outputBodyJson": [
                    {"chunk": SECRET},
                    {
                        "amazon-bedrock-invocationMetrics": {
                            "invocationLatency": 900,
                            "firstByteLatency": 120,
                        }
                    },
                ],
            },
        ),
    )

    usage = convert(USAGE, "2026-08", f"operation, {TOKENS}, latency_ms")
    calls = convert(SAMPLES, "2026-08", "request_id, time_to_first_token_ms")

    # totalTokens (40) repeats 7 + 3 + 30 and is nowhere.
    assert usage == [
        ("Converse", 7, 30, 0, 3, 812),
        ("InvokeModelWithResponseStream", 100, 900, 50, 5, 900),
    ]
    assert calls == [("request-1", None), ("request-2", 120)]


def test_a_failed_call_counts_as_failed_and_has_no_tokens(put_lines, convert):
    put_lines(
        "log.json",
        call(1, errorCode="ThrottlingException", input={}, output={}),
        call(2),
    )

    rows = convert(USAGE, "2026-08", f"request_count, failed_request_count, {TOKENS}")

    assert rows == [(2, 1, 100, 900, 50, 20)]


def test_no_prompt_and_no_answer_is_in_the_ledger_or_in_an_error(
    put_lines, settings, convert
):
    put_lines("good.json", call(1))
    for source in SOURCES:
        convert(source, "2026-08", "count(*)")
    put_lines("odd.json", call(2, input=SECRET))
    refusals = scan(settings, SOURCES).refusals

    written = b"".join(p.read_bytes() for p in settings.ledger_dir.rglob("*.parquet"))
    assert written
    assert SECRET.encode() not in written
    assert [SECRET in refusal.reason for refusal in refusals] == [False]
    assert "odd.json: unreadable" in refusals[0].reason
    assert "line 1: Expected OBJECT" in refusals[0].reason


def test_a_call_in_two_files_counts_once_by_name(put_lines, convert, reasons):
    put_lines("a.json", call(1), call(2), hour=1)
    put_lines("b.json", call(2), call(3), hour=2)

    rows = convert(USAGE, "2026-08", "sum(request_count), sum(output_tokens)")

    assert rows == [(3, 60)]
    assert reasons() == {
        "a newer row has its id": 1,
        "summed into the row of its hour": 1,
    }


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"timestamp": None}, "log.json, row 2: timestamp is empty"),
        ({"timestamp": "yesterday"}, "log.json, row 2: timestamp is 'yesterday'"),
    ],
)
def test_a_line_without_a_time_is_refused_with_its_number(
    fields, said, put_lines, settings
):
    put_lines("log.json", call(1), call(2, **fields))

    [refusal] = scan(settings, [USAGE]).refusals

    assert said in refusal.reason
    assert "expected a time like" in refusal.reason


def test_a_count_that_is_no_number_stops_the_month(put_lines, settings):
    put_lines("log.json", call(1), call(2, output={"outputTokenCount": "many"}))
    landing = scan(settings, [USAGE])

    with pytest.raises(
        ExportError, match=r"row 2: output_tokens is 'many', expected a"
    ):
        write_partition(settings, USAGE, landing.of(USAGE, "2026-08"), "2026-08")
    assert not list(settings.ledger_dir.rglob("2026-08"))


def test_prompts_and_cut_off_answers_are_told_by_metadata_and_stop_reason(
    put_lines, convert
):
    prompt = {"prompt_name": "drafts", "prompt_version": "4"}

    def ended(body):
        return {"outputBodyJson": body, "outputTokenCount": 20}

    put_lines(
        "log.json",
        call(1, requestMetadata=prompt, output=ended({"stopReason": "max_tokens"})),
        call(2, requestMetadata=prompt, output=ended({"stop_reason": "length"})),
        call(3, requestMetadata=prompt, output=ended({"stopReason": "end_turn"})),
        call(
            4,
            requestMetadata=prompt,
            output=ended([{"delta": {"stop_reason": "max_tokens"}}, {"type": "stop"}]),
        ),
    )

    rows = convert(
        USAGE,
        "2026-08",
        "prompt_name, prompt_version, request_count, truncated_request_count",
    )

    assert rows == [("drafts", "4", 4, 3)]
