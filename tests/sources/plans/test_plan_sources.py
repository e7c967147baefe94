import gzip
import logging
import os
import shutil
from decimal import Decimal

import duckdb
import pytest
import yaml

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR, SHIPPED_DIR, PlansSettings
from pipelines.sources.plans import PlanError, plan_sources

FERRUM = """\
invoice_no,line,account,project,resource_id,resource_name,gpu_type,gpu_count,start,\
end,hours,unit_price,amount,currency,kind,labels
F-1,1,ore,research,r-1,node-1,H100,8,2026-08-31T00:00:00Z,2026-09-01T00:00:00Z,24,\
23.92,574.08,USD,usage,"{""team"": ""training""}"
F-1,2,ore,research,v-1,disk-1,,,2026-08-31T00:00:00Z,2026-09-01T00:00:00Z,24,\
0.41257,9.90168,USD,storage,
F-1,3,ore,research,,node-1,,,2026-08-01T00:00:00Z,2026-09-01T00:00:00Z,,,-239.2,USD,\
credit,
F-1,4,ore,,,,,,2026-08-01T00:00:00Z,2026-09-01T00:00:00Z,,,21.55,USD,tax,
"""
ABOUT = {
    "name": "acme",
    "description": "Acme's bill.",
    "format": "csv",
    "columns": ["amount", "day"],
    "period_column": "day",
}


@pytest.fixture
def vendor(write_plan):
    """Write a vendor with one plan; the keys of source.yaml can be changed."""

    def write(**changes):
        folder = write_plan()
        about = {k: v for k, v in (ABOUT | changes).items() if v is not None}
        (folder / "source.yaml").write_text(yaml.safe_dump(about))
        return folder

    return write


@pytest.fixture
def land(settings):
    """Look at the exports folder with the user's vendors."""

    def land():
        return scan(settings, plan_sources(settings))

    return land


@pytest.fixture
def convert(settings, land):
    """Write an export, land it and write its partition; give a query of that."""

    def convert(period, query, **files):
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            path = settings.exports_dir / name.replace("__", ".")
            path.write_bytes(data)
            os.utime(path, (len(files), list(files).index(name)))
        source, *_ = plan_sources(settings)
        landing = land()
        assert not landing.refusals, landing.refusals
        deliveries = landing.of(source, period)
        partition = write_partition(settings, source, deliveries, period)
        with duckdb.connect() as db:
            ledger = db.read_parquet(str(partition.files[0]))
            return db.sql(query.format(ledger="ledger")).fetchall() if ledger else []

    return convert


@pytest.fixture
def ferrum(settings):
    shutil.copytree(PROJECT_DIR / "plans" / "ferrum", settings.plans_dir / "ferrum")


def test_ferrums_invoice_is_the_sum_of_its_rows(ferrum, convert):
    # 574.08 + 9.90168 - 239.20 + 21.55
    rows = convert(
        "2026-08",
        "select sum(BilledCost), sum(EffectiveCost), sum(x_SourceCost), count(*), "
        "any_value(InvoiceId), any_value(InvoiceIssuerName) from {ledger}",
        invoice__csv=FERRUM,
    )

    total = Decimal("366.331680000000")
    assert rows == [(total, total, total, 4, "F-1", "Ferrum")]


def test_ferrums_gpu_hour_is_a_focus_row(ferrum, convert):
    (row,) = convert(
        "2026-08",
        "select ChargeCategory, ServiceCategory, ServiceSubcategory, SkuId, "
        "PricingQuantity, PricingUnit, ConsumedQuantity, ListUnitPrice, ListCost, "
        "SubAccountId, Tags ->> 'team', SkuPriceDetails ->> 'GpuCount', "
        "cast(ChargePeriodStart as varchar), cast(BillingPeriodStart as varchar), "
        "cast(BillingPeriodEnd as varchar), x_SourceRowNumber, x_SourceRowPart "
        "from {ledger} where ResourceType = 'GPU Instance'",
        invoice__csv=FERRUM,
    )

    assert row[:4] == ("Usage", "Compute", "Virtual Machines", "H100")
    assert row[4:7] == (Decimal(24), "Hours", Decimal(24))
    assert row[7:12] == (
        Decimal("23.92"),
        Decimal("574.08"),
        "research",
        "training",
        "8",
    )
    assert row[12] == "2026-08-31 00:00:00"
    assert row[13:15] == ("2026-08-01 00:00:00", "2026-09-01 00:00:00")
    assert row[15:] == (1, 1)


