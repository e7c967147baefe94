"""What a person sees on the terminal: tables of a build or of a version.

Belongs here: words, colours, columns. Does not belong here: deciding anything.
"""

from typing import TYPE_CHECKING

import duckdb
from rich.console import Console
from rich.text import Text

from pipelines.cli.tables import print_table

if TYPE_CHECKING:  # a build shows neither, and one of them loads what sends mail
    from pipelines.alerting.sending import AlertStatus
    from pipelines.ledger.proof import Finding

RECONCILIATION = """
select
    strftime(billing_period_start, '%Y-%m') as month,
    source_name as source,
    billing_currency as cur,
    round(invoice_amount, 2) as invoice,
    round(ledger_billed_cost, 2) as ledger,
    round(marts_billed_cost, 2) as marts,
    -- Without an invoice nothing is known of what it differs by.
    case when invoice_amount is not null then round(tax_difference, 2) end as tax,
    case when invoice_amount is not null then round(credit_difference, 2) end
        as credit,
    case when invoice_amount is not null then round(fx_difference, 2) end as fx,
    case when invoice_amount is not null then round(unexplained_difference, 2) end
        as residual,
    case
        when metered_token_count = 0 then 'none'
        else round(100 * metered_token_ratio, 1) || ' %'
    end as metered,
    verdict
from fct_reconciliation_monthly
order by 1, 2, 3
"""
CAUSES = """
unpivot (
    select
        strftime(billing_period_start, '%Y-%m') as month,
        source_name as source,
        metered_no_telemetry_difference as "no telemetry",
        metered_not_billed_difference as "not billed yet",
        metered_unmetered_caller_difference as "unmetered caller",
        metered_no_list_price_difference as "no list price",
        metered_price_drift_difference as "price drift",
        metered_batch_difference as "batch",
        metered_processing_tier_difference as "processing tier",
        metered_cache_class_difference as "cache class",
        metered_late_usage_difference as "late usage",
        metered_unexplained_difference as "unexplained"
    from fct_reconciliation_monthly
)
on columns(* exclude (month, source))
into name cause value "billed - metered"
"""
# A delivery that a newer one replaced, or that is a copy, is not read. Samples and
# sessions are made of rows that their log's hours account for.
CURRENT = """
from deliveries
where
    status = 'current'
    and table_name not in ('model_requests', 'model_sessions')
"""
ROWS = f"""
select
    source_name as source,
    count(distinct delivery_id) as deliveries,
    sum(read_row_count)::bigint as "rows in",
    sum(row_count)::bigint as "in the ledger",
    sum(excluded_row_count)::bigint as "left out",
    sum(added_row_count)::bigint as added
{CURRENT}
group by all
order by 1
"""
TOTAL_ROWS = f"""
select
    coalesce(sum("rows in"), 0)::bigint,
    coalesce(sum("in the ledger"), 0)::bigint,
    coalesce(sum("left out"), 0)::bigint,
    coalesce(sum(added), 0)::bigint
from ({ROWS})
"""
LEFT_OUT = f"""
select source, part['2'] as "left out, because", sum(part['1']::bigint)::bigint as rows
from (
    select
        source_name as source,
        regexp_extract(
            unnest(string_split(exclusion_reasons, '; ')), '(\\d+) (.*)', ['1', '2']
        ) as part
    {CURRENT}
)
group by all
order by all
"""
# Of one month.
OF_A_MONTH = {
    "Tokens: cost per 1k and per 1M": """
        select
            model_id as model,
            sku_meter as meter,
            billing_currency as cur,
            sum(token_count)::decimal(38, 0) as tokens,
            sum(effective_cost) as effective,
            sum(effective_cost)::double * 1000 / sum(token_count)::double as "per 1k",
            sum(effective_cost)::double * 1e6 / sum(token_count)::double as "per 1M"
        from fct_token_costs_daily
        where
            strftime(billing_period_start, '%Y-%m') = $month
            and token_count is not null
        group by all
        having sum(token_count) > 0
        order by effective desc limit 8
    """,
    "Inference: cost per request, where telemetry counts requests": """
        select
            replace(hosting, '_', ' ') as hosting,
            left(sub_account_id, 24) as account,
            model_id as model,
            billing_currency as cur,
            sum(inference_count)::bigint as inferences,
            sum(effective_cost) as effective,
            sum(idle_cost) as idle,
            sum(effective_cost)::double / nullif(sum(inference_count), 0)::double
                as "per inference"
        from fct_inference_costs_daily
        where
            inference_count is not null
            and is_billed
            and strftime(billing_period_start, '%Y-%m') = $month
        group by all order by effective desc limit 8
    """,
    "GPU hours: cost per hour, and what was idle": """
        select
            source_name as source,
            coalesce(instance_type, resource_name, node_name) as machine,
            billing_currency as cur,
            sum(available_gpu_hours) as "GPU hours",
            sum(effective_cost) as effective,
            sum(effective_cost)::double / sum(available_gpu_hours)::double
                as "per GPU hour",
            sum(wasted_cost) as wasted,
            sum(idle_cost) as idle,
            sum(unknown_cost) as unknown
        from fct_gpu_hour_costs
        where strftime(billing_period_start, '%Y-%m') = $month
        group by all order by effective desc limit 8
    """,
    "Training: cost per hour, and waste": """
        select
            source_name as source,
            project_name as project,
            billing_currency as cur,
            training_hours as hours,
            effective_cost as effective,
            wasted_cost as wasted,
            cost_per_training_hour as "per training hour",
            cost_per_productive_gpu_hour as "per GPU hour kept"
        from fct_training_hour_costs
        where strftime(billing_period_start, '%Y-%m') = $month
        order by effective desc limit 8
    """,
    "Teams: spend, and how it was allocated": """
        select
            team_name as team,
            reporting_currency as cur,
            sum(reporting_effective_cost) as effective,
            sum(reporting_effective_cost) filter (allocation_step = 'direct') as direct,
            sum(reporting_effective_cost) filter (allocation_step = 'rule')
                as "by rule",
            sum(reporting_effective_cost) filter (allocation_step = 'shared') as shared
        from fct_showback_daily
        where strftime(billing_period_start, '%Y-%m') = $month
        group by all order by effective desc limit 8
    """,
    "Budgets: spent, and when they are passed": """
        select
            budget_name as budget,
            budget_currency as cur,
            budget_amount as budgeted,
            spent_cost as spent,
            projected_cost as projected,
            replace(budget_status, '_', ' ') as status,
            breach_date as "passed on"
        from fct_budget_status_daily
        where strftime(as_of_date, '%Y-%m') = $month
        qualify row_number() over (
            partition by budget_id, valid_from order by as_of_date desc
        ) = 1
        order by spent desc limit 8
    """,
}


