"""Tokens and token meters in files as customers have them, each worked out by hand.

A case is a folder beside this file. What the same rules make of its kin stands below
it: every reading of a cached input, every spelling of a counter.
"""

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from in_memory import asked

from pipelines.ledger.tally import left_out
from pipelines.sources.registry import COST_SOURCES, USAGE_SOURCES

CASES = Path(__file__).parent
SOURCES = {source.name: source for source in (*COST_SOURCES, *USAGE_SOURCES)}
COUNTERS = (
    "sum(request_count)::bigint, sum(input_uncached_tokens)::bigint, "
    "sum(input_cache_read_tokens)::bigint, sum(input_cache_write_tokens)::bigint, "
    "sum(output_tokens)::bigint"
)
START = 1788430000_000000000  # 2026-09-03 09:26:40 UTC, in nanoseconds


@pytest.fixture
def case(settings, convert):
    """Convert a case; give columns of a source's rows."""

    def rows(name, source, columns=COUNTERS):
        shutil.copytree(CASES / name, settings.exports_dir, dirs_exist_ok=True)
        return convert(SOURCES[source], "2026-09", columns)

    return rows


@pytest.fixture
def spans(put, convert, settings):
    """Convert GenAI spans; give the counters, and expect that none is left out."""

    def rows(*attributes, scope="x", version="", columns=COUNTERS):
        put(
            "t.jsonl",
            "".join(traced(n, a, scope, version) for n, a in enumerate(attributes)),
        )
        found = convert(SOURCES["otel_genai"], "2026-09", columns)
        assert reasons(settings) == {}
        return found

    return rows


def traced(number, attributes, scope, version):
    said = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"} | attributes
    span = {
        "traceId": f"t{number}",
        "spanId": f"s{number}",
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(START),
        "attributes": [
            {
                "key": key,
                "value": {"intValue": str(value)}
                if isinstance(value, int)
                else {"stringValue": value},
            }
            for key, value in said.items()
            if value is not None
        ],
    }
    named = {"name": scope, "version": version}
    scopes = [{"scope": named, "spans": [span]}]
    return json.dumps({"resourceSpans": [{"scopeSpans": scopes}]}) + "\n"


def reasons(settings):
    with asked() as db:
        rows = db.execute(
            "select reason, sum(row_count)::bigint "
            f"from ({left_out(settings.ledger_dir)}) "
            "where reason <> 'summed into the row of its hour' group by all"
        ).fetchall()
    return dict(rows)


def test_a_total_proves_that_cached_tokens_are_inside_the_input(case):
    # 117,231 + 225 = 117,456, the total: so 117,231 - 115,584 = 1,647 were not cached.
    assert case("lf-cached-inside-input", "langfuse") == [(1, 1647, 115584, 0, 225)]


def test_more_cached_tokens_than_input_prove_that_they_are_outside(case, settings):
    # 5 sent, 128,955 read and 1,253 written beside them: no part exceeds its whole.
    assert case("otel-anthropic-excl-cache", "otel_genai") == [
        (1, 5, 128955, 1253, 100)
    ]
    assert reasons(settings) == {}


def test_three_spellings_of_cached_tokens_count_the_same(case):
    # Thrice 130,213 - 128,955 - 1,253 = 5.
    assert case("otel-pydantic-cache-names", "otel_genai") == [
        (3, 15, 3 * 128955, 3 * 1253, 300)
    ]


IN, OUT, TOTAL = (
    f"gen_ai.usage.{name}_tokens" for name in ("input", "output", "total")
)
READ = "gen_ai.usage.cache_read.input_tokens"
WRITE = "gen_ai.usage.cache_creation.input_tokens"


