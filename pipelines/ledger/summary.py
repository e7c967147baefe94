"""What a person wants to see of a ledger table at a glance: totals and a few rows."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.landing.source import quoted

SHOWN_ROWS = 8


@dataclass(frozen=True, slots=True)
class Glance:
    """What is shown of a table: SQL of its totals, and of a preview's columns."""

    totals: str
    preview: str


GLANCES = {
    "focus": Glance(
        totals="""
            sum(BilledCost) as billed_cost,
            sum(EffectiveCost) as effective_cost,
            string_agg(distinct BillingCurrency, ', ') as currency
        """,
        preview="""
            ChargePeriodStart, ServiceName, ChargeCategory, SkuMeter,
            ConsumedQuantity, BilledCost, EffectiveCost, BillingCurrency
        """,
    ),
    "model_usage": Glance(
        totals="""
            sum(input_uncached_tokens) as uncached_input_tokens,
            sum(output_tokens) as output_tokens,
            sum(request_count) as requests
        """,
        preview="""
            window_start, sub_account_id, model_id, input_uncached_tokens,
            output_tokens
        """,
    ),
    "model_requests": Glance(
        totals="""
            sum(sample_weight) as calls,
            count(distinct model_id) as models
        """,
        preview="requested_at, model_id, output_tokens, latency_ms, sample_weight",
    ),
    "model_sessions": Glance(
        totals="""
            count(distinct session_id) as sessions,
            sum(request_count) as requests
        """,
        preview="usage_date, session_id, model_id, request_count, outcome",
    ),
    "gpu_usage": Glance(
        totals="""
            sum(observed_hours) as observed_hours,
            sum(busy_hours) as busy_hours
        """,
        preview="window_start, node_name, gpu_id, observed_hours, busy_hours",
    ),
    "deployments": Glance(
        totals="count(distinct model_id) as models",
        preview="workload_name, model_id, resource_id, valid_from, valid_to",
    ),
    "model_variants": Glance(
        totals="count(distinct model_id) as models",
        preview="model_id, precision, decoding, passing_answer_count, valid_from",
    ),
    "kubernetes_allocation": Glance(
        totals="""
            sum(cpu_requested_core_hours) as cpu_core_hours,
            sum(gpu_requested_hours) as gpu_hours
        """,
        preview="window_start, node_name, namespace, pod_name, cpu_weight, gpu_weight",
    ),
    "training_attempts": Glance(
        totals="""
            count(distinct run_id) as runs,
            sum(gpu_count * date_diff('second', started_at, ended_at) / 3600)
                as gpu_hours
        """,
        preview="run_id, run_name, status, started_at, ended_at, gpu_count",
    ),
    "training_metrics": Glance(
        totals="""
            count(distinct run_id) as runs,
            count(distinct metric_name) as metrics
        """,
        preview="run_id, metric_name, step, epoch, metric_value, logged_at",
    ),
    "run_plans": Glance(
        totals="sum(planned_gpu_hours) as planned_gpu_hours",
        preview="plan_id, run_name_pattern, planned_start, planned_cost, cost_cap",
    ),
    "business_values": Glance(
        totals="count(distinct metric_name) as metrics",
        preview="value_date, metric_name, value, unit, currency, project_name",
    ),
    "storage_access": Glance(
        totals="sum(stored_gb) as stored_gb",
        preview="inventory_date, resource_id, prefix, stored_gb, last_read_on",
    ),
    "pipeline_runs": Glance(
        totals="count(distinct pipeline_name) as pipelines",
        preview="pipeline_name, run_id, status, started_at, ended_at, processed_gb",
    ),
    "focus_conformance": Glance(
        totals="""
            count(distinct rule_id) as rules,
            count_if(failing_row_count > 0) as broken
        """,
        preview="source_name, period, rule_id, severity, failing_row_count",
    ),
    "ownership_rules": Glance(
        totals="count(distinct team_name) as teams",
        preview="rule_id, match_kind, match_pattern, team_name, project_name",
    ),
    "budgets": Glance(
        totals="count(distinct budget_id) as budgets",
        preview="budget_id, scope_type, scope_value, budget_amount, valid_from",
    ),
    "optimisations": Glance(
        totals="count(distinct optimisation_id) as optimisations",
        preview="optimisation_id, state, promised_monthly_saving, valid_from",
    ),
    "trade_options": Glance(
        totals="count(distinct trade_id) as trades",
        preview="trade_id, scope_value, target_instance_type, relative_throughput",
    ),
    "shared_cost_rules": Glance(
        totals="count(distinct rule_id) as rules",
        preview="rule_id, step, share_kind, share_pattern, method, target_pattern",
    ),
    "token_prices": Glance(
        totals="count(distinct contract_id) as contracts",
        preview="provider_name, model_id, sku_meter, valid_from, price_per_1m_tokens",
    ),
    "native_totals": Glance(
        totals="count(distinct tool) as tools",
        preview="ledger_source, sub_account_id, cost_basis, native_total, read_on",
    ),
    "invoices": Glance(
        totals="sum(invoice_amount) as invoice_amount",
        preview="invoice_issuer_name, invoice_id, invoice_amount, billing_currency",
    ),
}


def summarise(path: Path, table: str) -> dict[str, object]:
    """Give rows, totals and a preview (Markdown) of a partition or of a whole table."""
    if "*" not in str(path) and not path.exists():
        return {"rows": 0, "note": "no delivery has rows of this period"}
    glance = GLANCES[table]
    source = f"read_parquet({quoted(path)}, union_by_name = true)"
    with duckdb.connect() as db:
        summary = db.execute(f"select count(*) as rows, {glance.totals} from {source}")
        names = [column[0] for column in summary.description or []]
        values = summary.fetchone() or ()
        rows = db.execute(f"select {glance.preview} from {source} limit {SHOWN_ROWS}")
        head = [column[0] for column in rows.description or []]
        body = rows.fetchall()
    return dict(zip(names, values, strict=True)) | {"preview": markdown(head, body)}


def markdown(head: list[str], body: list[tuple[object, ...]]) -> str:
    """Lay out rows as a Markdown table."""
    lines = [head, ["---"] * len(head), *([_text(v) for v in row] for row in body)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(value: object) -> str:
    """Write a value plainly: 12.5, not 12.500000000000, and 0, not 0E-12."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return "" if value is None else str(value)
