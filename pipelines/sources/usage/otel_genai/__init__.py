"""OpenTelemetry's GenAI spans: calls of models in traces, as OTLP JSON lines.

Belongs here: the attributes that ``ATTRIBUTES`` and ``tokens.csv`` list, under their
new and deprecated names, and every other counter of tokens by its own name. Does not
belong here: any other attribute; prompts may be among them.
"""

import re
from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source, quoted
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import Column
from pipelines.sources.formats.package_files import rows_beside, text_beside
from pipelines.sources.formats.records import read_json
from pipelines.sources.usage.otel_genai import tokens
from pipelines.sources.usage.requests import labels, request_sources
from pipelines.sources.usage.requests.evidence import decided, part
from pipelines.sources.usage.requests.newest import newest

SPANS = re.compile(r'"resourceSpans"\s*:')
VALUE = (
    "STRUCT(stringValue VARCHAR, intValue VARCHAR, doubleValue VARCHAR, "
    'arrayValue STRUCT("values" STRUCT(stringValue VARCHAR)[]))'
)
PAIRS = f"STRUCT(key VARCHAR, value {VALUE})[]"
SHAPE = f"""{{resourceSpans: 'STRUCT(
    resource STRUCT(attributes {PAIRS}),
    scopeSpans STRUCT(scope STRUCT(name VARCHAR, version VARCHAR), spans STRUCT(
        traceId VARCHAR,
        spanId VARCHAR,
        parentSpanId VARCHAR,
        startTimeUnixNano VARCHAR,
        endTimeUnixNano VARCHAR,
        status STRUCT(code VARCHAR),
        attributes {PAIRS}
    )[])[]
)[]'}}"""
FIELDS = {
    "started_at": ("nanoseconds", "span.startTimeUnixNano"),
    "ended_at": ("nanoseconds", "span.endTimeUnixNano"),
    "trace_id": ("text", "span.traceId"),
    "span_id": ("text", "span.spanId"),
    "parent_span_id": ("text", "span.parentSpanId"),
    "status_code": ("text", "span.status.code"),
}
# Column -> type and the attributes that say it; the first one that is there wins.
ATTRIBUTES = {
    "operation": ("text", "gen_ai.operation.name", "llm.request.type"),
    "step": ("text", "traceloop.span.kind", "openinference.span.kind"),
    "provider": (
        "text",
        "gen_ai.provider.name",
        "gen_ai.system",
        "llm.provider",
        "llm.system",
        "ai.model.provider",
    ),
    "model": (
        "text",
        "gen_ai.response.model",
        "gen_ai.request.model",
        "ai.response.model",
        "ai.model.id",
        "llm.model_name",
        "embedding.model_name",
    ),
    "conversation_id": ("text", "gen_ai.conversation.id", "session.id"),
    "agent_name": ("text", "gen_ai.agent.name"),
    "service_tier": (
        "text",
        "openai.response.service_tier",
        "gen_ai.openai.response.service_tier",
    ),
    "server_address": ("text", "server.address"),
    "error_type": ("text", "error.type"),
    "finish_reason": (
        "text",
        "gen_ai.response.finish_reasons",
        "gen_ai.completion.0.finish_reason",
        "llm.response.finish_reason",
    ),
    "prompt_name": ("text", "gen_ai.prompt.name"),
    "prompt_version": ("text", "llm.prompt_template.version"),
}
RESOURCE = {
    "service_name": ("text", "service.name"),
    "deployment_environment": (
        "text",
        "deployment.environment.name",
        "deployment.environment",
    ),
    "cloud_account_id": ("text", "cloud.account.id"),
}
LABELS = {"span_labels": "span.attributes", "resource_labels": "resource_attributes"}
SCOPE = {
    "scope_name": ("text", "instrumentation.name"),
    "scope_version": ("text", "instrumentation.version"),
}


def claims(candidate: Candidate) -> bool:
    """Claim OTLP files of traces."""
    return candidate.format == "json" and bool(SPANS.search(candidate.head))


