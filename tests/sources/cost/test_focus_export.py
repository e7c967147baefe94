"""Files that already are FOCUS: every version's names, exact amounts, no guesses."""

from csv import reader as csv_reader
from decimal import Decimal

import pytest

from pipelines.focus.conformance import evaluate
from pipelines.landing.deliveries import scan
from pipelines.ledger.connection import connect
from pipelines.ledger.partitions import write_partition
from pipelines.sources.cost.focus_export import SOURCE

SCENARIOS = "focus_scenarios"
# Their ChargePeriodEnd reads 2023-02-01T30:00:00Z, which is no time.
BROKEN_SCENARIOS = {
    "commitment_discount_purchase_scenario_2.csv",
    "commitment_discount_purchase_scenario_3.csv",
}
HEADER = "BilledCost,EffectiveCost,BillingPeriodStart,ChargePeriodStart,ChargeCategory,"


def csv(*lines):
    return "\n".join(lines) + "\n"


def row(cost="1.5", start="2026-08-01T00:00:00Z", rest=""):
    return f"{cost},{cost},{start},{start},Usage,{rest}"


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("ServiceProviderName", "ServiceProviderName"),
        ("ProviderName", "ServiceProviderName"),
        ("Provider", "ServiceProviderName"),
        ("InvoiceIssuer", "InvoiceIssuerName"),
        ("Region", "RegionId"),
        ("UsageUnit", "ConsumedUnit"),
        ("PublisherName", "x_PublisherName"),
        ("skuid", "SkuId"),
        ("oci_ReferenceNumber", "x_oci_ReferenceNumber"),
    ],
)
def test_a_name_of_another_version_means_its_successor(put, convert, header, column):
    put("bill.csv", csv(HEADER + header, row(rest="Acme")))

    assert convert(SOURCE, "2026-08", f'"{column}"') == [("Acme",)]


def test_a_new_name_beats_the_old_one_beside_it(put, convert):
    head = HEADER + "ProviderName,ServiceProviderName"
    put("bill.csv", csv(head, row(rest="Reseller,Maker")))

    assert convert(SOURCE, "2026-08", "ServiceProviderName") == [("Maker",)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0.1", "0.1"),
        ("1.5e-7", "0.00000015"),
        ('"$10,000.00 "', "10000"),
        ("-3.25", "-3.25"),
    ],
)
def test_an_amount_is_read_exactly(put, convert, written, meant):
    put("bill.csv", csv(HEADER + "Tags", row(written)))

    assert convert(SOURCE, "2026-08", "BilledCost") == [(Decimal(meant),)]


@pytest.mark.parametrize("written", ['"1.234,56"', "NaN", "inf", "twelve", '"1,2"'])
def test_an_amount_that_is_none_stops_with_its_row_and_column(put, settings, written):
    put("bill.csv", csv(HEADER + "Tags", row(), row(written)))
    landing = scan(settings, [SOURCE])

    with pytest.raises(Exception, match=r"bill\.csv.*row 2, column BilledCost"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")


def test_dates_of_a_spreadsheet_are_read_by_the_first_of_the_month(put, convert):
    put("bill.csv", csv(HEADER + "Tags", row(start="4/1/25")))

    rows = convert(SOURCE, "2025-04", "cast(ChargePeriodStart as text)")

    assert rows == [("2025-04-01 00:00:00",)]


def test_dates_that_can_mean_two_days_are_refused(put, settings):
    put("bill.csv", csv(HEADER + "Tags", row(start="1/1/25")))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "bill.csv" in refusal.reason
    assert "can mean two days" in refusal.reason


def test_a_newer_drop_of_the_same_export_replaces_the_month(put, convert):
    put("acme/focus-2026-08-20.csv", csv(HEADER + "Tags", row("1")), hour=1)
    put("acme/focus-2026-09-03.csv", csv(HEADER + "Tags", row("2")), hour=2)

    assert convert(SOURCE, "2026-08", "BilledCost") == [(Decimal(2),)]


def test_numbered_parts_are_one_drop(put, convert):
    put("acme/part-00001.csv", csv(HEADER + "Tags", row("1"), row("1")))
    put("acme/part-00002.csv", csv(HEADER + "Tags", row("2")))

    rows = convert(SOURCE, "2026-08", "x_SourceRowNumber, BilledCost")

    assert rows == [(1, Decimal(1)), (2, Decimal(1)), (3, Decimal(2))]


def test_what_a_file_does_not_say_stays_unknown(put, convert):
    put("bill.csv", csv(HEADER + "Tags", row(rest="{}")))

    rows = convert(SOURCE, "2026-08", "ListCost, ServiceName, Tags, x_SourceCost")

    assert rows == [(None, None, None, Decimal("1.5"))]


def scenarios(folder):
    return sorted(path.name for path in (folder / SCENARIOS).glob("*.csv"))


def test_every_scenario_of_the_specification_lands_row_by_row(
    real_exports, settings, put
):
    for name in set(scenarios(real_exports)) - BROKEN_SCENARIOS:
        content = (real_exports / SCENARIOS / name).read_bytes()
        records = csv_reader(content.decode("utf-8-sig").splitlines())
        lines = sum(any(record) for record in records) - 1
        path = put(f"{name}", content)
        landing = scan(settings, [SOURCE])

        written = sum(
            write_partition(settings, SOURCE, landing.of(SOURCE, p), p).row_count
            for p in landing.periods(SOURCE)
        )

        assert (name, written) == (name, lines)
        path.unlink()


def test_a_scenario_with_an_impossible_time_is_refused_by_name(
    real_exports, settings, put
):
    for name in BROKEN_SCENARIOS:
        path = put(name, (real_exports / SCENARIOS / name).read_bytes())
        landing = scan(settings, [SOURCE])

        with pytest.raises(Exception, match=rf"{name}.*2023-02-01T30:00:00Z"):
            write_partition(settings, SOURCE, landing.of(SOURCE, "2023-01"), "2023-01")
        path.unlink()


def test_the_agreement_scenarios_keep_every_price_rule(real_exports, settings, put):
    scenario = real_exports / SCENARIOS / "saas_spend_agreements_a1.csv"
    put("a1.csv", scenario.read_bytes())
    landing = scan(settings, [SOURCE])
    broken = set()

    for period in landing.periods(SOURCE):
        deliveries = landing.of(SOURCE, period)
        path = write_partition(settings, SOURCE, deliveries, period).files[0]
        with connect(settings) as db:
            found = evaluate(db, f"read_parquet('{path}')")
        broken |= {j.rule.id for j in found if j.failing and j.rule.severity == "error"}

    # It says Database for Databases, and a subcategory that FOCUS does not list.
    assert broken == {"ServiceCategory-allowed", "ServiceSubcategory-of-its-category"}


def test_a_file_of_the_draft_of_1_5_is_read_as_the_ledger_says_it(put, convert):
    details = (
        '{""ModelId"": ""solora-pro"", ""TokenDirection"": ""Input"", ""GpuCount"": 1}'
    )
    head = HEADER + "SkuPriceId,CredentialId,PrincipalId,SkuPriceDetails"
    put("bill.csv", csv(head, row(rest=f'p-1,key_1,user-1,"{details}"')))

    columns = "SkuPriceDetails, x_CredentialId, x_PrincipalId"
    assert convert(SOURCE, "2026-08", columns) == [
        (
            '{"x_ModelId": "solora-pro", "x_TokenDirection": "Input", "GpuCount": 1}',
            "key_1",
            "user-1",
        )
    ]
