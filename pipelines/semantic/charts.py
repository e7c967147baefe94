"""The charts of the dashboard "AI unit economics".

Belongs here: charts in the words of Superset, over metrics and columns of the marts.
Does not belong here: a sum of its own, for a chart uses a certified metric or shows
rows of a mart as they are; where a chart stands (``dashboard``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 12
_AMOUNTS = ("_amount", "_cost", "_saving", "_difference")

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart over one mart.

    Attributes:
        title: the question that it answers.
        says: how it is read.
        mart: the dataset.
        params: as Superset's chart of that kind wants them.
        width: of 12 columns.
    """

    title: str
    says: str
    mart: str
    params: Params
    width: int = 6


def _over_time(
    kind: str, time: str, metrics: list[Any], by: list[str], **more: object
) -> Params:
    return {
        "viz_type": f"echarts_timeseries_{kind}",
        "x_axis": time,
        "time_grain_sqla": "P1M",
        "metrics": metrics,
        "groupby": by,
        "row_limit": 10_000,
        "order_desc": True,
        "show_legend": True,
        "legendOrientation": "top",
        "legendType": "plain",
        "rich_tooltip": True,
        "y_axis_format": ",.0f",
        "truncateYAxis": False,
        "adhoc_filters": [],
        **more,
    }


def _rows(columns: list[str], order: list[tuple[str, bool]], **more: object) -> Params:
    return {
        "viz_type": "table",
        "query_mode": "raw",
        "all_columns": columns,
        # Superset keeps each as a text: the column, and whether it ascends.
        "order_by_cols": [
            f'["{column}", {"true" if up else "false"}]' for column, up in order
        ],
        "row_limit": 1000,
        "table_timestamp_format": "%Y-%m",
        "show_cell_bars": False,
        "column_config": {
            column: {"d3NumberFormat": ",.2f"}
            for column in columns
            if column.endswith(_AMOUNTS)
        },
        "adhoc_filters": [],
        **more,
    }


def _at_most(column: str, number: int) -> dict[str, object]:
    return {
        "expressionType": "SIMPLE",
        "clause": "WHERE",
        "subject": column,
        "operator": "<=",
        "operatorId": "LESS_THAN_OR_EQUAL",
        "comparator": number,
        "filterOptionName": f"filter_{column}",
    }


def _only(mart_column: str) -> dict[str, object]:
    """Show a column of which each group has one row."""
    return {
        "expressionType": "SQL",
        "sqlExpression": f"max({mart_column})",
        "label": mart_column,
        "hasCustomLabel": True,
        "optionName": f"metric_{mart_column}",
    }


CHARTS: Mapping[str, Chart] = {
    "spend": Chart(
        "What did we spend, by class and billing month?",
        "EffectiveCost in the reporting currency, by the month of the bill, as in "
        "fct_executive_monthly.",
        "fct_showback_daily",
        _over_time(
            "bar",
            "billing_period_start",
            ["effective_cost"],
            ["ai_cost_class"],
            stack="Stack",
        ),
    ),
    "tokens": Chart(
        "What did a thousand tokens cost, by model?",
        "The axis is logarithmic. The mix of input, output and cache moves it, too.",
        "fct_token_costs_daily",
        _over_time(
            "line",
            "charge_date",
            ["cost_per_1k_tokens"],
            ["model_id", "billing_currency"],
            logAxis=True,
            markerEnabled=True,
            y_axis_format=".2~g",
        ),
    ),
    "inferences": Chart(
        "What did an inference cost, by hosting?",
        "Failed calls and idle machines included, by served answers; only calls whose "
        "bill is there.",
        "fct_inference_costs_daily",
        _over_time(
            "bar",
            "charge_date",
            ["cost_per_inference"],
            ["hosting", "billing_currency"],
            y_axis_format=".2~g",
        ),
    ),
    "training": Chart(
        "What did a training hour cost, by project?",
        "EffectiveCost of training runs by the wall-clock hours of their attempts.",
        "fct_training_hour_costs",
        _over_time(
            "bar",
            "billing_period_start",
            ["cost_per_training_hour"],
            ["project_name", "billing_currency"],
            y_axis_format=",.2f",
        ),
    ),
    "gpus": Chart(
        "What did a GPU hour cost: paid for, allocated, busy?",
        "The gap between the lines is what idle and unused hours cost.",
        "fct_gpu_hour_costs",
        _over_time(
            "line",
            "charge_date",
            [
                "cost_per_gpu_hour",
                "cost_per_allocated_gpu_hour",
                "cost_per_busy_gpu_hour",
            ],
            ["billing_currency"],
            markerEnabled=True,
            y_axis_format=",.2f",
        ),
    ),
    "budgets": Chart(
        "How much of each budget is spent?",
        "Spent by the day, as a share of the budget's amount; above 100 % it is "
        "exceeded.",
        "fct_budget_status_daily",
        _over_time(
            "line",
            "as_of_date",
            [_only("used_ratio")],
            ["budget_name"],
            time_grain_sqla="P1D",
            y_axis_format=".0%",
        ),
    ),
    "reconciliation": Chart(
        "Does it reconcile: invoice, ledger, marts?",
        "One row per source, currency and month, the newest first.",
        "fct_reconciliation_monthly",
        _rows(
            [
                "billing_period_start",
                "source_name",
                "verdict",
                "billing_currency",
                "invoice_amount",
                "ledger_billed_cost",
                "marts_billed_cost",
                "unexplained_difference",
            ],
            [("billing_period_start", False), ("source_name", True)],
        ),
        width=WIDTH,
    ),
    "opportunities": Chart(
        "What should we optimize first?",
        "The ten of each month that save most, the newest month first; no "
        "saving is counted twice.",
        "fct_opportunities",
        _rows(
            [
                "billing_period_start",
                "saving_rank",
                "opportunity_type",
                "scope_value",
                "action",
                "reporting_net_saving",
                "reporting_currency",
                "effort",
                "state",
            ],
            [("billing_period_start", False), ("saving_rank", True)],
            adhoc_filters=[_at_most("saving_rank", 10)],
        ),
        width=WIDTH,
    ),
}
