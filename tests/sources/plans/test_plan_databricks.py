"""The shipped plans for Databricks: usage times price, corrections, names of FOCUS."""

import csv
import io
import shutil
from decimal import Decimal

import duckdb
import pytest

from pipelines.focus.conformance import evaluate
from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR
from pipelines.sources.plans import plan_sources

SAMPLE = PROJECT_DIR / "sample_exports" / "databricks"
BASE = {
    "record_id": "r-1",
    "account_id": "a-1",
    "workspace_id": "w-1",
    "sku_name": "PREMIUM_JOBS_COMPUTE",
    "cloud": "AWS",
    "usage_start_time": "2026-09-17T02:00:00.000+00:00",
    "usage_end_time": "2026-09-17T05:00:00.000+00:00",
    "usage_unit": "DBU",
    "usage_quantity": "50",
    "record_type": "ORIGINAL",
    "billing_origin_product": "JOBS",
    "usage_type": "COMPUTE_TIME",
    "custom_tags": '{"team": "search"}',
    "usage_metadata": '{"cluster_id": "c-1", "node_type": "i3.2xlarge", '
    '"job_id": "88", "job_name": "refresh"}',
    "currency_code": "USD",
    "list_price": "0.15",
    "effective_price": "0.15",
}


@pytest.fixture
def source(settings):
    shutil.copytree(
        PROJECT_DIR / "plans" / "databricks", settings.plans_dir / "databricks"
    )
    databricks, *_ = plan_sources(settings)
    return databricks


@pytest.fixture
def ledger(settings, source):
    """Convert records that differ from BASE as said; answer a query of September."""

    def ask(query, *records):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(BASE), lineterminator="\n")
        writer.writeheader()
        writer.writerows(BASE | record for record in records)
        (settings.exports_dir / "usage.csv").write_text(text.getvalue())
        landing = scan(settings, [source])
        assert landing.refusals == ()
        deliveries = landing.of(source, "2026-09")
        partition = write_partition(settings, source, deliveries, "2026-09")
        with duckdb.connect() as db:
            return db.execute(query.format(f"'{partition.files[0]}'")).fetchall()

    return ask


def test_usage_is_billed_at_its_effective_price_and_listed_at_its_list_price(ledger):
    # 114.3833 x 0.0525 = 6.00512325, and x 0.07 = 8.006831.
    used = {"usage_quantity": "114.3833"}

    rows = ledger(
        "select BilledCost, EffectiveCost, ContractedCost, ListCost, x_SourceCost, "
        "ContractedUnitPrice, ListUnitPrice from {}",
        used | {"list_price": "0.07", "effective_price": "0.0525"},
    )

    billed, listed = Decimal("6.00512325"), Decimal("8.006831")
    prices = (Decimal("0.0525"), Decimal("0.07"))
    assert rows == [(billed, billed, billed, listed, billed, *prices)]


def test_a_retraction_and_a_restatement_correct_without_replacing(ledger):
    # 50 - 50 + 41.5 DBUs at 0.15.
    retracted = {"usage_quantity": "-50", "record_type": "RETRACTION"}
    restated = {"usage_quantity": "41.5", "record_type": "RESTATEMENT"}

    rows = ledger(
        "select ChargeClass, count(*), sum(BilledCost), sum(ConsumedQuantity) from {} "
        "group by all order by all",
        {},
        retracted,
        restated,
    )

    assert rows == [
        ("Correction", 2, Decimal("-1.275"), Decimal("-8.5")),
        (None, 1, Decimal("7.5"), 50),
    ]


def test_a_record_is_a_focus_row(ledger):
    [row] = ledger(
        "select ServiceName, ServiceCategory, ServiceSubcategory, ConsumedUnit, "
        "SubAccountId, ResourceId, ResourceType, ResourceName, HostProviderName, "
        "ServiceProviderName, SkuPriceDetails ->> 'InstanceType', Tags ->> 'team', "
        "ChargePeriodStart::varchar from {}",
        {},
    )

    assert row == (
        "Databricks Jobs",
        "Analytics",
        "Data Processing",
        "DBUs",
        "w-1",
        "c-1",
        "Cluster",
        "refresh",
        "AWS",
        "Databricks",
        "i3.2xlarge",
        "search",
        "2026-09-17 02:00:00",
    )


def test_a_product_that_the_table_lacks_has_a_category_all_the_same(ledger):
    rows = ledger(
        "select ServiceName, ServiceCategory, ServiceSubcategory from {}",
        {"billing_origin_product": "QUANTUM_NOTEBOOKS"},
    )

    assert rows == [("Databricks", "Other", "Other (Other)")]


def test_a_record_without_a_price_stops_the_month_by_its_name(ledger):
    with pytest.raises(ExportError, match=r"record r-1 has no effective_price; "):
        ledger("select 1 from {}", {"effective_price": "", "list_price": ""})


@pytest.mark.parametrize(
    ("period", "billed"),
    [
        ("2026-08", "429.52365975"),
        ("2026-09", "406.55959725"),
        ("2026-10", "498.236333"),
    ],
)
def test_the_sample_costs_quantity_times_price_and_breaks_no_rule(
    settings, source, period, billed
):
    """The totals are the file's quantities times prices, added outside of Unitmill."""
    shutil.copytree(SAMPLE, settings.exports_dir / "databricks")
    deliveries = scan(settings, [source]).of(source, period)
    partition = write_partition(settings, source, deliveries, period)

    with duckdb.connect() as db:
        judged = evaluate(db, f"read_parquet('{partition.files[0]}')")
        [(total,)] = db.execute(
            f"select sum(BilledCost) from '{partition.files[0]}'"
        ).fetchall()
    assert total == Decimal(billed)
    assert [judgement.rule.id for judgement in judged if judgement.failing] == []
