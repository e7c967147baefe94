"""Calls that the owner logs: rows in the columns of a call, which need no mapping.

Belongs here: two kinds of files, those with Unitmill's own column names, and the public
trace of Azure's LLM inference service (TIMESTAMP, ContextTokens, GeneratedTokens),
which has no others. Does not belong here: logs of a tool that has a source of its own.
"""

from collections.abc import Sequence
from functools import partial

from pipelines.landing.candidates import first_object
from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import Column, Type, positions
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.records import opened as opened_alike
from pipelines.sources.usage.requests import CALL, request_sources
from pipelines.sources.usage.requests.evidence import decided
from pipelines.sources.usage.requests.newest import newest

OURS = {"requested_at", "provider_name"}
MADE_HERE = {"inputs_include_cached", "left_out", "delivery_id", "row_number"}
KINDS = {"TIMESTAMP": "time", "BIGINT": "count", "BOOLEAN": "flag"}
TRACE = {
    "timestamp": "requested_at",
    "contexttokens": "input_uncached_tokens",
    "generatedtokens": "output_tokens",
}
TRACED_PROVIDER = "Microsoft"


def claims(candidate: Candidate) -> bool:
    """Claim files with our columns, and the public trace."""
    if candidate.format == "json":
        return set(first_object(candidate.head)) >= OURS
    return positions(candidate.columns).keys() >= OURS or _is_trace(candidate)


def opened(file: Candidate, known: Sequence[Column]) -> str:
    """Give a SELECT of a file's rows, the trace's under our names."""
    if not _is_trace(file):
        return opened_alike(file, known)
    text = Type("{cell}", "a value")
    theirs = opened_alike(file, [Column(name, text) for name in TRACE])
    columns = {ours: name for name, ours in TRACE.items()}
    columns["provider_name"] = f"'{TRACED_PROVIDER}'"
    picked = ", ".join(
        f"{columns.get(column.name, 'cast(null as varchar)')} as {column.name}"
        for column in known
    )
    return f"select row_number, {picked} from ({theirs})"


LOG = logs.Log(
    source="call_log",
    time="requested_at",
    columns={
        name: KINDS.get(kind, "amount" if kind.startswith("DECIMAL") else "text")
        for name, kind in CALL.items()
        if name not in MADE_HERE
    }
    | {"input_tokens": "count", "total_tokens": "count"},
    needed=("provider_name",),
    opened=opened,
)


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the calls of a month; an id is one call, a row without one is its own."""
    sql = text_beside(__package__, "convert.sql")
    rows = logs.rows(LOG, deliveries, period)
    return newest(context, sql.format(rows=rows, decided=decided("stated")))


def _is_trace(candidate: Candidate) -> bool:
    return positions(candidate.columns).keys() >= set(TRACE)


SOURCES = request_sources(
    Source(
        name="call_log",
        table="model_usage",
        description="Calls that the owner logs.",
        expected=(
            "CSV, Parquet or JSON lines of calls (requested_at, provider_name, "
            "model_id, ...)"
        ),
        claims=claims,
        drops=partial(logs.drops, LOG),
        select=select,
        restates="rows",
    )
)
