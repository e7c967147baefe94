"""Run plans: what a training run or a whole experiment may take, as its owner plans it.

No scheduler and no tracker knows a plan. Overruns are measured by it, so a plan that
cannot be true stops the month.
"""

from pipelines.sources.formats.csv_cells import TYPES, Check
from pipelines.sources.formats.logs import TYPES as TOOL_TYPES
from pipelines.sources.formats.owner_list import ListColumn, OwnerList

_LIMITS = ("planned_gpu_hours", "planned_cost", "cost_cap")
_POSITIVE = (*_LIMITS, "planned_epoch_count")
RUN_PLANS = OwnerList(
    name="run_plans",
    description="What training runs and experiments may take, by their owner's plan.",
    grain="One row per plan.",
    restates="rows",
    month_of="planned_start",
    key=("plan_id",),
    replaced="a newer row has its plan",
    recognized_by=(
        "plan_id",
        "planned_start",
        "billing_currency",
        "run_name_pattern",
        "cost_cap",
    ),
    columns=(
        ListColumn(
            "plan_id", TYPES["text"], "Names the plan, once a month.", required=True
        ),
        ListColumn(
            "run_name_pattern",
            TYPES["text"],
            "The run's name, or with `*` for any letters the runs that share the plan; "
            "blank for the plan of a whole experiment.",
        ),
        ListColumn(
            "experiment_name",
            TYPES["text"],
            "The experiment; with a pattern, only its runs are meant.",
        ),
        ListColumn(
            "project_name",
            TYPES["text"],
            "Only runs of this project are meant; blank for any.",
        ),
        ListColumn(
            "planned_start",
            TYPES["time"],
            "When the first run is to start (UTC).",
            required=True,
        ),
        ListColumn(
            "instance_type",
            TYPES["text"],
            "The machine that it is to run on, as the bill spells it.",
        ),
        ListColumn(
            "planned_gpu_hours", TOOL_TYPES["amount"], "GPUs x hours that it may take."
        ),
        ListColumn(
            "planned_cost",
            TOOL_TYPES["amount"],
            "What it may cost, in billing_currency; blank where hours are planned.",
        ),
        ListColumn(
            "cost_cap",
            TOOL_TYPES["amount"],
            "The most that it may cost, in billing_currency.",
        ),
        ListColumn(
            "billing_currency",
            TYPES["currency"],
            "ISO 4217 currency of the plan; charges in others do not count.",
            required=True,
        ),
        ListColumn(
            "planned_epoch_count",
            TOOL_TYPES["amount"],
            "Epochs that it is to train for.",
        ),
    ),
    checks={
        "run_name_pattern": Check(
            "coalesce(run_name_pattern, experiment_name) is not null",
            "it or an experiment_name",
        ),
        **{name: Check(f"{name} > 0", "more than 0") for name in _POSITIVE},
        "cost_cap": Check(
            f"coalesce({', '.join(_LIMITS)}) is not null "
            "and coalesce(cost_cap > 0, true)",
            "more than 0, or planned_gpu_hours or planned_cost",
        ),
    },
)
