"""Run plans: what a training run or a whole experiment may take, as its owner plans it.

No scheduler and no tracker knows a plan, so it is a CSV that a person or a script
keeps.
"""

from pipelines.landing.source import Candidate, Source
from pipelines.schema.tables import RUN_PLANS
from pipelines.sources.formats import logs
from pipelines.sources.formats.latest_by_key import NewestRows

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
ROWS = NewestRows(
    LOG,
    __package__,
    key="plan_id, strftime(planned_start, '%Y-%m')",
    replaced="a newer row has its plan",
)


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with a plan's columns."""
    named = {column.strip().lower() for column in candidate.columns}
    return candidate.format == "csv" and named >= _TELLING


SOURCE = Source(
    name="run_plans",
    table="run_plans",
    description="What training runs and experiments may take, by their owner's plan.",
    expected=(
        "CSV of plan_id, run_name_pattern, planned_start, cost_cap, billing_currency, "
        "planned_gpu_hours, planned_cost, ..."
    ),
    claims=claims,
    drops=ROWS.drops,
    select=ROWS.select,
    tally=ROWS.tally,
    restates="rows",
    is_list=True,
)