@pytest.mark.parametrize(
    ("told", "counters"),
    [
        # No total: the convention, cached ones inside. 1,000 - 600 - 100 = 300.
        ((1000, 600, 100, 50, None), (300, 600, 100, 50)),
        # 1,000 + 50: inside.
        ((1000, 600, 100, 50, 1050), (300, 600, 100, 50)),
        # 1,000 + 600 + 100 + 50: beside it.
        ((1000, 600, 100, 50, 1750), (1000, 600, 100, 50)),
        # 1,000 + 100 + 50: what was read is inside, what was written is not.
        ((1000, 600, 100, 50, 1150), (400, 600, 100, 50)),
        # A total that nothing fits decides nothing.
        ((1000, 600, 100, 50, 9), (300, 600, 100, 50)),
        # 600 + 500 exceed 1,000: beside it, whatever a tool adds up.
        ((1000, 600, 500, 50, 1050), (1000, 600, 500, 50)),
        ((1000, 600, 500, 50, None), (1000, 600, 500, 50)),
        # Unless the total shows that only what was written is beside it: 1,550.
        ((1000, 600, 500, 50, 1550), (400, 600, 500, 50)),
        # All of it was read.
        ((600, 600, None, 50, None), (0, 600, 0, 50)),
        # Nothing was cached, or nobody says so.
        ((1000, None, None, 50, 1050), (1000, 0, 0, 50)),
        ((1000, 0, 0, 50, None), (1000, 0, 0, 50)),
        # The input is unknown, what was cached of it is not.
        ((None, 600, None, 50, None), (None, 600, None, 50)),
    ],
)
def test_a_span_s_own_numbers_decide_what_its_input_includes(told, counters, spans):
    names = (IN, READ, WRITE, OUT, TOTAL)

    assert spans(dict(zip(names, told, strict=True))) == [(1, *counters)]


@pytest.mark.parametrize(
    ("scope", "version", "extra", "uncached"),
    [
        # Its own total is input + output, and its input is without cached ones.
        ("opentelemetry.instrumentation.bedrock", "0.62.4", {TOTAL: 1050}, 1000),
        ("opentelemetry.instrumentation.anthropic", "0.62.4", {}, 300),
        ("logfire.anthropic", "4.30.0", {}, 1000),
        ("logfire.anthropic", "4.31.0", {}, 300),
        # 4.9 is before 4.31.
        ("logfire.anthropic", "4.9.0", {}, 1000),
        ("logfire.anthropic", "5.0.0rc1", {}, 300),
        # Without a version nothing is known of it.
        ("logfire.anthropic", "", {}, 300),
        ("openinference.instrumentation.anthropic", "3.1.0", {}, 300),
        ("pydantic-ai", "1.2.3", {}, 300),
        # The AI SDK hands on what the vendor counts, until it says more of its input.
        ("ai", "", {"gen_ai.system": "anthropic.messages"}, 1000),
        ("ai", "", {"gen_ai.system": "amazon-bedrock"}, 1000),
        ("ai", "", {"gen_ai.system": "openai.chat"}, 300),
        (
            "ai",
            "",
            {
                "gen_ai.system": "anthropic.messages",
                "ai.usage.inputTokenDetails.noCacheTokens": 300,
            },
            300,
        ),
    ],
)
def test_who_wrote_a_span_decides_where_its_numbers_do_not(
    scope, version, extra, uncached, spans
):
    said = {IN: 1000, READ: 600, WRITE: 100, OUT: 50} | extra

    assert spans(said, scope=scope, version=version) == [(1, uncached, 600, 100, 50)]