def test_ferrums_taxes_and_credits_are_what_they_are(ferrum, convert):
    rows = convert(
        "2026-08",
        "select ChargeCategory, BilledCost, PricingQuantity, x_SourceRowNumber "
        "from {ledger} where ChargeCategory <> 'Usage' order by 1",
        invoice__csv=FERRUM,
    )

    assert rows == [
        ("Credit", Decimal("-239.2"), None, 3),
        ("Tax", Decimal("21.55"), None, 4),
    ]


def test_every_ferrum_sample_lands_and_sums_to_its_rows(ferrum, convert, settings):
    for path in (PROJECT_DIR / "sample_exports" / "ferrum").glob("*.csv"):
        shutil.copy(path, settings.exports_dir)
    with duckdb.connect() as db:
        files = str(settings.exports_dir / "*2026-09.csv")
        total = db.execute(
            "select sum(cast(amount as decimal(38, 12))) "
            f"from read_csv('{files}', all_varchar = true)"
        ).fetchone()

    assert convert("2026-09", "select sum(BilledCost) from {ledger}") == [total]


def test_a_newer_file_replaces_its_invoice_and_no_other(ferrum, convert):
    other = FERRUM.replace("F-1", "F-2")
    again = FERRUM.replace("574.08", "500.00")

    rows = convert(
        "2026-08",
        "select InvoiceId, sum(BilledCost) from {ledger} group by 1 order by 1",
        a__csv=FERRUM,
        b__csv=other,
        c__csv=again,
    )

    assert rows == [("F-1", Decimal("292.25168")), ("F-2", Decimal("366.33168"))]


def test_a_file_of_two_invoices_is_a_drop_of_each(ferrum, convert):
    lines = FERRUM.splitlines(keepends=True)
    both = FERRUM + "".join(lines[1:]).replace("F-1", "F-2")

    rows = convert(
        "2026-08",
        "select InvoiceId, count(*), count(distinct x_DeliveryId) from {ledger} "
        "group by 1 order by 1",
        both__csv=both,
        newer__csv=FERRUM,
    )

    assert rows == [("F-1", 4, 1), ("F-2", 4, 1)]


def test_the_months_of_a_file_are_kept_apart(vendor, convert):
    vendor()

    rows = convert(
        "2026-09",
        "select BilledCost, x_SourceRowNumber from {ledger}",
        a__csv="amount,day\n1,2026-08-31\n2,2026-09-01\n4,2026-10-01T00:00:00Z\n",
    )

    assert rows == [(2, 2)]


@pytest.mark.parametrize(
    ("about", "content"),
    [
        ({}, gzip.compress(b"amount,day\n0.10,2026-08-31\n")),
        ({"delimiter": ";"}, "amount;day\n0.10;2026-08-31\n"),
        ({"period_format": "%d.%m.%Y"}, "amount,day\n0.10,31.08.2026\n"),
        ({}, "amount,day\n0.10,2026-08\n"),
        ({"format": "json"}, '[{"amount": 0.10, "day": "2026-08-31", "more": {}}]'),
        ({"format": "json"}, '{"amount": "0.10", "day": "2026-08-31"}\n'),
    ],
    ids=["gzip", "semicolons", "a date format", "months", "JSON", "JSON lines"],
)
def test_a_vendor_may_deliver_in_many_ways(about, content, vendor, convert):
    vendor(**about)

    rows = convert("2026-08", "select BilledCost from {ledger}", export=content)

    assert rows == [(Decimal("0.1"),)]


def test_a_vendor_may_deliver_parquet(vendor, convert, settings):
    vendor(format="parquet")
    with duckdb.connect() as db:
        db.execute(
            "copy (select 0.1::double as amount, date '2026-08-31' as day) "
            f"to '{settings.exports_dir / 'a.parquet'}'"
        )

    rows = convert("2026-08", "select BilledCost, x_SourceRowNumber from {ledger}")

    assert rows == [(Decimal("0.1"), 1)]


def test_the_vendors_own_date_of_delivery_decides_who_is_newer(vendor, convert):
    vendor(delivered_at_column="made")

    rows = convert(
        "2026-08",
        "select BilledCost from {ledger}",
        a__csv="amount,day,made\n1,2026-08-31,2026-09-05T00:00:00Z\n",
        b__csv="amount,day,made\n2,2026-08-31,2026-09-04T00:00:00Z\n",
    )

    assert rows == [(1,)]


def test_costs_that_no_plan_maps_are_the_billed_cost(vendor, write_plan, convert):
    vendor()
    write_plan("list_S001", focus_column="ListCost", column="list")

    rows = convert(
        "2026-08",
        "select ListCost, ContractedCost, EffectiveCost from {ledger}",
        a__csv="amount,day,list\n1,2026-08-31,3\n",
    )

    assert rows == [(3, 1, 1)]


