"""What a month cost, in the few figures that a person asks first.

Belongs here: reading them from marts of a build or of a published version. Does not
belong here: unit costs, which have tables of their own, and why a cost changed
(``cost_change``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

NEWEST = """
select strftime(max(billing_period_start), '%Y-%m') from fct_charges_daily
"""
SERVICES = """
select
    service_name as service,
    service_provider_name as provider,
    reporting_currency as cur,
    sum(reporting_effective_cost) as effective,
    100 * cast(sum(reporting_effective_cost) as double)
        / nullif(cast(sum(sum(reporting_effective_cost)) over () as double), 0)
        as "% of all"
from fct_charges_daily
where strftime(billing_period_start, '%Y-%m') = $month
group by all
having sum(reporting_effective_cost) != 0
order by effective desc, provider
limit 8
"""
TOTALS = """
select
    max(reporting_currency),
    coalesce(sum(reporting_billed_cost), 0),
    coalesce(sum(reporting_effective_cost), 0)
from fct_charges_daily
where strftime(billing_period_start, '%Y-%m') = $month
"""
AI = """
select coalesce(sum(reporting_effective_cost), 0)
from fct_showback_daily
where
    strftime(billing_period_start, '%Y-%m') = $month and ai_cost_class != 'not_ai'
"""
BASES = """
select
    charge_category,
    sum(reporting_effective_cost - reporting_billed_cost) as difference
from fct_charges_daily
where strftime(billing_period_start, '%Y-%m') = $month
group by all
having difference != 0
order by abs(difference) desc, charge_category
"""
# What is asked for only where the bill has what it would explain.
UNINVOICED = """
select distinct source_name
from fct_reconciliation_monthly
where strftime(billing_period_start, '%Y-%m') = $month and verdict = 'no invoice'
order by source_name
"""
UNCOUNTED = """
select service_provider_name
from fct_inference_costs_daily
where strftime(billing_period_start, '%Y-%m') = $month and hosting = 'api'
group by all
having coalesce(sum(inference_count), 0) = 0
order by sum(effective_cost) desc, service_provider_name
"""
CLASSES = """
select distinct ai_cost_class
from fct_showback_daily
where strftime(billing_period_start, '%Y-%m') = $month
"""
DELIVERED = "select distinct table_name from deliveries where status = 'current'"
LISTS = "docs/lists.md"
USAGE = "docs/sources/usage"
# Whose own export of usage is read; other calls are in a log or a gateway of yours.
USAGE_PAGES = {
    "OpenAI": "openai_usage.md",
    "Anthropic": "anthropic_usage.md",
    "AWS": "bedrock_logs.md",
    "OpenRouter": "openrouter_usage.md",
}
OTHER_USAGE_PAGE = "call_log.md"


@dataclass(frozen=True, slots=True)
class Bases:
    """Cost of a month, as billed and as effective, and what lies between the two."""

    currency: str
    billed: Decimal
    effective: Decimal
    ai: Decimal
    differences: Sequence[tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Missing:
    """An export that nobody delivered: what it would answer, and the page about it."""

    what: str
    answers: str
    page: str


def newest_month(db: duckdb.DuckDBPyConnection) -> str | None:
    """Give the newest month with charges."""
    row = db.execute(NEWEST).fetchone()
    return row[0] if row else None


def bases(db: duckdb.DuckDBPyConnection, month: str) -> Bases:
    """Read a month's cost on both bases."""
    given = {"month": month}
    [(currency, billed, effective)] = db.execute(TOTALS, given).fetchall()
    [(ai,)] = db.execute(AI, given).fetchall()
    differences = db.execute(BASES, given).fetchall()
    return Bases(currency or "", billed, effective, ai, differences)


def missing_exports(db: duckdb.DuckDBPyConnection, month: str) -> list[Missing]:
    """List what would answer more about the month's charges, most telling first."""
    given = {"month": month}
    delivered = {row[0] for row in db.execute(DELIVERED).fetchall()}
    classes = {row[0] for row in db.execute(CLASSES, given).fetchall()}
    found = []
    sources = [row[0] for row in db.execute(UNINVOICED, given).fetchall()]
    if sources:
        text = f"reconciles {_named(sources)} with what was invoiced"
        found.append(Missing("invoices.csv", text, f"{LISTS}#invoices"))
    for (provider,) in db.execute(UNCOUNTED, given).fetchall()[:2]:
        page = f"{USAGE}/{USAGE_PAGES.get(provider, OTHER_USAGE_PAGE)}"
        what = f"a usage export of {provider}"
        found.append(Missing(what, "gives the cost per inference", page))
    if "ownership_rules" not in delivered:
        text = "gives each charge a team and a project"
        found.append(Missing("ownership_rules.csv", text, f"{LISTS}#ownership_rules"))
    if "gpu" in classes and "gpu_usage" not in delivered:
        text = "shows which GPU hours are idle"
        found.append(Missing("GPU metrics", text, f"{USAGE}/prometheus.md"))
    if "gpu" in classes and "training_attempts" not in delivered:
        text = "gives the cost per training hour"
        found.append(Missing("a log of training runs", text, f"{USAGE}/mlflow.md"))
    if "budgets" not in delivered:
        text = "says when a budget will be passed"
        found.append(Missing("budgets.csv", text, f"{LISTS}#budgets"))
    return found


def _named(sources: Sequence[str]) -> str:
    """Name up to three sources, and count the rest."""
    shown, rest = sources[:3], len(sources) - 3
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