SPELLINGS = [
    ("gen_ai.usage", "input_tokens", "output_tokens", "cache_write.input_tokens"),
    ("gen_ai.usage", "prompt_tokens", "completion_tokens", "cache_write_tokens"),
    ("gen_ai.usage", "input_tokens", "output_tokens", "input_tokens.cache_write"),
    ("gen_ai.usage", "input_tokens", "output_tokens", "cache_creation_input_tokens"),
    ("gen_ai.usage", "input_tokens", "output_tokens", "details.cache_write_tokens"),
    ("llm.usage", "prompt_tokens", "completion_tokens", "cache_creation_input_tokens"),
    ("llm.token_count", "prompt", "completion", "prompt_details.cache_write"),
    ("ai.usage", "inputTokens", "outputTokens", "inputTokenDetails.cacheWriteTokens"),
]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=".".join)
def test_every_spelling_of_what_was_written_is_read(spelling, spans):
    root, sent, answered, written = spelling
    said = {f"{root}.{sent}": 1000, f"{root}.{answered}": 50, f"{root}.{written}": 400}

    # 1,000 - 400 = 600.
    assert spans(said) == [(1, 600, 0, 400, 50)]


def test_a_count_under_two_names_counts_once(spans):
    said = {
        IN: 1000,
        "gen_ai.usage.prompt_tokens": 1000,
        READ: 600,
        "gen_ai.usage.cache_read_tokens": 600,
        "gen_ai.usage.details.cache_read_input_tokens": 600,
        "gen_ai.usage.details.input_tokens": 400,
        OUT: 50,
    }

    assert spans(said) == [(1, 400, 600, 0, 50)]


def test_an_openinference_call_is_a_call_and_its_chain_is_none(put, convert, settings):
    said = {
        "gen_ai.operation.name": None,
        "openinference.span.kind": "LLM",
        "llm.model_name": "claude-sonnet-4-5",
        "llm.provider": "anthropic",
        "llm.token_count.prompt": 1000,
        "llm.token_count.prompt_details.cache_read": 600,
        "llm.token_count.completion": 50,
        "gen_ai.request.model": None,
    }
    chain = said | {"openinference.span.kind": "CHAIN"}
    failed = said | {key: None for key in said if key.startswith("llm.token")}
    put(
        "t.jsonl",
        "".join(traced(n, a, "o", "") for n, a in enumerate((said, chain, failed))),
    )

    rows = convert(
        SOURCES["otel_genai"],
        "2026-09",
        "provider_name, model_id, request_count, input_uncached_tokens, output_tokens, "
        "uncounted_request_count",
    )

    # Two calls, one of them with no counters.
    assert rows == [("Anthropic", "claude-sonnet-4-5", 2, 400, 50, 1)]
    why = "an agent, a tool or a step, whose tokens are those of its calls"
    assert reasons(settings) == {why: 1}


def test_audio_images_and_writes_for_an_hour_are_parts_of_their_counters(spans):
    said = {
        IN: 1000,
        READ: 600,
        WRITE: 100,
        OUT: 50,
        "gen_ai.usage.cache_creation.ephemeral_1h_input_tokens": 70,
        "gen_ai.usage.audio.input_tokens": 500,
        "gen_ai.usage.audio.cache_read.input_tokens": 300,
        "gen_ai.usage.image.input_tokens": 40,
        "gen_ai.usage.audio.output_tokens": 20,
        "gen_ai.usage.image.output_tokens": 5,
    }

    # 500 of audio, 300 of them read from the cache: 200 are of the 300 that were not.
    assert spans(
        said,
        columns="input_uncached_tokens, input_cache_write_1h_tokens, "
        "input_audio_tokens, input_image_tokens, output_audio_tokens, "
        "output_image_tokens",
    ) == [(300, 70, 200, 40, 20, 5)]


def test_audio_that_exceeds_what_was_not_cached_is_unknown(spans):
    said = {IN: 1000, READ: 900, OUT: 50, "gen_ai.usage.input_audio_tokens": 500}

    assert spans(said, columns="input_uncached_tokens, input_audio_tokens") == [
        (100, None)
    ]


def test_what_was_written_by_duration_alone_is_what_was_written(spans):
    said = {
        IN: 1000,
        OUT: 50,
        "gen_ai.usage.cache_creation.ephemeral_1h_input_tokens": 70,
        "gen_ai.usage.cache_creation.ephemeral_5m_input_tokens": 30,
    }

    # 70 + 30 = 100; 1,000 - 100 = 900.
    assert spans(said) == [(1, 900, 0, 100, 50)]


