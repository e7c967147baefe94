"""What a person sees on the terminal: progress of a build, tables of a version.

What belongs here: words, colours, columns. What does not: deciding anything.
"""

import logging
from collections.abc import Iterable, Sequence
from decimal import Decimal

import dagster as dg
import duckdb
from rich import box
from rich.console import Console
from rich.table import Table

PROOF = """
select
    strftime(billing_period_start, '%Y-%m') as month,
    source_name as source,
    billing_currency as currency,
    invoice_amount as invoice,
    ledger_billed_cost as ledger,
    marts_billed_cost as marts,
    tax_difference as tax,
    rounding_difference as rounding,
    unexplained_difference as residual,
    case
        when token_billed_cost is not null
            then round(100 * coalesce(metered_token_ratio, 0), 1) || ' %'
    end as metered,
    verdict
from marts.fct_reconciliation_monthly
order by 1, 2, 3
"""
CAUSES = """
unpivot (
    select
        strftime(billing_period_start, '%Y-%m') as month,
        source_name as source,
        metered_no_telemetry_difference as "no telemetry",
        metered_unmetered_caller_difference as "unmetered caller",
        metered_no_list_price_difference as "no list price",
        metered_price_change_difference as "price change",
        metered_late_usage_difference as "late usage",
        metered_unexplained_difference as "unexplained"
    from marts.fct_reconciliation_monthly
)
on columns(* exclude (month, source))
into name cause value "billed - metered"
"""
UNIT_COSTS = {
    "Tokens: cost per 1k and per 1M": """
        select
            strftime(billing_period_start, '%Y-%m') as month,
            model_id as model,
            sku_meter as meter,
            sum(token_count)::decimal(38, 0) as tokens,
            sum(effective_cost) as effective_cost,
            sum(effective_cost)::double * 1000 / sum(token_count)::double as "per 1k",
            sum(effective_cost)::double * 1e6 / sum(token_count)::double as "per 1M"
        from marts.fct_token_costs_daily
        where billing_period_start = (
            select max(billing_period_start) from marts.fct_token_costs_daily
        )
        group by all
        having sum(token_count) > 0
        order by effective_cost desc limit 8
    """,
    "Inference: cost per answer of rented models": """
        select
            strftime(billing_period_start, '%Y-%m') as month,
            sub_account_id as account,
            model_id as model,
            sum(inference_count)::bigint as inferences,
            sum(effective_cost) as effective_cost,
            sum(effective_cost)::double / sum(inference_count)::double
                as "per inference"
        from marts.fct_inference_costs_daily
        where inference_count is not null and billing_period_start = (
            select max(billing_period_start) from marts.fct_inference_costs_daily
        )
        group by all order by effective_cost desc limit 8
    """,
    "Training: cost per hour, and what was wasted": """
        select
            strftime(billing_period_start, '%Y-%m') as month,
            source_name as source,
            project_name as project,
            training_hours as hours,
            effective_cost,
            wasted_cost,
            cost_per_training_hour as "per training hour",
            cost_per_productive_gpu_hour as "per productive GPU hour"
        from marts.fct_training_hour_costs
        where billing_period_start = (
            select max(billing_period_start) from marts.fct_training_hour_costs
        )
        order by effective_cost desc limit 8
    """,
}
SMALL = Decimal(1)
VERDICT_STYLES = {"proven": "green", "blocked": "bold red", "no invoice": "yellow"}


class Progress(logging.Handler):
    """Says which step of a Dagster run begins, fails or is tried again."""

    def __init__(self, console: Console) -> None:
        """Write to this console."""
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Say one line for a step that begins or goes wrong; keep quiet otherwise."""
        event = getattr(record, "dagster_event", None)
        step = str(getattr(event, "step_key", "") or "").replace("__", "/")
        kind = str(getattr(event, "event_type_value", ""))
        if kind == "STEP_START":
            self._console.print(f"  [dim]·[/] {step}")
        elif kind in {"STEP_FAILURE", "STEP_UP_FOR_RETRY"}:
            self._console.print(f"  [red]✗[/] {step}")


def progress_logger(console: Console) -> dg.LoggerDefinition:
    """Give a Dagster logger that shows progress on a console."""

    def progress(context: dg.InitLoggerContext) -> logging.Logger:
        del context
        logger = logging.getLogger("unitmill.progress")
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.handlers.clear()
        logger.addHandler(Progress(console))
        return logger

    return dg.LoggerDefinition(progress, description="One line per step.")


def show_proof(console: Console, db: duckdb.DuckDBPyConnection) -> None:
    """Show, per month and source, that invoice, ledger and marts agree, or why not."""
    show_rows(console, db, PROOF, "Proof: invoice = billing rows = marts")
    show_rows(
        console,
        db,
        f'select * from ({CAUSES}) where abs("billed - metered") >= 0.005 '
        "order by month, source, cause",
        "Bill against telemetry: every difference by its cause",
    )


def show_unit_costs(console: Console, db: duckdb.DuckDBPyConnection) -> None:
    """Show the newest month's unit costs."""
    for title, query in UNIT_COSTS.items():
        show_rows(console, db, query, title)


def show_rows(
    console: Console, db: duckdb.DuckDBPyConnection, query: str, title: str = ""
) -> None:
    """Show the result of a query as a table; say nothing where it is empty."""
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description or []]
    rows = cursor.fetchall()
    if title and not rows:
        return
    console.print(table_of(names, rows, title))


def table_of(
    names: Sequence[str], rows: Iterable[Sequence[object]], title: str = ""
) -> Table:
    """Lay out rows; numbers to the right, money to the cent, unit costs to 6 digits."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    body = [list(row) for row in rows]
    for place, name in enumerate(names):
        numeric = any(isinstance(r[place], int | float | Decimal) for r in body)
        table.add_column(name, justify="right" if numeric else "left", no_wrap=True)
    for row in body:
        table.add_row(*(_cell(n, v) for n, v in zip(names, row, strict=True)))
    return table


def _cell(name: str, value: object) -> str:
    if value is None:
        return "-"
    if name == "verdict" and str(value) in VERDICT_STYLES:
        return f"[{VERDICT_STYLES[str(value)]}]{value}[/]"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if value == int(value) and name == "tokens":
        return f"{int(value):,}"
    digits = 6 if name.startswith(("per ", "cost_per_")) and value < SMALL else 2
    return f"{value:,.{digits}f}"
