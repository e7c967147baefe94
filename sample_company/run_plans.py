"""The training team's run plans, as it wrote them down before its runs began."""

from pathlib import Path

from sample_company.files import csv_text, write_text

_HEADER = (
    "plan_id",
    "run_name_pattern",
    "experiment_name",
    "project_name",
    "planned_start",
    "instance_type",
    "planned_gpu_hours",
    "planned_cost",
    "cost_cap",
    "billing_currency",
    "planned_epoch_count",
)
_P4D = "p4d.24xlarge"
# One sweep shares a plan, two plan only hours, one never began, and two experiments
# have caps of their own.
_PLANS = (
    "7b-pretrain,lumen-7b-pretrain-*,,foundation-models,2026-08-04,,,5000,6000,USD,",
    f"7b-sweep,lumen-7b-lr-sweep*,,,2026-08-10,{_P4D},480,1600,2000,USD,",
    f"9b-anneal,lumen-9b-anneal,,,2026-09-03,{_P4D},800,,2600,USD,4",
    "13b-long,lumen-13b-long,,,2026-09-07,,1280,4000,4500,USD,4",
    f"12b-pretrain,lumen-12b-pretrain,,,2026-10-02,{_P4D},2000,,9000,USD,6",
    f"12b-final,lumen-12b-final,,,2026-10-27,{_P4D},1040,,2500,USD,5",
    f"12b-quantise,lumen-12b-quantise,,,2026-10-29,{_P4D},96,,,USD,",
    "foundation,,foundation-models,,2026-08-01,,,,45000,USD,",
    "ranking,,ranking,,2026-08-01,,,,1500,USD,",
)


def write_run_plans(out: Path) -> None:
    """Write the plans."""
    rows = (plan.split(",") for plan in _PLANS)
    write_text(out / "run_plans.csv", csv_text(_HEADER, rows))