@pytest.mark.parametrize(
    ("output", "reasoning", "total", "whole"),
    [
        (50, 30, None, 50),
        (50, 30, 1050, 50),
        # 1,000 + 50 + 30: Gemini counts its thoughts beside its answer.
        (50, 30, 1080, 80),
        (20, 30, None, 50),
        (50, 0, 1050, 50),
    ],
)
def test_reasoning_is_part_of_the_output_unless_the_numbers_refuse_it(
    output, reasoning, total, whole, spans
):
    said = {
        IN: 1000,
        OUT: output,
        "gen_ai.usage.reasoning.output_tokens": reasoning,
        TOTAL: total,
    }

    assert spans(said, columns="output_tokens, reasoning_tokens") == [
        (whole, reasoning)
    ]


def test_a_counter_that_is_not_known_is_counted_under_its_own_name(spans):
    said = {IN: 1000, OUT: 50}
    video = said | {"gen_ai.usage.video.input_tokens": 258, "gen_ai.usage.cost": 3}
    both = video | {"gen_ai.usage.server_tool_calls": 2, "gen_ai.usage.raw": "{}"}

    assert spans(
        said, video, both, columns="other_unit, other_quantity, request_count"
    ) == [
        (
            "gen_ai.usage.server_tool_calls + gen_ai.usage.video.input_tokens",
            Decimal(260),
            1,
        ),
        ("gen_ai.usage.video.input_tokens", Decimal(258), 1),
        (None, None, 1),
    ]


def observed(**usage):
    return json.dumps(
        {
            "id": "g1",
            "trace_id": "t1",
            "parent_observation_id": None,
            "type": "GENERATION",
            "start_time": "2026-09-03 10:00:00.000",
            "provided_model_name": "m",
            "usage_details": usage,
        }
    )


@pytest.mark.parametrize(
    ("usage", "counters"),
    [
        # Langfuse's own buckets, its total and none.
        ({"input": 400, "input_cached_tokens": 600, "output": 50}, (400, 600, 0, 50)),
        (
            {"input": 400, "input_cached_tokens": 600, "output": 50, "total": 1050},
            (400, 600, 0, 50),
        ),
        # 1,000 + 50 = 1,050, the total: 1,000 - 600 = 400.
        (
            {"input": 1000, "input_cached_tokens": 600, "output": 50, "total": 1050},
            (400, 600, 0, 50),
        ),
        # One count under two names, as two tools call it.
        (
            {
                "input": 400,
                "input_cached_tokens": 600,
                "cache_read_input_tokens": 600,
                "output": 50,
            },
            (400, 600, 0, 50),
        ),
        # The parts of what was written repeat the whole: 30 + 70 = 100.
        (
            {
                "input": 5,
                "cache_creation_input_tokens": 100,
                "cache_creation_ephemeral_1h_input_tokens": 70,
                "cache_creation_ephemeral_5m_input_tokens": 30,
                "output": 50,
            },
            (5, 0, 100, 50),
        ),
        # Details inside the whole: 1,000 + 50 is the total, audio and reasoning in it.
        (
            {
                "input": 1000,
                "input_audio_tokens": 100,
                "output": 50,
                "output_reasoning_tokens": 30,
                "total": 1050,
            },
            (1000, 0, 0, 50),
        ),
        # Gemini's own names; 1,000 - 600 = 400, and 20 + 30 thoughts.
        (
            {
                "prompt_token_count": 1000,
                "cached_content_token_count": 600,
                "candidates_token_count": 20,
                "thoughts_token_count": 30,
                "total_token_count": 1050,
            },
            (400, 600, 0, 50),
        ),
        # Read more than was sent: beside it, though the total is without it.
        (
            {"input": 5, "cache_read_input_tokens": 600, "output": 50, "total": 55},
            (5, 600, 0, 50),
        ),
        # Nothing but a total has no classes.
        ({"total": 1050}, (None, None, None, None)),
    ],
)
def test_an_observation_s_total_decides_what_its_input_includes(
    usage, counters, put, convert
):
    put("o.jsonl", observed(**usage) + "\n")

    assert convert(SOURCES["langfuse"], "2026-09", COUNTERS) == [(1, *counters)]


