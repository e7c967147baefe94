"""Machines of the sample company: their bill, divided by hours, callers and pods."""

from datetime import date
from decimal import Decimal
from io import StringIO

import duckdb
import pytest
from rich.console import Console

from pipelines.cli.terminal import show_month
from pipelines.publishing.versions import current
from sample_company.serving import INFERENCE

pytestmark = pytest.mark.slow

DAY = date(2026, 10, 6)  # both replicas of the model serve all day


@pytest.fixture
def version(sample_settings):
    """Open the published version of the sample build."""
    database = current(sample_settings).database
    with duckdb.connect(str(database), read_only=True) as db:
        yield db


def test_the_bill_of_a_serving_machine_is_what_its_callers_and_idle_cost(version):
    [(billed,)] = version.execute(
        "select sum(EffectiveCost) from focus "
        "where ResourceId = $machine and ChargeCategory = 'Usage'",
        {"machine": INFERENCE.resource_id},
    ).fetchall()
    [(gpu_hours,)] = version.execute(
        "select sum(effective_cost) from fct_gpu_hour_costs "
        "where resource_id = $machine",
        {"machine": INFERENCE.resource_id},
    ).fetchall()
    [(served,)] = version.execute(
        "select sum(effective_cost) from fct_inference_costs_daily "
        "where hosting = 'self_hosted' and source_name = 'aws'"
    ).fetchall()

    assert billed == 81 * 24 * Decimal("4.6016")  # 12 August to 31 October
    assert gpu_hours == billed
    assert served == billed


def test_half_a_machine_serves_until_the_second_replica_comes(version):
    """Two of four GPUs: half of 24 x 4.6016; telemetry lost a night of the day."""
    rows = version.execute(
        "select workload_name, effective_cost from fct_inference_costs_daily "
        "where hosting = 'self_hosted' and source_name = 'aws' "
        "and charge_date = '2026-09-20' order by all"
    ).fetchall()

    assert rows == [
        ("__idle__", Decimal("55.2192")),
        ("answers-llm", Decimal("55.2192")),
    ]


def test_hours_without_samples_are_neither_idle_nor_busy(version):
    """Of 24 hours of four GPUs 15 were seen, two GPUs held in each."""
    [row] = version.execute(
        "select available_gpu_hours, observed_gpu_hours, allocated_gpu_hours, "
        "idle_cost, unknown_cost from fct_gpu_hour_costs "
        "where resource_id = $machine and charge_date = '2026-09-20'",
        {"machine": INFERENCE.resource_id},
    ).fetchall()

    assert row == (96, 60, 30, Decimal("34.512"), Decimal("41.4144"))


def test_a_pod_s_part_of_a_node_is_what_the_tool_s_prices_make_of_it(version):
    """OpenCost's prices sum to the machine's, so they need no scaling here.

    A replica holds 10 cores at 0.02, 40 GiB at 0.0025 and 2 GPUs at 0.7904 an hour;
    two other pods hold a core and 3 GiB each; the node costs 4.6016 an hour.
    """
    rows = version.execute(
        "select controller_name, effective_cost from fct_kubernetes_costs "
        "where source_name = 'aws' and charge_date = $day order by effective_cost",
        {"day": DAY},
    ).fetchall()

    replicas = 2 * 24 * (Decimal("0.2") + Decimal("0.1") + Decimal("1.5808"))
    other = 24 * (Decimal("0.02") + Decimal("0.0075"))
    idle = 24 * Decimal("4.6016") - replicas - 2 * other
    assert [(name, round(cost, 6)) for name, cost in rows] == [
        ("nvidia-dcgm-exporter", other),
        ("prometheus", other),
        ("__idle__", idle),
        ("answers-llm", replicas),
    ]


def test_the_terminal_shows_gpu_hours_and_models_of_our_own_beside_rented(version):
    console = Console(file=StringIO(), width=200, force_terminal=False)

    show_month(console, version, "2026-10")

    shown = console.file.getvalue()
    lines = [line.split() for line in shown.splitlines()]
    hosted = {words[0] for words in lines if "llama-3.1-8b-instruct" in words}
    assert "GPU hours: cost per hour, and what was idle, 2026-10" in shown
    assert hosted == {"self"}
    assert any(words[:1] == ["api"] for words in lines)
