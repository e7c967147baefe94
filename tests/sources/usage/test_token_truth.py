"""Every source's trap: a file that a naive sum reads wrong, and what is true of it.

``naive`` is what adding up every count that looks like tokens gives; ``true`` are the
four disjoint counters (uncached, cache read, cache write, output). The arithmetic
stands beside each.
"""

import json
from dataclasses import dataclass

import pytest

from pipelines.sources.registry import USAGE_SOURCES

COUNTERS = (
    "sum(input_uncached_tokens)::bigint, sum(input_cache_read_tokens)::bigint, "
    "sum(input_cache_write_tokens)::bigint, sum(output_tokens)::bigint"
)
SOURCES = {source.name: source for source in USAGE_SOURCES}
# Counters of one's own servers have no cached tokens to count twice.
SERVERS = {"prometheus"}
# What counts credits and requests, and no tokens.
CREDITS = {"github_ai"}
# Its prompts are of no known class: tests/sources/usage/test_openrouter_activity.py.
UNSPLIT = {"openrouter_activity"}
DAY, NANOSECONDS = "2026-08-03", 1785751200_000000000


@dataclass(frozen=True)
class Truth:
    source: str
    text: str
    naive: int
    true: tuple[int | None, ...]


def lines(*documents):
    return "".join(json.dumps(document) + "\n" for document in documents)


def table(header, *rows):
    return "\n".join([header, *rows]) + "\n"


def bucket(**results):
    return json.dumps(
        {
            "object": "page",
            "data": [
                {
                    "object": "bucket",
                    "start_time": 1785715200,
                    "end_time": 1785801600,
                    "results": [
                        {"object": "organization.usage.completions.result"} | results
                    ],
                }
            ],
        }
    )


def span(number, operation, parent, **counts):
    told = {"gen_ai.operation.name": operation, "gen_ai.provider.name": "openai"}
    said = [{"key": k, "value": {"stringValue": v}} for k, v in told.items()]
    said += [
        {"key": f"gen_ai.usage.{k}", "value": {"intValue": str(v)}}
        for k, v in counts.items()
    ]
    return {
        "traceId": "t",
        "spanId": f"s{number}",
        "parentSpanId": parent,
        "startTimeUnixNano": str(NANOSECONDS),
        "endTimeUnixNano": str(NANOSECONDS),
        "attributes": said,
    }