def test_an_observation_s_key_that_is_not_known_is_counted_under_its_name(put, convert):
    put("o.jsonl", observed(input=5, output=1, web_search_calls=3) + "\n")

    assert convert(SOURCES["langfuse"], "2026-09", "other_unit, other_quantity") == [
        ("web_search_calls", Decimal(3))
    ]


@pytest.mark.parametrize(
    ("prompt", "usage", "counters"),
    [
        # The gateway adds cached ones: 1,000 - 600 - 100 = 300.
        (1000, {"prompt_tokens": 1000}, (300, 600, 100, 50)),
        # 1,000 + 600 + 100 + 50 is the total: it did not.
        (1000, {"prompt_tokens": 1000, "total_tokens": 1750}, (1000, 600, 100, 50)),
        # 600 + 100 exceed 500.
        (500, {"prompt_tokens": 500}, (500, 600, 100, 50)),
        # A vendor's own words, though the total is without cached ones.
        (1000, {"input_tokens": 1000, "total_tokens": 1050}, (1000, 600, 100, 50)),
    ],
)
def test_a_gateway_s_own_numbers_decide_what_its_prompt_includes(
    prompt, usage, counters, put, convert
):
    told = usage | {
        "cache_read_input_tokens": 600,
        "cache_creation_input_tokens": 100,
        "prompt_tokens_details": {
            "cache_creation_token_details": {"ephemeral_1h_input_tokens": 70}
        },
    }
    cell = json.dumps({"usage_object": told}).replace('"', '""')
    put(
        "log.csv",
        "request_id,startTime,spend,custom_llm_provider,prompt_tokens,"
        "completion_tokens,metadata,cache_hit\n"
        f'a,2026-09-03 10:00,0,anthropic,{prompt},50,"{cell}",False\n',
    )

    columns = f"{COUNTERS}, sum(input_cache_write_1h_tokens)::bigint"
    assert convert(SOURCES["litellm"], "2026-09", columns) == [(1, *counters, 70)]


@pytest.mark.parametrize(
    "body",
    [
        {
            "usage": {
                "cacheDetails": [
                    {"ttl": "1h", "inputTokens": 70},
                    {"ttl": "5m", "inputTokens": 30},
                ]
            }
        },
        {"usage": {"cache_creation": {"ephemeral_1h_input_tokens": 70}}},
        [
            {
                "message": {
                    "usage": {"cache_creation": {"ephemeral_1h_input_tokens": 70}}
                }
            },
            {"type": "message_stop"},
        ],
    ],
    ids=["Converse", "Anthropic's answer", "Anthropic's stream"],
)
def test_bedrock_s_log_tells_what_was_written_for_an_hour(body, put, convert):
    log = {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2026-09-03T10:00:00Z",
        "requestId": "a",
        "input": {"inputTokenCount": 400, "cacheWriteInputTokenCount": 100},
        "output": {"outputTokenCount": 50, "outputBodyJson": body},
    }
    put("b.json", json.dumps(log) + "\n")

    assert convert(
        SOURCES["bedrock_logs"],
        "2026-09",
        "input_uncached_tokens, input_cache_write_tokens, input_cache_write_1h_tokens",
    ) == [(400, 100, 70)]


