"""GenAI spans: a call counts once, whoever above it states its tokens again."""

import json

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.usage.otel_genai import SOURCES

USAGE, SAMPLES, SESSIONS = SOURCES
TOKENS = (
    "input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens, "
    "output_tokens"
)
START = 1785751200_000000000  # 2026-08-03 10:00:00 UTC, in nanoseconds
CHAT = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 50,
    "gen_ai.usage.cache_read.input_tokens": 600,
}


def pairs(attributes):
    return [
        {
            "key": key,
            "value": {"intValue": str(said)}
            if isinstance(said, int)
            else {"stringValue": said},
        }
        for key, said in attributes.items()
    ]


def span(number, attributes, parent="", trace="t1", **fields):
    return {
        "traceId": trace,
        "spanId": f"s{number}",
        "parentSpanId": parent,
        "name": "span",
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(START + 1_500_000_000),
        "attributes": pairs(attributes),
    } | fields


def line(*spans, **resource):
    named = {"service.name": "answers", "deployment.environment.name": "production"}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": pairs(named | resource)},
                "scopeSpans": [{"spans": list(spans)}],
            }
        ]
    }


def test_cached_tokens_are_taken_out_of_the_input(put_lines, convert):
    put_lines("traces.json", line(span(1, CHAT)))

    rows = convert(
        USAGE,
        "2026-08",
        f"{TOKENS}, provider_name, model_id, workload_name, environment_name, "
        "latency_ms, inputs_include_cached",
    )

    # 1,000 sent, 600 of them cached.
    model = "gpt-4o-2024-08-06"
    assert rows == [
        (400, 600, 0, 50, "OpenAI", model, "answers", "production", 1500, True)
    ]


def test_deprecated_names_say_the_same(put_lines, convert):
    old = {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "az.ai.openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.prompt_tokens": 1000,
        "gen_ai.usage.completion_tokens": 50,
    }
    older = {
        "gen_ai.system": "anthropic",
        "gen_ai.request.model": "claude",
        "llm.request.type": "completion",
        "llm.usage.prompt_tokens": 30,
        "llm.usage.completion_tokens": 5,
    }
    put_lines("traces.json", line(span(1, old), span(2, older)))

    rows = convert(USAGE, "2026-08", f"provider_name, model_id, {TOKENS}")

    assert rows == [
        ("Anthropic", "claude", 30, 0, 0, 5),
        ("Microsoft", "gpt-4o", 1000, 0, 0, 50),
    ]


def test_an_agent_that_repeats_the_tokens_of_its_calls_is_left_out_by_name(
    put_lines, convert, reasons
):
    agent = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": "openai",
        "gen_ai.agent.name": "triage",
        "gen_ai.usage.input_tokens": 2000,
        "gen_ai.usage.output_tokens": 100,
        "outcome": "resolved",
    }
    spans = (
        span(1, {"http.route": "/ask"}),
        span(2, agent, parent="s1"),
        span(3, CHAT, parent="s2"),
        span(4, {"gen_ai.operation.name": "execute_tool"}, parent="s2"),
        span(5, CHAT, parent="s2"),
    )
    put_lines("traces.json", line(*spans))

    usage = convert(USAGE, "2026-08", f"{TOKENS}, request_count")
    sessions = convert(
        SESSIONS, "2026-08", "session_id, session_name, outcome, request_count"
    )

    # Two calls of 1,000 and 50; the agent's 2,000 and 100 are the same tokens again.
    assert usage == [(800, 1200, 0, 100, 2)]
    assert sessions == [("t1", "triage", "resolved", 2)]
    assert reasons() == {
        "no call of a model": 1,
        "an agent, a tool or a step, whose tokens are those of its calls": 2,
        "summed into the row of its hour": 1,
    }


def test_a_wrapper_that_is_a_call_itself_leaves_it_to_the_call_below(
    put_lines, convert, reasons
):
    put_lines("traces.json", line(span(1, CHAT), span(2, CHAT, parent="s1")))

    assert convert(USAGE, "2026-08", f"{TOKENS}, request_count") == [
        (400, 600, 0, 50, 1)
    ]
    assert reasons() == {"its tokens are those of the call below it": 1}


def test_a_span_that_was_exported_twice_counts_once(put_lines, convert, reasons):
    put_lines("a.json", line(span(1, CHAT)), line(span(1, CHAT)), hour=1)
    put_lines("b.json", line(span(1, CHAT), span(2, CHAT, trace="t2")), hour=2)

    assert convert(USAGE, "2026-08", "sum(request_count), sum(output_tokens)") == [
        (2, 100)
    ]
    assert reasons()["a newer row has its id"] == 2


