"""What a person wants to see of a ledger table in short: totals and a few rows."""

import re
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from pipelines.ledger.connection import reader
from pipelines.ledger.files import period_of
from pipelines.sources.tables import types_of

SHOWN_ROWS = 8
# What Markdown acts on: marks, HTML, and the signs by which addresses become links.
_MARKUP = re.compile(
    r"[\\`|<>\[\]*~&!]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=\bwww)\.|(?<=\S)@(?=\S)|^[#+-](?=\s)"
)
# Controls, of right-to-left text too.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Summary:
    """What is shown of a table.

    Attributes:
        totals: SQL of its totals.
        preview: SQL of the columns of some rows.
        largest: SQL of what makes a row come first among them.
        currency: the column of the currency that the totals are in, each its own.
    """

    totals: str
    preview: str
    largest: str = ""
    currency: str = ""


# How many columns are shown of a table that says nothing itself, such as a list.
FIRST_COLUMNS = 6


SUMMARIES = {
    "focus": Summary(
        totals="""
            sum(BilledCost) as billed_cost,
            sum(EffectiveCost) as effective_cost
        """,
        preview="""
            ChargePeriodStart, ServiceName, ChargeCategory, SkuMeter,
            ConsumedQuantity, BilledCost, EffectiveCost, BillingCurrency
        """,
        largest="EffectiveCost",
        currency="BillingCurrency",
    ),
    "model_usage": Summary(
        totals="""
            sum(input_uncached_tokens) as uncached_input_tokens,
            sum(output_tokens) as output_tokens,
            sum(request_count) as requests
        """,
        preview="""
            window_start, sub_account_id, model_id, input_uncached_tokens,
            output_tokens
        """,
        largest="output_tokens",
    ),
    "model_requests": Summary(
        totals="""
            sum(sample_weight) as calls,
            count(distinct model_id) as models
        """,
        preview="requested_at, model_id, output_tokens, latency_ms, sample_weight",
        largest="sample_weight",
    ),
    "model_sessions": Summary(
        totals="""
            count(distinct session_id) as sessions,
            sum(request_count) as requests
        """,
        preview="usage_date, session_id, model_id, request_count, outcome",
        largest="request_count",
    ),
    "gpu_usage": Summary(
        totals="""
            sum(observed_hours) as observed_hours,
            sum(busy_hours) as busy_hours
        """,
        preview="window_start, node_name, gpu_id, observed_hours, busy_hours",
        largest="busy_hours",
    ),
    "kubernetes_allocation": Summary(
        totals="""
            sum(cpu_requested_core_hours) as cpu_core_hours,
            sum(gpu_requested_hours) as gpu_hours
        """,
        preview="window_start, node_name, namespace, pod_name, cpu_weight, gpu_weight",
        largest="gpu_weight",
    ),
    "training_attempts": Summary(
        totals="""
            count(distinct run_id) as runs,
            sum(gpu_count * date_diff('second', started_at, ended_at) / 3600)
                as gpu_hours
        """,
        preview="run_id, run_name, status, started_at, ended_at, gpu_count",
        largest="gpu_count",
    ),
    "training_metrics": Summary(
        totals="""
            count(distinct run_id) as runs,
            count(distinct metric_name) as metrics
        """,
        preview="run_id, metric_name, step, epoch, metric_value, logged_at",
    ),
    "pipeline_runs": Summary(
        totals="count(distinct pipeline_name) as pipelines",
        preview="pipeline_name, run_id, status, started_at, ended_at, processed_gb",
        largest="processed_gb",
    ),
    "focus_conformance": Summary(
        totals="""
            count(distinct rule_id) as rules,
            count_if(failing_row_count > 0) as broken
        """,
        preview="source_name, period, rule_id, severity, failing_row_count",
        largest="failing_row_count",
    ),
}


def summarize(files: str, table: str) -> dict[str, object]:
    """Give rows, totals and a preview (Markdown) of some partitions: there is one.

    Amounts of several currencies are not added: each is `billed_cost USD`. `files` are
    theirs, as a SQL list (``files.files_of``).
    """
    shown = SUMMARIES.get(table) or _first_columns(table)
    source = f"read_parquet({files}, union_by_name = true)"
    order = f"order by {shown.largest} desc nulls last" if shown.largest else ""
    with reader() as db:
        rows = db.execute(
            f"select {shown.preview} from {source} {order} limit {SHOWN_ROWS}"
        )
        head = [column[0] for column in rows.description or []]
        preview = markdown(head, rows.fetchall())
        return {
            "rows": db.sql(f"select count(*) from {source}").fetchall()[0][0],
            **_totals(db, shown, source),
            "preview": preview,
        }


def _totals(
    db: duckdb.DuckDBPyConnection, shown: Summary, source: str
) -> dict[str, object]:
    if not shown.totals:
        return {}
    currency = shown.currency or "''"
    found = db.execute(
        f"select {currency}, {shown.totals} from {source} group by all order by all"
    )
    names = [column[0] for column in found.description or []][1:]
    return {
        f"{name} {row[0]}".strip(): value
        for row in found.fetchall()
        for name, value in zip(names, row[1:], strict=True)
    }


def by_month(files: str, table: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """Give columns and rows: the totals of each month of a source, newest first.

    Args:
        files: of all partitions of the source, as a SQL list; there is at least one.
        table: the table that the source fills.
    """
    shown = SUMMARIES.get(table) or Summary("", "")
    currency = shown.currency and f"{shown.currency} as currency"
    columns = ", ".join(filter(None, ("count(*) as rows", shown.totals, currency)))
    source = f"read_parquet({files}, union_by_name = true, filename = true)"
    with reader() as db:
        found = db.execute(
            f"select {period_of('filename')} as month, {columns} from {source} "
            "group by all order by month desc, rows desc"
        )
        return [column[0] for column in found.description or []], found.fetchall()


def _first_columns(table: str) -> Summary:
    return Summary("", ", ".join([*types_of(table)][:FIRST_COLUMNS]))


def markdown(head: list[str], body: list[tuple[object, ...]]) -> str:
    """Lay out rows as a Markdown table, in which values are text and nothing else."""
    lines = [
        [*map(plain, head)],
        ["---"] * len(head),
        *([_text(v) for v in row] for row in body),
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(value: object) -> str:
    """Write a value plainly: 12.5, not 12.500000000000, and 0, not 0E-12."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return "" if value is None else plain(str(value))


def plain(text: str) -> str:
    """Write a text for Markdown so that it is shown as it is, on one line.

    No table breaks, no picture is fetched, no link is made of what others wrote.
    """
    escaped = _MARKUP.sub(r"\\\g<0>", " ".join(text.splitlines()))
    return _HIDDEN.sub(lambda found: f"U+{ord(found[0]):04X}", escaped)
