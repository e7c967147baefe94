"""Exports of schedulers, trackers and clusters that were read wrongly once, as found.

Each folder has the files alone; what is right stands here with its arithmetic.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from in_memory import asked

from pipelines.landing.deliveries import scan
from pipelines.ledger.inputs import scan_inputs
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings, TrainingSettings
from pipelines.sources.cost import focus_export
from pipelines.sources.registry import all_sources
from pipelines.sources.usage import mlflow, opencost, slurm

CASES = Path(__file__).parent


@pytest.fixture
def converted(tmp_path):
    """Convert a case's month of a source; give columns of its rows."""

    def rows(case, source, period, columns, **chosen):
        settings = Settings(exports=CASES / case / "in", home=tmp_path, **chosen)
        landing = scan(settings, [source])
        # Other sources read the other files of a case.
        assert not [refusal for refusal in landing.refusals if refusal.source]
        part = write_partition(settings, source, landing.of(source, period), period)
        with asked() as db:
            return db.execute(
                f"select {columns} from '{part.files[0]}' order by all"
            ).fetchall()

    return rows


def test_elapsed_says_which_of_two_clock_times_a_job_ended_at(converted):
    rows = converted(
        "slurm-dst-fallback",
        slurm.SOURCE,
        "2026-11",
        "scheduler_job_id, started_at::text, ended_at::text, "
        "date_diff('minute', started_at, ended_at)",
        training=TrainingSettings(slurm_time_zone="America/New_York"),
    )

    # Job 1: 00:30 EDT is 04:30 UTC, 02:30 EST is 07:30 UTC: 180 minutes.
    # Job 2: 01:30 EDT is 05:30 UTC, 01:45 EST is 06:45 UTC: 75 minutes = 4500 s.
    assert rows == [
        ("1", "2026-11-01 04:30:00", "2026-11-01 07:30:00", 180),
        ("2", "2026-11-01 05:30:00", "2026-11-01 06:45:00", 75),
    ]


def test_a_node_list_names_the_nodes_that_slurm_means(converted):
    rows = converted(
        "slurm-nodelists",
        slurm.SOURCE,
        "2026-09",
        "scheduler_job_id, node_count, node_names",
    )

    # Job 1: 2 racks x 2 nodes = 4; job 2: 3 + 1 + 2 = 6.
    assert rows == [
        ("1", 4, ["rack1n1", "rack1n2", "rack2n1", "rack2n2"]),
        ("2", 6, ["cpu-a1-ib", "cpu-a2-ib", "gpu01", "gpu02", "gpu03", "gpu07"]),
        ("3", 2, ["n1", "n2"]),
    ]


def test_lines_that_end_with_the_separator_are_read(converted):
    rows = converted(
        "slurm-trailing-pipe-parsable",
        slurm.SOURCE,
        "2026-09",
        "gpu_count, date_diff('hour', started_at, ended_at)",
    )

    assert rows == [(Decimal(4), 2)]


def test_an_infinite_metric_gives_way_to_the_next_one(converted):
    columns = "metric_name, metric_value, gpu_count"

    # eval_loss is inf, so loss 0.5 counts.
    assert converted("mlflow-inf", mlflow.SOURCE, "2026-09", columns) == [
        ("loss", 0.5, 4)
    ]


def test_idle_below_zero_takes_nothing_from_the_workload(converted):
    rows = converted(
        "oc-negative-idle-share",
        opencost.SOURCE,
        "2026-09",
        "allocation_kind, cpu_weight, memory_weight, gpu_weight, other_weight",
    )

    # 24.00 for the node by weights 10 and 0: 24.00 x 10 / 10 and 24.00 x 0 / 10.
    assert rows == [("idle", 0, 0, 0, 0), ("workload", 0, 0, 10, 0)]


def test_a_month_of_beijing_is_its_own_month_and_ends_where_the_next_begins(converted):
    rows = converted(
        "tencent-focus-utc",
        focus_export.SOURCE,
        "2026-09",
        "sum(BilledCost), sum(EffectiveCost), min(BillingPeriodStart)::text, "
        "max(BillingPeriodEnd)::text, min(ChargePeriodStart)::text",
    )

    # 31 August 16:00 UTC + 8 hours = 1 September 00:00 in Beijing; 100.00 + 0.00.
    assert rows == [
        (
            Decimal(100),
            Decimal(100),
            "2026-09-01 00:00:00",
            "2026-10-01 00:00:00",
            "2026-09-02 16:00:00",
        )
    ]


def test_two_months_that_lie_87_months_apart_are_two_to_convert(tmp_path):
    """July 2019 and September 2026: 7 x 12 + 2 + 1 = 87 months, of which two are."""
    settings = Settings(exports=CASES / "old-month-slow-build" / "in", home=tmp_path)

    inputs = scan_inputs(settings, all_sources(settings))

    assert [(item.source.name, item.period) for item in inputs.stale] == [
        ("azure", "2019-07"),
        ("azure", "2026-09"),
    ]