def show_row_counts(console: Console, db: duckdb.DuckDBPyConnection) -> None:
    """Show, per source, that each row delivered is in the ledger or left out."""
    show_rows(console, db, ROWS, "Rows delivered = rows in the ledger + rows left out")
    show_rows(console, db, LEFT_OUT, "Rows left out, by reason")


def row_count_line(db: duckdb.DuckDBPyConnection) -> str:
    """Say the same of all sources together, in a line."""
    read, kept, left_out, added = db.execute(TOTAL_ROWS).fetchone() or (0, 0, 0, 0)
    more = f"; {added:,} more were calculated from them" if added else ""
    return (
        f"Rows: {read:,} delivered = {kept:,} in the ledger + {left_out:,} left out, "
        f"each for a reason{more} (unitmill status)"
    )


def show_reconciliation(console: Console, db: duckdb.DuckDBPyConnection) -> None:
    """Show, per month and source, that invoice, ledger and marts agree, or why not."""
    show_rows(
        console, db, RECONCILIATION, "Reconciliation: invoice = billing rows = marts"
    )
    show_rows(
        console,
        db,
        f'select * from ({CAUSES}) where abs("billed - metered") >= 0.005 '
        "order by month, source, cause",
        "Bill against telemetry: each difference by its cause",
    )


def show_month(console: Console, db: duckdb.DuckDBPyConnection, month: str) -> None:
    """Show a month's unit costs, teams and budgets."""
    for title, query in OF_A_MONTH.items():
        show_rows(console, db, query, f"{title}, {month}", {"month": month})


def show_alert(console: Console, entry: "AlertStatus") -> None:
    """Show an alert in a line, and below it why it was not sent or has no picture."""
    alert, notification = entry.alert, entry.notification
    status = notification.status.replace("_", " ") if notification else "new"
    console.print(
        f"{alert.alert_date} {alert.severity:<8} {status:<7} {alert.message}",
        soft_wrap=True,
    )
    if notification and notification.error:
        console.print(f"  {alert.channel}: {notification.error}", soft_wrap=True)
    if notification and notification.no_picture:
        console.print(f"  no picture: {notification.no_picture}", soft_wrap=True)


def show_rows(
    console: Console,
    db: duckdb.DuckDBPyConnection,
    query: str,
    title: str,
    values: dict[str, object] | None = None,
) -> None:
    """Show the result of a query as a table; print nothing where it is empty."""
    cursor = db.execute(query, values or {})
    names = [column[0] for column in cursor.description or []]
    rows = cursor.fetchall()
    if rows:
        print_table(console, names, rows, title)


def show_finding(console: Console, finding: "Finding") -> None:
    """Show what one comparison found, in a line: holds, does not, or unknown."""
    mark = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "yellow")}
    detail = f": {finding.detail}" if finding.detail else ""
    said = Text.assemble(mark[finding.holds], f" {finding.subject}{detail}")
    console.print(said, soft_wrap=True)
