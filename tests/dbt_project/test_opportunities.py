"""What the sample company could save: each finding once, capacity beside money."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.publishing.versions import current

pytestmark = pytest.mark.slow


@pytest.fixture
def version(sample_settings):
    """Open the published version of the sample build."""
    database = current(sample_settings).database
    with duckdb.connect(str(database), read_only=True) as db:
        yield db


def test_a_large_gpu_with_little_work_gets_a_slice_that_frees_and_saves_nothing(
    version,
):
    """666 hours of an A100 at 2.3874, of which 2/7 are enough for its adapters."""
    [row] = version.execute(
        "select effective_cost, target_name, round(target_gpus, 6), monthly_saving, "
        "freed_capacity_cost, gpu_memory_used_gib_p95 < 19.5 "
        "from fct_gpu_rightsizing where target_kind = 'mig_slice'"
    ).fetchall()

    cost = 666 * Decimal("2.3874")
    assert row[:3] == (cost, "2g.20gb", Decimal("0.285714"))
    assert row[3] == 0
    assert abs(row[4] - cost * 5 / 7) < Decimal("0.000001")
    assert row[5]


def test_idle_hours_of_a_reservation_are_no_saving(version):
    """No other A100 of Azure worked on demand on a day on which this one was idle."""
    rows = version.execute(
        "select idle_cost, freed_capacity_cost, monthly_saving "
        "from fct_idle_resources where resource_name = 'plt-a100-1' "
        "and billing_period_start = '2026-10-01' and idle_kind = 'gpu_unallocated'"
    ).fetchall()

    [(idle, freed, saved)] = rows
    assert idle == freed + saved
    assert idle > 0
    assert saved == 0


def test_what_its_owner_decided_stands_beside_the_opportunity_that_he_names(version):
    """The id in the list is made of the finding's scope; no change of it may pass."""
    named = version.execute(
        "select opportunity_id, state from fct_optimizations "
        "where opportunity_id is not null"
    ).fetchall()
    found = version.execute(
        "select distinct opportunity_id, state from fct_opportunities "
        "where state != 'open'"
    ).fetchall()

    assert named == found == [("colder_tier:7c2572b21f43", "accepted")]


def test_failed_runs_failed_calls_and_unowned_spend_are_findings(version):
    """Only what nobody owns promises nothing."""
    by_type = dict(
        version.execute(
            "select opportunity_type, sum(net_saving) from fct_opportunities "
            "where billing_period_start = '2026-10-01' group by opportunity_type"
        ).fetchall()
    )

    assert by_type["fix_pipelines"] > 0
    assert by_type["avoid_failed_answers"] > 0
    assert by_type["name_an_owner"] == 0


def test_a_commitment_that_ends_is_told_ninety_days_before(version):
    """The plan of the training machines ends on 20 January."""
    rows = version.execute(
        "select alert_date, severity from fct_alerts "
        "where alert_kind = 'commitment_ends'"
    ).fetchall()

    assert rows == [(date(2026, 10, 22), "warning")]


def test_spot_of_google_cloud_saves_against_the_price_on_demand_of_each_part(version):
    """An hour of the L4 is 0.2241 on Spot and 0.56 on demand."""
    [row] = version.execute(
        "select spot_quantity, gross_savings, unpriced_spot_cost, price_source "
        "from fct_spot_savings_monthly where source_name = 'gcp' "
        "and pricing_unit = 'Hours' and billing_period_start = '2026-10-01'"
    ).fetchall()

    hours = row[0]
    assert row[1] == hours * (Decimal("0.56") - Decimal("0.2241"))
    assert row[2:] == (0, "Google Cloud on-demand list")
