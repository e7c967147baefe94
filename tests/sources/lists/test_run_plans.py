"""The owner's plans of training runs: what they may take, and what cannot be true."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.run_plans import RUN_PLANS

SOURCE = RUN_PLANS.as_source()

HEADER = (
    "plan_id,run_name_pattern,experiment_name,planned_start,planned_gpu_hours,"
    "planned_cost,cost_cap,billing_currency,planned_epoch_count\n"
)
ROW = "sweep,lr-sweep-*,,2026-08-10,480,1600,2000,USD,3\n"


def test_a_row_is_a_plan_in_the_month_of_its_start(put, convert):
    put("plans.csv", HEADER + ROW)

    rows = convert(
        SOURCE,
        "2026-08",
        "plan_id, run_name_pattern, experiment_name, planned_start::text, "
        "instance_type, planned_gpu_hours, planned_cost, cost_cap, billing_currency, "
        "planned_epoch_count, source_row_number",
    )

    assert rows == [
        (
            "sweep",
            "lr-sweep-*",
            None,
            "2026-08-10 00:00:00",
            None,
            Decimal(480),
            Decimal(1600),
            Decimal(2000),
            "USD",
            Decimal(3),
            1,
        )
    ]


def test_a_newer_file_corrects_a_plan(put, convert, reasons):
    put("old.csv", HEADER + ROW)
    put("new.csv", HEADER + ROW.replace("2000", "2500"), 1)

    assert convert(SOURCE, "2026-08", "cost_cap") == [(Decimal(2500),)]
    assert reasons() == {"a newer row has its plan": 1}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("p,,,2026-08-03,1,,,USD,", "run_name_pattern is empty, expected it or an"),
        ("p,a,,2026-08-03,,,,USD,3", "cost_cap is empty, expected more than 0, or pl"),
        ("p,a,,2026-08-03,1,,0,USD,", "cost_cap is '0.000000000000', expected more"),
        ("p,a,,2026-08-03,-1,,,USD,", "planned_gpu_hours is '-1.000000000000', ex"),
        ("p,a,,2026-08-03,1,,,US,", "billing_currency is 'US', expected a currency"),
        ("p,a,,2026-08-03,many,,,USD,", "planned_gpu_hours is 'many', expected a n"),
        (",a,,2026-08-03,1,,,USD,", "plan_id is empty"),
    ],
)
def test_what_cannot_be_true_stops_the_month_by_file_and_row(
    cells, said, put, settings
):
    put("own/plans.csv", HEADER + ROW + cells + "\n")
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError) as refused:
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")

    assert "own/plans.csv, row 2: " in str(refused.value)
    assert said in str(refused.value)


def test_a_start_that_is_no_time_is_refused(put, settings):
    put("own/plans.csv", HEADER + "p,a,,soon,1,,,USD,\n")

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "own/plans.csv, row 1: planned_start is 'soon'" in refusal.reason
