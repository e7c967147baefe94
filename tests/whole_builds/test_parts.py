"""Any part of the pipeline can be made alone; it says so, and publishes nothing."""

import dagster as dg
import duckdb
import pytest

from pipelines.defs import build_definitions
from pipelines.defs.home import PART
from pipelines.defs.publish import VERSION
from pipelines.landing.deliveries import record
from pipelines.landing.landed import Landing
from pipelines.ledger.partitions import write_stub
from pipelines.publishing.audit import objections
from pipelines.reference.tables import REFERENCE_TABLES, record_all
from pipelines.settings import CurrencySettings

pytestmark = pytest.mark.slow

MART = dg.AssetKey(["marts", "fct_charges_daily"])
MODEL = dg.AssetKey(["staging", "stg_landing__published_forecasts"])


@pytest.fixture
def materialize():
    """Press Materialize on one asset; give the result."""

    def once(settings, key=MODEL):
        job = build_definitions(settings).resolve_implicit_global_asset_job_def()
        with dg.DagsterInstance.ephemeral() as instance:
            return job.execute_in_process(
                instance=instance, asset_selection=[key], raise_on_error=False
            )

    return once


@pytest.fixture(scope="module")
def parts(copy_of_built, tmp_path_factory):
    """Give a built home of which parts are made again."""
    return copy_of_built(tmp_path_factory.mktemp("parts"))


def test_the_build_as_it_lies_there_can_be_published_alone(parts, materialize):
    assert materialize(parts, VERSION).success


@pytest.mark.parametrize(
    "name",
    ["landing/deliveries", "focus/openai", "ledger/focus", "reference/settings"],
)
def test_one_asset_can_be_made_alone_and_leaves_the_build_as_it_was(
    parts, materialize, name
):
    assert materialize(parts, dg.AssetKey(name.split("/"))).success

    assert objections(parts) == []


def test_a_mart_can_be_made_alone_with_its_own_checks_and_is_not_published(
    parts, materialize
):
    result = materialize(parts, MART)

    assert result.success
    checks = {check.check_name for check in result.get_asset_check_evaluations()}
    assert {name for name in checks if name.endswith("_meets_expectations")} == {
        "ledger_meets_expectations"
    }
    [made] = result.asset_materializations_for_node("models")
    assert made.metadata["note"].value == PART
    assert objections(parts) == ["the build changed after its audit"]

    alone = materialize(parts, VERSION)

    [failure] = [e for e in alone.all_node_events if e.is_step_failure]
    assert failure.step_failure_data.error.message.endswith(
        "the build changed after its audit\n"
        "to publish, materialize all assets or launch the job build\n"
    )


@pytest.fixture
def fresh(settings, new_home):
    """Give settings of a home in which nothing was built."""
    new_home(settings.home_dir)
    return settings


def test_a_part_makes_the_reference_tables_of_a_fresh_home(fresh, materialize):
    record(fresh.deliveries_file, Landing(), ())

    assert materialize(fresh).success

    for table in REFERENCE_TABLES:
        assert fresh.reference_file(table.name).exists()
    assert "the dbt checks did not run on this build" in objections(fresh)


def test_a_new_build_database_is_of_the_settings_of_today(fresh, materialize):
    record(fresh.deliveries_file, Landing(), ())
    euro = fresh.model_copy(update={"currency": CurrencySettings(reporting="EUR")})
    for table in ("focus", "business_values", "model_usage"):
        write_stub(fresh.ledger_dir, table)
    record_all(fresh)

    assert materialize(euro).success

    with duckdb.connect(str(fresh.build_database), read_only=True) as db:
        rows = db.execute("select reporting_currency from landing.settings").fetchall()
    assert rows == [("EUR",)]


def test_a_part_without_deliveries_says_what_to_materialize(fresh, materialize):
    result = materialize(fresh)

    assert not result.success
    [failure] = [e for e in result.all_node_events if e.is_step_failure]
    message = failure.step_failure_data.error.message
    assert "materialize landing/deliveries" in message
