"""AWS Bedrock's model-invocation logs: one JSON object a line, one line a call.

Belongs here: the counts, names and ids of a line. Does not belong here: prompts and
answers, which the logs hold; the input's body is not read at all, of the output's only
the numbers in its usage and the reason why it ended.
"""

import re
from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import Column
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.records import read_json
from pipelines.sources.usage.requests import labels, request_sources
from pipelines.sources.usage.requests.newest import newest

INVOCATION = re.compile(r'"schemaType"\s*:\s*"ModelInvocationLog"')
# The log's own field, or the place in the answer's body: of Converse, or of the last
# chunk of a stream.
BODY = "output.outputBodyJson"
DETAILS = '[{"ttl": "VARCHAR", "inputTokens": "BIGINT"}]'
HOUR = (
    "cast(list_sum(list_transform(list_filter(from_json(json_extract("
    f"{BODY}, '$.usage.cacheDetails'), '{DETAILS}'), lambda write: write.ttl = '1h'), "
    'lambda write: write."inputTokens")) as varchar)'
)
METRICS = '$[#-1]."amazon-bedrock-invocationMetrics"'
COLUMNS = {
    "timestamp": ("time", "timestamp"),
    "account_id": ("text", "accountId"),
    "identity_arn": ("text", "identity.arn"),
    "request_id": ("text", "requestId"),
    "operation": ("text", "operation"),
    "model": ("text", "modelId"),
    "metadata": ("text", "requestMetadata"),
    "error_code": ("text", "errorCode"),
    "input_tokens": ("count", "input.inputTokenCount", "$.usage.inputTokens"),
    "cache_read_tokens": (
        "count",
        "input.cacheReadInputTokenCount",
        "$.usage.cacheReadInputTokens",
    ),
    "cache_write_tokens": (
        "count",
        "input.cacheWriteInputTokenCount",
        "$.usage.cacheWriteInputTokens",
    ),
    "output_tokens": ("count", "output.outputTokenCount", "$.usage.outputTokens"),
    # Of Converse, of Anthropic's own answer, and of the first chunk of its stream.
    "write_1h_tokens": (
        "count",
        HOUR,
        "$.usage.cache_creation.ephemeral_1h_input_tokens",
        "$[0].message.usage.cache_creation.ephemeral_1h_input_tokens",
    ),
    "latency_ms": (
        "count",
        "",
        "$.metrics.latencyMs",
        f"{METRICS}.invocationLatency",
    ),
    "first_byte_ms": ("count", "", f"{METRICS}.firstByteLatency"),
    # Of Converse, of a model's own answer, and of the chunk before a stream's last.
    "stop_reason": (
        "text",
        "",
        "$.stopReason",
        "$.stop_reason",
        "$[#-2].delta.stop_reason",
    ),
}
SHAPE = """{
    timestamp: 'VARCHAR',
    accountId: 'VARCHAR',
    identity: 'STRUCT(arn VARCHAR)',
    requestId: 'VARCHAR',
    operation: 'VARCHAR',
    modelId: 'VARCHAR',
    requestMetadata: 'VARCHAR',
    errorCode: 'VARCHAR',
    input: 'STRUCT(
        "inputTokenCount" VARCHAR,
        "cacheReadInputTokenCount" VARCHAR,
        "cacheWriteInputTokenCount" VARCHAR
    )',
    output: 'STRUCT("outputTokenCount" VARCHAR, "outputBodyJson" JSON)'
}"""


def claims(candidate: Candidate) -> bool:
    """Claim files whose lines say that they are invocation logs."""
    return candidate.format == "json" and bool(INVOCATION.search(candidate.head))


def opened(file: Candidate, _: Sequence[Column]) -> str:
    """Give a SELECT of the calls of a file, every column as text."""
    picked = []
    for name, (_kind, field, *paths) in COLUMNS.items():
        places = [field] if field else []
        places += [f"json_extract_string({BODY}, '{path}')" for path in paths]
        picked.append(f"nullif(coalesce({', '.join(places)}, null), '') as {name}")
    return (
        f"select row_number() over () as row_number, {', '.join(picked)} "
        f"from {read_json(file, SHAPE)}"
    )


LOG = logs.Log(
    source="bedrock_logs",
    time="timestamp",
    columns={name: kind for name, (kind, *_) in COLUMNS.items()},
    opened=opened,
)


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the calls of a month; a request id is one call."""
    sql = text_beside(__package__, "convert.sql")
    return newest(
        context,
        sql.format(
            rows=logs.rows(LOG, deliveries, period),
            metadata_labels=labels.read("metadata"),
            is_truncated=labels.truncated("stop_reason"),
            **labels.labels("owner"),
        ),
    )


SOURCES = request_sources(
    Source(
        name="bedrock_logs",
        table="model_usage",
        description="Calls of AWS Bedrock, from its model-invocation logs.",
        expected='Bedrock invocation logs, JSON lines ("ModelInvocationLog")',
        claims=claims,
        drops=partial(logs.drops, LOG),
        select=select,
        restates="rows",
    )
)