def opened(file: Candidate, _: Sequence[Column]) -> str:
    """Give a SELECT of the spans of a file, every column as text."""
    cells = FIELDS | SCOPE
    picked = [f"nullif({cell}, '') as {name}" for name, (_kind, cell) in cells.items()]
    for place, found in (
        ("span.attributes", ATTRIBUTES),
        ("resource_attributes", RESOURCE),
    ):
        for name, (_kind, *keys) in found.items():
            cell = ", ".join(_attribute(place, key) for key in keys)
            picked.append(f"coalesce({cell}, null) as {name}")
    picked += [f"{_labels(place)} as {name}" for name, place in LABELS.items()]
    picked += [f"{cell} as {name}" for name, cell in tokens.cells("counts").items()]
    return f"""
        select row_number() over () as row_number, {", ".join(picked)}
        from (
            select *, {tokens.counts("span.attributes")} as counts
            from (
                select
                    resource_attributes,
                    scope.scope as instrumentation,
                    unnest(scope.spans) as span
                from (
                    select
                        resource_spans.resource.attributes as resource_attributes,
                        unnest(resource_spans.scopeSpans) as scope
                    from (
                        select unnest(resourceSpans) as resource_spans
                        from {read_json(file, SHAPE)}
                    )
                )
            )
        )
    """


def _attribute(place: str, key: str) -> str:
    value = f"list_filter({place}, lambda pair: pair.key = {quoted(key)})[1].value"
    return (
        f"nullif(coalesce({value}.stringValue, {value}.intValue, "
        f"{value}.doubleValue, {value}.arrayValue.values[1].stringValue), '')"
    )


def _labels(place: str) -> str:
    """Give the owner's own attributes as a JSON object."""
    keys = ", ".join(quoted(key) for key in labels.ALL_KEYS)
    kept = f"list_filter({place}, lambda pair: pair.key in ({keys}))"
    entries = (
        f"list_transform({kept}, lambda pair: {{'k': pair.key, 'v': "
        "coalesce(pair.value.stringValue, pair.value.intValue)})"
    )
    return f"cast(to_json(map_from_entries({entries})) as varchar)"


LOG = logs.Log(
    source="otel_genai",
    time="started_at",
    columns={
        name: kind
        for name, (kind, *_) in (FIELDS | SCOPE | ATTRIBUTES | RESOURCE).items()
    }
    | dict.fromkeys(LABELS, "text")
    | tokens.COLUMNS,
    opened=opened,
)


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the spans of a month; those that are no call of a model say so."""
    sql = text_beside(__package__, "convert.sql")
    calls = sql.format(
        rows=logs.rows(LOG, deliveries, period),
        provider=labels.provider("provider"),
        is_truncated=labels.truncated("finish_reason"),
        instrumentations=_instrumentations(),
        decided=decided("told"),
        scope_version=_version("spans.scope_version"),
        from_version=_version("instrumentations.from_version"),
        until_version=_version("instrumentations.until_version"),
        **_modalities(),
        read_span_labels=labels.read("span_labels"),
        read_resource_labels=labels.read("resource_labels"),
        **labels.labels("span_words", "resource_words"),
    )
    return newest(context, calls, reason="no_call")


def _modalities() -> dict[str, str]:
    """Give the SQL of audio and images, each without what was read from a cache."""
    made = {}
    for name in ("audio", "image"):
        fresh = f"{name}_in_tokens - coalesce({name}_read_tokens, 0)"
        made[f"input_{name}_tokens"] = part(fresh, "input_uncached_tokens")
        made[f"output_{name}_tokens"] = part(f"{name}_out_tokens", "output_tokens")
    return made


def _version(cell: str) -> str:
    """Give the SQL of a version as numbers, which sort as versions do."""
    numbers = f"nullif(regexp_extract({cell}, '^[0-9]+([.][0-9]+)*'), '')"
    return f"cast(string_split({numbers}, '.') as integer[])"


def _instrumentations() -> str:
    """Give what is known of who wrote a span, as the body of a VALUES list."""
    rows = rows_beside(__package__, "instrumentations.csv")
    return ", ".join(
        f"({', '.join(quoted(cell) for cell in row.values())})" for row in rows
    )


SOURCES = request_sources(
    Source(
        name="otel_genai",
        table="model_usage",
        description="Calls of models in OpenTelemetry traces, from GenAI spans.",
        expected='OpenTelemetry traces, OTLP JSON lines ("resourceSpans")',
        claims=claims,
        drops=partial(logs.drops, LOG),
        select=select,
        restates="rows",
    )
)
