"""On-premises: what was paid and what it costs per day, to the last digit."""

from decimal import Decimal

import duckdb
import pytest

from pipelines.focus.conformance import evaluate
from pipelines.landing.candidates import sniff
from pipelines.landing.deliveries import scan
from pipelines.landing.source import Context
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR
from pipelines.sources.cost.onprem import SOURCE
from pipelines.sources.registry import COST_SOURCES

SAMPLE = PROJECT_DIR / "sample_exports" / "onprem"
SUMS = """
    select SkuId, sum(BilledCost), sum(EffectiveCost) from ledger
    group by all order by all
"""


def months(*periods):
    """Name months by a power row each, so that machines are counted through them."""
    return [{"month": period, "kwh": "0"} for period in periods]


def test_a_purchase_is_billed_once_and_effective_over_its_life(fill, ledger):
    # Three of 1000.01 with 100 left: 3000.03 paid, 2700.03 worn off in three months.
    three = {"count": "3", "purchase_price": "1000.01", "salvage_value": "100"}
    fill("machines", three | {"life_months": "3", "in_service_from": "2026-08-11"})
    fill("power", *months("2026-08", "2026-11", "2026-12"))

    rows = ledger(SUMS)

    assert rows == [
        ("depreciation", 0, Decimal("2700.03")),
        ("power", 0, 0),
        ("purchase", Decimal("3000.03"), 0),
    ]


