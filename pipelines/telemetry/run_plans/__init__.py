"""Run plans: what a training run or a whole experiment may take, as its owner plans it.

No scheduler and no tracker knows a plan, so it is a CSV that a person or a script
keeps.
"""

from collections.abc import Sequence
from functools import partial
from importlib.resources import files

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Source,
    counted,
)
from pipelines.telemetry.requests import logs
from pipelines.telemetry.tables import RUN_PLANS

_NEEDED = ("plan_id", "planned_start", "billing_currency")
_TELLING = {*_NEEDED, "run_name_pattern", "cost_cap"}
_KINDS = {
    "planned_start": "time",
    "planned_gpu_hours": "amount",
    "planned_cost": "amount",
    "cost_cap": "amount",
    "planned_epoch_count": "amount",
}
_WRITTEN_BY_US = {"source_name", "delivery_id", "source_row_number"}
LOG = logs.Log(
    source="run_plans",
    time="planned_start",
    columns={
        name: _KINDS.get(name, "text")
        for name in RUN_PLANS
        if name not in _WRITTEN_BY_US
    },
    needed=("plan_id", "billing_currency"),
)
NEWEST = """
    select
        *,
        case when row_number() over (
            partition by plan_id, strftime(planned_start, '%Y-%m')
            order by age desc, row_number desc
        ) > 1 then 'a newer row has its plan' end as left_out
    from ({rows})
"""


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with a plan's columns."""
    named = {column.strip().lower() for column in candidate.columns}
    return candidate.format == "csv" and named >= _TELLING


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the plans that begin in a month."""
    del context
    sql = files("pipelines.telemetry.run_plans").joinpath("convert.sql")
    return sql.read_text("utf-8").format(rows=_rows(deliveries, period))


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the plans of a month, those apart that a newer row corrects."""
    del context
    return counted(_rows(deliveries, period), "left_out")


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    return NEWEST.format(rows=logs.rows(LOG, deliveries, period))


SOURCE = Source(
    name="run_plans",
    table="run_plans",
    description="What training runs and experiments may take, by their owner's plan.",
    expected=(
        "CSV of plan_id, run_name_pattern, planned_start, cost_cap, billing_currency, "
        "planned_gpu_hours, planned_cost, ..."
    ),
    claims=claims,
    drops=partial(logs.drops, LOG),
    select=select,
    tally=tally,
    restates="rows",
)