TRUTHS = (
    # OpenAI's input includes cached tokens: 1,000 - 600 = 400. Naive: 1,000 + 600 + 50.
    Truth(
        "openai_usage",
        bucket(input_tokens=1000, input_cached_tokens=600, output_tokens=50),
        1650,
        (400, 600, 0, 50),
    ),
    # Anthropic's leaves them out: 400 + 600 + 100 were read. Naive, as OpenAI's report:
    # 400 sent of which 700 were cached, 50 out: 450.
    Truth(
        "anthropic_usage",
        json.dumps(
            {
                "data": [
                    {
                        "starting_at": f"{DAY}T00:00:00Z",
                        "ending_at": "2026-08-04T00:00:00Z",
                        "results": [
                            {
                                "uncached_input_tokens": 400,
                                "cache_read_input_tokens": 600,
                                "cache_creation": {"ephemeral_5m_input_tokens": 100},
                                "output_tokens": 50,
                            }
                        ],
                    }
                ]
            }
        ),
        450,
        (400, 600, 100, 50),
    ),
    # Bedrock leaves them out, too, and totalTokens repeats its parts.
    # Naive: 400 + 600 + 100 + 50 + 1,150 of the total.
    Truth(
        "bedrock_logs",
        lines(
            {
                "schemaType": "ModelInvocationLog",
                "timestamp": f"{DAY}T10:00:00Z",
                "requestId": "a",
                "input": {
                    "inputTokenCount": 400,
                    "cacheReadInputTokenCount": 600,
                    "cacheWriteInputTokenCount": 100,
                },
                "output": {
                    "outputTokenCount": 50,
                    "outputBodyJson": {"usage": {"totalTokens": 1150}},
                },
            }
        ),
        2300,
        (400, 600, 100, 50),
    ),
    # LiteLLM adds cached and cache-written tokens to every provider's prompt:
    # 1,100 - 600 - 100 = 400. Its own cache answered the second call, which used none.
    # Naive: (1,100 + 50) of both.
    Truth(
        "litellm",
        table(
            "request_id,startTime,spend,custom_llm_provider,prompt_tokens,"
            "completion_tokens,cache_hit,metadata",
            *(
                f"{number},{DAY} 10:00,0,anthropic,1100,50,{hit},"
                '"{""usage_object"": {""prompt_tokens"": 1100, '
                '""cache_read_input_tokens"": 600, '
                '""cache_creation_input_tokens"": 100}}"'
                for number, hit in ((1, "False"), (2, "True"))
            ),
        ),
        2300,
        (400, 600, 100, 50),
    ),
    # Langfuse's parts are disjoint, its total is their sum, and the span around the
    # generation says it all again: 300 + 100 uncached, 20 + 30 out.
    # Naive: (300 + 100 + 600 + 20 + 30 + 1,050 of the total) of both observations.
    Truth(
        "langfuse",
        lines(
            *(
                {
                    "id": kind,
                    "trace_id": "t",
                    "type": kind,
                    "parent_observation_id": None,
                    "start_time": f"{DAY} 10:00",
                    "usage_details": {
                        "input": 300,
                        "input_audio_tokens": 100,
                        "input_cached_tokens": 600,
                        "output": 20,
                        "output_reasoning_tokens": 30,
                        "total": 1050,
                    },
                }
                for kind in ("AGENT", "GENERATION")
            )
        ),
        4200,
        (400, 600, 0, 50),
    ),
    # An agent's span has the tokens of its two calls, and the first was exported twice:
    # 2 x 1,000 and 2 x 50. Naive: 2,100 of the agent and 3 x 1,050 of its calls.
    Truth(
        "otel_genai",
        lines(
            {
                "resourceSpans": [
                    {
                        "scopeSpans": [
                            {
                                "spans": [
                                    span(
                                        1,
                                        "invoke_agent",
                                        "",
                                        input_tokens=2000,
                                        output_tokens=100,
                                    ),
                                    *(
                                        span(
                                            number,
                                            "chat",
                                            "s1",
                                            input_tokens=1000,
                                            output_tokens=50,
                                        )
                                        for number in (2, 2, 3)
                                    ),
                                ]
                            }
                        ]
                    }
                ]
            }
        ),
        5250,
        (2000, 0, 0, 100),
    ),
    # OpenRouter's prompt includes cached, its completion reasoning: 1,000 - 600.
    # Naive: 1,000 + 50 + 600 + 20.
    Truth(
        "openrouter_usage",
        table(
            "generation_id,created_at,model_permaslug,tokens_prompt,tokens_completion,"
            "tokens_cached,tokens_reasoning",
            f"a,{DAY} 10:00:00,x/m,1000,50,600,20",
        ),
        1670,
        (400, 600, None, 50),
    ),
    # Claude Code leaves cached tokens out. Naive, as if they were in: 400 + 50.
    Truth(
        "claude_code",
        json.dumps(
            {
                "data": [
                    {
                        "date": DAY,
                        "actor": {"type": "api_actor", "api_key_name": "ci"},
                        "model_breakdown": [
                            {
                                "model": "m",
                                "tokens": {
                                    "input": 400,
                                    "output": 50,
                                    "cache_read": 600,
                                    "cache_creation": 100,
                                },
                            }
                        ],
                    }
                ]
            }
        ),
        450,
        (400, 600, 100, 50),
    ),
    # Our own input_tokens are all of them: 1,000 - 600. Naive: 1,000 + 600 + 50 + 20.
    Truth(
        "call_log",
        table(
            "requested_at,provider_name,input_tokens,input_cache_read_tokens,"
            "output_tokens,reasoning_tokens",
            f"{DAY} 10:00,OpenAI,1000,600,50,20",
        ),
        1670,
        (400, 600, None, 50),
    ),
    # A message is written while it arrives and when it ended. Naive, every line: 1 + 50
    # answered, and 400 + 600 + 100 sent twice.
    Truth(
        "claude_code_logs",
        lines(
            *(
                {
                    "parentUuid": None,
                    "sessionId": "s",
                    "type": "assistant",
                    "timestamp": f"{DAY}T10:00:00Z",
                    "requestId": "r",
                    "message": {
                        "id": "m",
                        "model": "claude",
                        "usage": {
                            "input_tokens": 400,
                            "cache_read_input_tokens": 600,
                            "cache_creation_input_tokens": 100,
                            "output_tokens": output,
                        },
                    },
                }
                for output in (1, 50)
            )
        ),
        2251,
        (400, 600, 100, 50),
    ),
    # Codex's input includes cached tokens, and its total the session so far. Naive:
    # 1,000 + 600 + 50 of the call, and 9,050 of the session.
    Truth(
        "codex_logs",
        lines(
            {"type": "session_meta", "timestamp": f"{DAY}T10:00:00Z", "payload": {}},
            {
                "type": "event_msg",
                "timestamp": f"{DAY}T10:00:00Z",
                "payload": {
                    "type": "token_count",
                    "info": {
                        "total_token_usage": {"total_tokens": 9050},
                        "last_token_usage": {
                            "input_tokens": 1000,
                            "cached_input_tokens": 600,
                            "output_tokens": 50,
                        },
                    },
                },
            },
        ),
        10700,
        (400, 600, 0, 50),
    ),
    # Cursor's four counters are disjoint, and its total repeats them: 1,150 + 1,150.
    Truth(
        "cursor_usage",
        table(
            "Date,User,Kind,Model,Input (w/ Cache Write),Input (w/o Cache Write),"
            "Cache Read,Output Tokens,Total Tokens,Cost",
            f"{DAY}T10:00:00Z,a,Included,m,100,400,600,50,1150,Included",
        ),
        2300,
        (400, 600, 100, 50),
    ),
)


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.source)
def test_the_counters_are_disjoint_where_a_naive_sum_is_not(truth, put, convert):
    put("telemetry" + (".csv" if truth.text[0] != "{" else ".json"), truth.text)

    [counted] = convert(SOURCES[truth.source], "2026-08", COUNTERS)

    assert counted == truth.true
    assert sum(tokens or 0 for tokens in counted) != truth.naive


def test_every_source_of_tokens_has_its_trap():
    tables = {s.name for s in USAGE_SOURCES if s.table == "model_usage"}

    assert tables - SERVERS - CREDITS - UNSPLIT == {truth.source for truth in TRUTHS}
