"""What published versions forecast is remembered, once per day it was made from."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.reference.published_forecasts import SCHEMA, record_published_forecasts


@pytest.fixture
def publish(settings):
    """Publish a version whose one forecast says this."""

    def version(name, expected, as_of=date(2026, 10, 31), whole=True):
        folder = settings.versions_dir / name
        (folder / "marts").mkdir(parents=True)
        row = dict.fromkeys(SCHEMA.names, Decimal(1)) | {
            "scope_type": "total",
            "scope_value": "all",
            "currency": "USD",
            "model_name": "ets",
            "as_of_date": as_of,
            "forecast_date": date(2026, 11, 1),
            "horizon_days": 1,
            "expected_cost": Decimal(expected),
        }
        del row["version"]
        schema = pa.schema([field for field in SCHEMA if field.name != "version"])
        pq.write_table(
            pa.Table.from_pylist([row], schema=schema),
            folder / "marts" / "fct_forecasts_daily.parquet",
        )
        if whole:
            (folder / "manifest.json").write_text("{}", "utf-8")
        return folder

    return version


def recorded(settings):
    record_published_forecasts(settings)
    rows = pq.read_table(settings.reference_file("published_forecasts")).to_pylist()
    return [
        (row["version"], row["as_of_date"].day, row["expected_cost"]) for row in rows
    ]


def test_before_the_first_version_there_is_an_empty_record(settings):
    assert recorded(settings) == []


def test_what_was_published_first_from_a_day_counts(settings, publish):
    publish("1", "100")
    publish("2", "120")
    publish("3", "90", as_of=date(2026, 10, 30))

    assert recorded(settings) == [("1", 31, 100), ("3", 30, 90)]


def test_a_version_that_retires_leaves_its_forecast(settings, publish):
    folder = publish("1", "100")
    record_published_forecasts(settings)
    (folder / "manifest.json").unlink()
    publish("2", "120")

    assert recorded(settings) == [("1", 31, 100)]


def test_a_publish_that_was_killed_leaves_no_forecast(settings, publish):
    publish("1", "100", whole=False)

    assert recorded(settings) == []