@pytest.mark.parametrize(
    ("said", "counters"),
    [
        # All of it is in the whole: 1,000 - 600 cached, 300 - 100 of the audio fresh.
        (
            {"input_audio_tokens": 300, "input_cached_audio_tokens": 100},
            (400, 200, 50, None),
        ),
        ({"output_audio_tokens": 20}, (400, None, 50, 20)),
        # 1,000 are the text: 1,000 + 300 - 600 = 700.
        ({"input_text_tokens": 1000, "input_audio_tokens": 300}, (700, 300, 50, None)),
        # 700 + 300 = 1,000: the audio is in it.
        ({"input_text_tokens": 700, "input_audio_tokens": 300}, (400, 300, 50, None)),
        # More audio than output: the output is the text alone.
        ({"output_audio_tokens": 80}, (400, None, 130, 80)),
    ],
)
def test_openai_s_audio_is_a_part_of_its_counters(said, counters, put, page, convert):
    result = {
        "object": "organization.usage.completions.result",
        "input_tokens": 1000,
        "input_cached_tokens": 600,
        "output_tokens": 50,
    }
    put("u.json", page("2026-09-03", result | said))

    assert convert(
        SOURCES["openai_usage"],
        "2026-09",
        "input_uncached_tokens, input_audio_tokens, output_tokens, output_audio_tokens",
    ) == [counters]


def test_a_call_without_counts_is_counted_as_one(put, convert):
    put(
        "a.csv",
        "generation_id,created_at,model_permaslug,tokens_prompt,tokens_completion,"
        "tokens_cached,cancelled\n"
        "a,2026-09-03 10:00,o/m,400,5,600,false\n"
        "b,2026-09-03 10:10,o/m,400,5,100,false\n"
        "c,2026-09-03 10:20,o/m,,,,true\n",
    )

    # Of the first what was cached exceeds a prompt that has it, so the rest is unknown:
    # 400 - 100 of the second are all that is known. The third failed and has none.
    assert convert(
        SOURCES["openrouter_usage"],
        "2026-09",
        "request_count, uncounted_request_count, input_uncached_tokens, "
        "input_cache_read_tokens, output_tokens",
    ) == [(3, 1, 300, 700, 10)]


def test_an_owner_s_log_counts_more_cached_tokens_than_input_beside_it(put, convert):
    put(
        "calls.csv",
        "requested_at,provider_name,input_tokens,input_cache_read_tokens,"
        "output_tokens,total_tokens\n"
        "2026-09-03 10:00,OpenAI,5,600,50,\n"
        "2026-09-03 10:00,OpenAI,1000,600,50,1650\n",
    )

    # 5 beside 600; 1,000 + 600 + 50 = 1,650, beside it, too.
    assert convert(SOURCES["call_log"], "2026-09", COUNTERS) == [
        (2, 1005, 1200, None, 100)
    ]


def test_anthropic_tells_what_was_written_for_an_hour(case):
    # Ten days of a million each, all of it for an hour.
    columns = f"{COUNTERS}, sum(input_cache_write_1h_tokens)::bigint"
    million = 10**6
    assert case("an-1h-cache-writes-block/usage", "anthropic_usage", columns) == [
        (None, 10 * million, 0, 10 * million, million, 10 * million)
    ]


def test_a_meter_whose_words_are_glued_together_is_read_whole(case):
    rows = case(
        "az-meter-outp-glued",
        "azure",
        "SkuMeter, x_ProcessingTier, SkuPriceDetails ->> '$.x_ModelId', "
        "SkuPriceDetails ->> '$.x_TokenDirection', "
        "SkuPriceDetails ->> '$.x_DeploymentScope', ConsumedQuantity::bigint",
    )

    # Ten blocks of a thousand each.
    realtime = "gpt-4o-realtime-preview"
    assert rows == [
        ("Audio Output Tokens", "standard", realtime, "Output", "data_zone", 10000),
        ("Output Tokens", "batch", "gpt-4o-mini-0718", "Output", "data_zone", 10000),
        ("Output Tokens", "standard", realtime, "Output", "data_zone", 10000),
    ]