def test_a_column_that_a_file_lacks_is_warned_of_once(
    vendor, write_plan, convert, caplog
):
    vendor()
    write_plan("sku_S001", focus_column="SkuId", column="sku")
    write_plan("skus_S001", focus_column="SkuPriceId", column="sku")

    with caplog.at_level(logging.WARNING, logger="pipelines.sources.plans"):
        rows = convert(
            "2026-08",
            "select SkuId from {ledger}",
            a__csv="amount,day\n1,2026-08-31\n2,2026-08-30\n",
        )

    assert rows == [(None,), (None,)]
    assert caplog.messages == ["acme 2026-08: NULL, not in the files: sku"]


def test_a_column_that_a_file_lacks_stops_the_month_where_wanted(
    vendor, write_plan, settings, land
):
    vendor()
    write_plan("sku_S001", focus_column="SkuId", column="sku")
    (settings.exports_dir / "a.csv").write_text("amount,day\n1,2026-08-31\n")
    plans = PlansSettings(folder=settings.plans_dir, missing_column="error")
    strict = settings.model_copy(update={"plans": plans})
    source, *_ = plan_sources(strict)
    deliveries = land().deliveries

    with pytest.raises(PlanError, match="no column 'sku'; it has amount, day"):
        write_partition(strict, source, deliveries, "2026-08")


def test_a_cost_that_is_no_number_names_file_plan_and_value(vendor, settings, land):
    vendor()
    (settings.exports_dir / "a.csv").write_text('amount,day\n"1,5",2026-08-31\n')
    source, *_ = plan_sources(settings)
    deliveries = land().deliveries

    with pytest.raises(
        ExportError, match=r"a.csv.*cost_S001.yaml, plan .*BilledCost.*got 1,5"
    ):
        write_partition(settings, source, deliveries, "2026-08")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("amount,day\n1,\n", "a.csv: row 1 has no day; expected the billing period"),
        ("amount,day\n1,soon\n", "acme/source.yaml: day: expected an ISO 8601 time"),
        ("amount,day\n1,2026-08-01,x\n", "a.csv, row 1: has 3 cells, expected 2"),
    ],
)
def test_a_file_whose_months_are_unclear_is_refused(
    content, reason, vendor, settings, land
):
    vendor()
    (settings.exports_dir / "a.csv").write_text(content)

    (refusal,) = land().refusals

    assert refusal.source == "acme"
    assert reason in refusal.reason


def test_other_plans_make_other_partitions(vendor, write_plan, settings):
    vendor()
    before = plan_sources(settings)[0].version
    write_plan("sku_S001", focus_column="SkuId", column="sku")

    assert plan_sources(settings)[0].version != before


def test_no_plans_folder_means_the_vendors_that_are_shipped(settings):
    about = (SHIPPED_DIR / "plans").glob("*/source.yaml")
    shipped = {path.parent.name for path in about if "overlay:" not in path.read_text()}

    assert {source.name for source in plan_sources(settings)} == shipped


def test_a_folder_of_ones_own_takes_the_place_of_a_shipped_one(settings):
    before = {source.name: source.version for source in plan_sources(settings)}
    own = settings.plans_dir / "modal"
    shutil.copytree(SHIPPED_DIR / "plans" / "modal", own)
    (own / "sku_id_S001.yaml").write_text(
        "{plan_name: a, column: Object ID, conversion_type: rename_column, "
        "focus_column: SkuId}"
    )

    first, *others = plan_sources(settings)

    assert first.name == "modal"
    assert first.version != before["modal"]
    assert {source.name for source in others} == before.keys() - {"modal"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"columns": None}, "acme/source.yaml: columns: Field required"),
        ({"format": "xlsx"}, "acme/source.yaml: format: Input should be 'csv'"),
        ({"name": "other"}, "acme/source.yaml: name: 'other'; expected 'acme'"),
        ({"overlay": "aws"}, "acme/source.yaml: .*name: Extra inputs"),
    ],
)
def test_a_wrong_source_file_is_refused_by_field(changes, message, vendor, settings):
    vendor(**changes)

    with pytest.raises(PlanError, match=message):
        plan_sources(settings)


def test_a_vendor_without_a_billed_cost_is_refused(vendor, write_plan, settings):
    vendor()
    write_plan(focus_column="ListCost")

    with pytest.raises(PlanError, match="acme: no plan makes BilledCost"):
        plan_sources(settings)


def test_a_folder_without_a_source_file_is_refused(write_plan, settings):
    write_plan()

    with pytest.raises(PlanError, match=r"acme/source.yaml: missing"):
        plan_sources(settings)