def test_failures_conversations_and_the_owner_s_words(put_lines, convert):
    said = CHAT | {
        "gen_ai.conversation.id": "c1",
        "error.type": "timeout",
        "feature": "answers",
        "tenant": "acme",
    }
    by_status = span(2, CHAT | {"gen_ai.conversation.id": "c1"}, status={"code": 2})
    put_lines("traces.json", line(span(1, said), by_status, team="search"))

    usage = convert(
        USAGE, "2026-08", "feature_name, tenant_id, project_name, failed_request_count"
    )
    sessions = convert(SESSIONS, "2026-08", "session_id, failed_request_count")

    assert usage == [("answers", "acme", "search", 1), (None, None, "search", 1)]
    assert sessions == [("c1", 1), ("c1", 1)]


def test_an_account_of_the_caller_is_the_bill_s_only_on_its_own_cloud(
    put_lines, convert
):
    account = {"cloud.account.id": "210000000002"}
    bedrock = CHAT | {"gen_ai.provider.name": "aws.bedrock"}
    put_lines("traces.json", line(span(1, CHAT), span(2, bedrock), **account))

    assert convert(USAGE, "2026-08", "provider_name, sub_account_id") == [
        ("AWS", "210000000002"),
        ("OpenAI", None),
    ]


def test_prompts_in_attributes_are_not_read(put_lines, convert, settings):
    secret = "the prompt that nobody may keep"
    put_lines("traces.json", line(span(1, CHAT | {"gen_ai.input.messages": secret})))
    for source in SOURCES:
        convert(source, "2026-08", "count(*)")

    written = b"".join(p.read_bytes() for p in settings.ledger_dir.rglob("*.parquet"))
    assert secret.encode() not in written


def test_a_span_without_a_time_is_refused(put_lines, settings):
    put_lines("traces.json", line(span(1, CHAT, startTimeUnixNano="soon")))

    [refusal] = scan(settings, [USAGE]).refusals

    assert "traces.json, row 1: started_at is 'soon'" in refusal.reason
    assert "expected nanoseconds since 1970" in refusal.reason


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"gen_ai.usage.output_tokens": -1}, "a token count below zero"),
    ],
)
def test_a_call_that_cannot_be_true_is_left_out_by_name(
    attributes, reason, put_lines, convert, reasons
):
    put_lines("traces.json", line(span(1, CHAT), span(2, CHAT | attributes)))

    assert convert(USAGE, "2026-08", "request_count") == [(1,)]
    assert reasons() == {reason: 1}


def test_a_count_that_is_no_number_stops_the_month(put_lines, settings):
    put_lines("t.json", line(span(1, CHAT | {"gen_ai.usage.output_tokens": "many"})))
    landing = scan(settings, [USAGE])

    with pytest.raises(ExportError, match=r"t\.json, row 1: output_tokens is 'many'"):
        write_partition(settings, USAGE, landing.of(USAGE, "2026-08"), "2026-08")


def test_numbers_may_be_numbers(put, convert):
    """OTLP asks for texts; some exporters write numbers."""
    document = json.dumps(line(span(1, CHAT)))
    put("t.json", document.replace('"1000"', "1000").replace(f'"{START}"', f"{START}"))

    assert convert(USAGE, "2026-08", "input_uncached_tokens") == [(400,)]


def test_a_span_names_its_prompt_and_why_its_answer_ended(put_lines, convert):
    prompt = {"gen_ai.prompt.name": "judge", "llm.prompt_template.version": "2"}
    whole, cut, older = (
        span(1, CHAT | prompt),
        span(2, CHAT | prompt),
        span(
            3,
            CHAT
            | {"prompt_name": "judge", "prompt_version": "2"}
            | {"llm.response.finish_reason": "max_tokens"},
        ),
    )
    for made, reason in ((whole, "stop"), (cut, "length")):
        made["attributes"].append(
            {
                "key": "gen_ai.response.finish_reasons",
                "value": {"arrayValue": {"values": [{"stringValue": reason}]}},
            }
        )
    put_lines("traces.json", line(whole, cut, older))

    rows = convert(
        USAGE,
        "2026-08",
        "prompt_name, prompt_version, request_count, truncated_request_count",
    )

    assert rows == [("judge", "2", 3, 2)]
