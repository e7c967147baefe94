"""A part of the models alone: it reads reference tables of today, or makes them."""

import dagster as dg
import duckdb
import pytest

from pipelines.defs import build_definitions
from pipelines.landing.deliveries import record
from pipelines.landing.landed import Landing
from pipelines.ledger.partitions import write_stub
from pipelines.publishing.audit import objections
from pipelines.reference.tables import REFERENCE_TABLES, record_all
from pipelines.settings import CurrencySettings

pytestmark = pytest.mark.slow

MODEL = dg.AssetKey(["staging", "stg_landing__published_forecasts"])


@pytest.fixture
def materialize():
    """Press Materialize on one model; give the result."""

    def once(settings):
        job = build_definitions(settings).resolve_implicit_global_asset_job_def()
        with dg.DagsterInstance.ephemeral() as instance:
            return job.execute_in_process(
                instance=instance, asset_selection=[MODEL], raise_on_error=False
            )

    return once


def test_a_part_makes_the_reference_tables_of_a_fresh_home(settings, materialize):
    record(settings.deliveries_file, Landing(), ())

    assert materialize(settings).success

    for table in REFERENCE_TABLES:
        assert settings.reference_file(table.name).exists()
    assert "the dbt checks did not run on this build" in objections(settings)


def test_a_new_build_database_is_of_the_settings_of_today(settings, materialize):
    record(settings.deliveries_file, Landing(), ())
    euro = settings.model_copy(update={"currency": CurrencySettings(reporting="EUR")})
    for table in ("focus", "business_values", "model_usage"):
        write_stub(settings.ledger_dir, table)
    record_all(settings)

    assert materialize(euro).success

    with duckdb.connect(str(settings.build_database), read_only=True) as db:
        rows = db.execute("select reporting_currency from landing.settings").fetchall()
    assert rows == [("EUR",)]


def test_a_part_without_deliveries_says_what_to_materialize(settings, materialize):
    result = materialize(settings)

    assert not result.success
    [failure] = [e for e in result.all_node_events if e.is_step_failure]
    message = failure.step_failure_data.error.message
    assert "materialize landing/deliveries" in message