@pytest.mark.parametrize(
    ("price", "life"), [("10000.01", 7), ("0.000001", 36), ("333333.333333", 59)]
)
def test_the_days_of_a_month_sum_to_its_part_whatever_does_not_divide(
    fill, ledger, price, life
):
    fill("machines", {"purchase_price": price, "life_months": str(life)})
    fill("power", *months("2026-08", "2026-10"))

    rows = ledger(
        "select strftime(BillingPeriodStart, '%m'), sum(EffectiveCost), "
        "max(EffectiveCost) - min(EffectiveCost) from ledger "
        "where SkuId = 'depreciation' group by all order by all"
    )

    # Service begins on the first, so months of service are those of the calendar.
    trillionths = int(Decimal(price) * 10**12)
    worn = [trillionths * n // life for n in range(4)]
    assert [(m, int(total * 10**12)) for m, total, _ in rows] == [
        ("08", worn[1]),
        ("09", worn[2] - worn[1]),
        ("10", worn[3] - worn[2]),
    ]
    assert all(spread <= Decimal("1E-12") for _, _, spread in rows)


def test_a_day_of_service_costs_its_part_of_the_month(fill, ledger):
    # 9200 / 36 = 255.555...; August has 31 days, February 28.
    fill("machines", {"purchased_on": "2025-08-01"})
    fill("power", *months("2025-08", "2026-02"))

    rows = ledger(
        "select round(EffectiveCost, 10), ConsumedQuantity, ConsumedUnit from ledger "
        "where SkuId = 'depreciation' and ChargePeriodStart in "
        "(timestamp '2025-08-31', timestamp '2026-02-01') order by ChargePeriodStart"
    )

    assert rows == [
        (Decimal("8.2437275986"), 24, "Hours"),
        (Decimal("9.1269841270"), 24, "Hours"),
    ]


def test_an_early_retirement_writes_off_the_rest_on_that_day(fill, ledger):
    # 3600 over 36 months from 1 August: 100 in August, 14/30 of 100 in September.
    fill("machines", {"purchase_price": "3600", "retired_on": "2026-09-15"})
    fill("power", *months("2026-08", "2026-09"))

    assert ledger(SUMS)[0][2] == Decimal("146.666666666666")
    assert ledger(
        "select ChargePeriodStart::date::varchar, ChargeCategory, BilledCost, "
        "EffectiveCost, x_LineItemType, ConsumedQuantity from ledger "
        "where SkuId = 'write_off'"
    ) == [
        ("2026-09-15", "Adjustment", 0, Decimal("3453.333333333334"), "Write-off", None)
    ]
    assert sum(row[2] for row in ledger(SUMS)) == 3600


def test_after_its_life_a_machine_has_hours_at_no_cost(fill, ledger):
    fill("machines", {"life_months": "1"})
    fill("power", *months("2026-08", "2026-09"))

    rows = ledger(
        "select strftime(BillingPeriodStart, '%m'), sum(EffectiveCost), "
        "sum(ConsumedQuantity) from ledger where SkuId = 'depreciation' "
        "group by all order by all"
    )

    assert rows == [("08", 9200, 744), ("09", 0, 720)]


def test_measured_power_costs_kwh_times_pue_times_tariff(fill, ledger):
    # 100 kWh x 1.4 x 0.31 = 43.40, over the 21 days of service.
    fill("machines", {"in_service_from": "2026-08-11"})
    fill("power", {"pue": "1.4"})

    rows = ledger(
        "select count(*), min(ChargePeriodStart)::date::varchar, sum(BilledCost), "
        "sum(EffectiveCost), sum(ConsumedQuantity), sum(PricingQuantity), "
        "any_value(PricingUnit), any_value(ListUnitPrice) from ledger "
        "where SkuId = 'power'"
    )

    cost = Decimal("43.4")
    price = Decimal("0.31")
    assert rows == [(21, "2026-08-11", cost, cost, 100, 140, "kWh", price)]


def test_estimated_power_is_that_of_every_machine_of_the_fleet(fill, ledger):
    # 7 x 12.5 W x 336 h = 29.4 kWh; x 0.31 = 9.114.
    fill("machines", {"count": "7", "kind": "edge_device"})
    fill("power", {"kwh": "", "watts": "12.5", "hours": "336"})

    rows = ledger(
        "select sum(ConsumedQuantity), sum(EffectiveCost) from ledger "
        "where SkuId = 'power'"
    )

    assert rows == [(Decimal("29.4"), Decimal("9.114"))]


def test_a_quantity_at_a_price_and_an_amount_are_both_spread_over_days(fill, ledger):
    rack = {"component": "space", "amount": ""}
    rack |= {"quantity": "8", "unit": "Rack Units", "unit_price": "35"}
    fill("machines", {})
    fill("running_costs", {"description": "Remote hands"}, rack)

    rows = ledger(
        "select SkuId, ChargeDescription, sum(BilledCost), sum(EffectiveCost), "
        "sum(PricingQuantity), any_value(PricingUnit), max(ListUnitPrice) "
        "from ledger where ChargeCategory = 'Usage' and SkuId <> 'depreciation' "
        "group by all order by all"
    )

    assert rows == [
        ("space", "Space of gpu-1", 280, 280, 8, "Rack Units", 35),
        ("staff", "Remote hands", 62, 62, 31, "Days", None),
    ]


def test_a_cost_of_a_site_stays_the_sites(fill, ledger):
    fill("machines", {}, {"machine_id": "gpu-2", "in_service_from": "2026-08-20"})
    fill("running_costs", {"machine_id": "", "site": "office", "component": "network"})

    rows = ledger(
        "select ResourceId, RegionId, ServiceProviderName, ServiceCategory, "
        "ServiceSubcategory, count(*), sum(EffectiveCost) from ledger "
        "where SkuId = 'network' group by all"
    )

    place = ("office", "Ore", "Networking", "Network Connectivity")
    assert rows == [(None, *place, 31, 62)]


def test_a_machine_is_described_as_one_of_a_cloud_is(fill, ledger):
    labels = '{"slurm-node": "rig-1"}'
    fill("machines", {"labels": labels, "vcpus": "32", "memory_gib": "256"})
    fill("power", {})

    [row] = ledger(
        "select distinct SkuPriceDetails ->> 'InstanceType', "
        "SkuPriceDetails ->> 'GpuCount', SkuPriceDetails ->> 'x_GpuName', "
        "Tags ->> 'slurm-node', ResourceType, ServiceCategory, ServiceName, "
        "InvoiceIssuerName from ledger"
    )

    assert row == (
        "Rig 2x L40S",
        "2",
        "L40S",
        "rig-1",
        "GPU Server",
        "Compute",
        "On-Premises Servers",
        "Ore",
    )


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("workstation", "Compute"),
        ("edge_device", "Internet of Things"),
        ("phone", "Mobile"),
    ],
)
def test_what_a_machine_is_decides_its_service_category(fill, ledger, kind, category):
    fill("machines", {"kind": kind})
    fill("power", {})

    assert ledger("select distinct ServiceCategory from ledger") == [(category,)]


def test_every_charge_of_a_row_has_its_own_part(fill, ledger):
    fill("machines", {"retired_on": "2026-09-20"})
    fill("power", *months("2026-08", "2026-09"))

    rows = ledger(
        "select SkuId, count(*), min(x_SourceRowPart), max(x_SourceRowPart), "
        "count(distinct (x_DeliveryId, x_SourceRowNumber, x_SourceRowPart)) "
        "from ledger group by all order by all"
    )

    assert rows == [
        ("depreciation", 50, 1, 32, 50),
        ("power", 50, 1, 31, 50),
        ("purchase", 1, 2, 2, 1),
        ("write_off", 1, 20, 20, 1),
    ]


def test_machines_have_every_month_from_the_first_purchase_to_the_last_one_named(
    fill, settings
):
    fill("machines", {"purchased_on": "2025-11-20"})
    fill("power", *months("2026-01"))

    periods = scan(settings, [SOURCE]).periods(SOURCE)

    assert periods == ["2025-11", "2025-12", "2026-01"]


def test_a_machine_without_a_charge_in_the_month_is_left_out_by_name(fill, settings):
    later = {"machine_id": "gpu-2", "purchased_on": "2026-09-03"}
    fill("machines", {}, later)
    fill("power", *months("2026-08", "2026-09"))
    landing = scan(settings, [SOURCE])

    def counts(period):
        deliveries = landing.of(SOURCE, period)
        with duckdb.connect() as db:
            query = SOURCE.tally(Context(db, settings), deliveries, period)
            rows = db.execute(query).fetchall()
        return sorted((rows, reason or "") for _, reason, rows in rows)

    not_there = (1, "the machine is not in service in the month")
    assert counts("2026-08") == [(1, ""), (1, ""), not_there]
    assert counts("2026-09") == [(1, ""), (2, "")]


def test_a_newer_file_replaces_the_months_that_it_names(fill, put, ledger):
    old = fill("power", {"kwh": "100"}, {"kwh": "200", "month": "2026-09"}, hour=1)
    fill("machines", {})
    assert ledger(SUMS)[1][2] == 93
    put("onprem/late.csv", old.read_text().replace("2026-09,", "2026-10,"), hour=2)

    rows = ledger(
        "select strftime(BillingPeriodStart, '%m'), sum(EffectiveCost) from ledger "
        "where SkuId = 'power' group by all order by all"
    )

    assert rows == [("08", 31), ("09", 62), ("10", 62)]


def test_a_newer_machines_file_corrects_the_month_of_a_purchase(fill, put, ledger):
    wrong = fill("machines", {"purchased_on": "2026-07-15"}, hour=1)
    put("onprem/old.csv", wrong.read_text(), hour=1)
    fill("machines", {"purchased_on": "2026-08-15"}, hour=2)
    fill("power", {})

    rows = ledger(
        "select strftime(ChargePeriodStart, '%m-%d'), sum(BilledCost) from ledger "
        "where SkuId = 'purchase' group by all"
    )

    assert rows == [("08-15", 9200)]


def test_fleets_in_two_folders_are_both_counted(fill, ledger):
    fill("machines", {}, folder="berlin")
    fill("machines", {"machine_id": "gpu-2"}, folder="paris")
    fill("power", {})

    rows = ledger("select sum(BilledCost) from ledger where SkuId = 'purchase'")
    assert rows == [(18400,)]


def test_files_are_claimed_by_nobody_else():
    for path in SAMPLE.iterdir():
        candidate = sniff(path, SAMPLE)
        owners = [source.name for source in COST_SOURCES if source.claims(candidate)]
        assert owners == ["onprem"]


@pytest.mark.parametrize("period", ["2026-08", "2026-09", "2026-10"])
def test_the_sample_keeps_every_rule_of_focus(put, settings, period):
    for path in SAMPLE.iterdir():
        put(path.name, path.read_bytes())
    deliveries = scan(settings, [SOURCE]).of(SOURCE, period)

    partition = write_partition(settings, SOURCE, deliveries, period)

    with duckdb.connect() as db:
        judged = evaluate(db, f"read_parquet('{partition.files[0]}')")
    assert [judgement.rule.id for judgement in judged if judgement.failing] == []
