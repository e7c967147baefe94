"""Oracle Cloud's cost reports: exact money, one charge per reference, nobody named."""

import csv
import gzip
import io
from decimal import Decimal

import duckdb
import pytest

from pipelines.focus.conformance import evaluate
from pipelines.focus.subcategories import PARENTS
from pipelines.landing.candidates import sniff
from pipelines.landing.deliveries import scan
from pipelines.landing.persons import persons_of
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR
from pipelines.sources.cost.oci import SOURCE, columns
from pipelines.sources.registry import COST_SOURCES

SAMPLE = PROJECT_DIR / "sample_exports" / "oci" / "reports" / "cost-csv"
BASE = {
    "lineItem/referenceNo": "ref-1",
    "lineItem/tenantId": "ocid1.tenancy.oc1..aaaa",
    "lineItem/intervalUsageStart": "2026-09-03T05:00Z",
    "lineItem/intervalUsageEnd": "2026-09-03T06:00:00Z",
    "product/service": "COMPUTE",
    "product/compartmentId": "ocid1.compartment.oc1..bbbb",
    "product/compartmentName": "training",
    "product/region": "us-ashburn-1",
    "product/availabilityDomain": "AD-1",
    "product/resourceId": "ocid1.instance.oc1.iad.cccc",
    "usage/billedQuantity": "3.000000000000000000",
    "usage/billedQuantityOverage": "",
    "cost/subscriptionId": "8841207",
    "cost/productSku": "B93114",
    "product/Description": "Compute - Standard - E4",
    "cost/unitPrice": "0.5",
    "cost/unitPriceOverage": "",
    "cost/myCost": "1.5",
    "cost/myCostOverage": "",
    "cost/currencyCode": "USD",
    "cost/billingUnitReadable": "ONE HOURS OCPU",
    "cost/skuUnitDescription": "OCPU Per Hour",
    "cost/overageFlag": "N",
    "lineItem/isCorrection": "false",
    "lineItem/backreferenceNo": "",
}
# No file of the project has an address of anybody, not even of nobody.
PERSON = "jane.doe"
ADDRESS = f"{PERSON}@example.org"


def report(*rows):
    """Write a report of rows that differ from BASE in the cells that are given."""
    rows = [BASE | row for row in rows]
    header = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def refused(settings):
    """Give the reason for which the one file is refused."""
    [refusal] = scan(settings, [SOURCE]).refusals
    return refusal.reason


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("9.73E-8", "0.0000000973"),
        ("-4.482E-7", "-0.0000004482"),
        ("1.05E+1", "10.5"),
        ("0E-18", "0"),
        ("12345678.123456789012", "12345678.123456789012"),
    ],
)
def test_an_amount_with_an_exponent_is_read_to_the_last_decimal(
    put, convert, said, meant
):
    put("0001000000000001.csv", report({"cost/myCost": said}))

    rows = convert(SOURCE, "2026-09", "BilledCost, EffectiveCost, x_SourceCost")

    assert rows == [(Decimal(meant),) * 3]


def test_an_amount_beside_an_overage_is_not_the_overage(put, convert):
    over = {
        "usage/billedQuantityOverage": "2",
        "cost/unitPriceOverage": "0.75",
        "cost/myCostOverage": "9.5",
        "cost/overageFlag": "Y",
    }
    put("0001000000000001.csv", report(over))

    rows = convert(
        SOURCE,
        "2026-09",
        "BilledCost, x_CostOverage, x_UnitPriceOverage, x_BilledQuantityOverage, "
        "x_OverageFlag",
    )

    amounts = [Decimal(n) for n in ("1.5", "9.5", "0.75", "2")]
    assert rows == [(*amounts, "Y")]


def test_times_with_and_without_seconds_are_the_same_hour(put, convert):
    put("0001000000000001.csv", report({}))

    rows = convert(
        SOURCE, "2026-09", "ChargePeriodStart::varchar, ChargePeriodEnd::varchar"
    )

    assert rows == [("2026-09-03 05:00:00", "2026-09-03 06:00:00")]


def test_rows_of_two_months_in_a_file_are_in_their_own_months(put, convert):
    october = {
        "lineItem/referenceNo": "ref-2",
        "lineItem/intervalUsageStart": "2026-10-01T00:00Z",
        "lineItem/intervalUsageEnd": "2026-10-01T01:00:00Z",
        "cost/myCost": "7",
    }
    put("0001000000000001.csv", report({}, october))

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal("1.5"),)]
    assert convert(SOURCE, "2026-10", "BilledCost") == [(Decimal(7),)]


def test_a_reference_that_comes_again_counts_once_as_the_higher_number_has_it(
    put, convert
):
    """The time of a file is that of its download; here it says the opposite."""
    put("b/0001000000000010.csv", report({"cost/myCost": "2"}), hour=1)
    put("a/0001000000000009.csv", report({}), hour=5)

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal(2),)]


def test_a_reference_in_files_without_numbers_counts_as_the_newer_file_has_it(
    put, convert
):
    put("b.csv", report({"cost/myCost": "2"}), hour=1)
    put("a.csv", report({"cost/myCost": "3"}), hour=5)

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal(3),)]


def test_a_reference_that_moves_to_another_month_counts_in_the_newer_one(put, convert):
    later = {
        "lineItem/intervalUsageStart": "2026-10-01T00:00Z",
        "lineItem/intervalUsageEnd": "2026-10-01T01:00:00Z",
    }
    other = {"lineItem/referenceNo": "ref-2"}
    put("0001000000000001.csv", report({}))
    put("0001000000000002.csv", report(later, other))

    assert convert(SOURCE, "2026-09", "x_ReferenceNumber") == [("ref-2",)]


def test_the_same_reference_in_two_tenancies_is_two_charges(put, convert):
    put("0001000000000001.csv", report({}, {"lineItem/tenantId": "ocid1.tenancy.b"}))

    assert len(convert(SOURCE, "2026-09", "BilledCost")) == 2


def test_the_same_file_twice_under_other_names_is_one_delivery(put, settings):
    put("0001000000000001.csv", report({}))
    put("copy/0001000000000002.csv", report({}))

    landing = scan(settings, [SOURCE])

    assert (len(landing.deliveries), len(landing.copies)) == (1, 1)


def test_a_correction_is_one_more_row_that_says_what_it_corrects(put, convert):
    correction = {
        "lineItem/referenceNo": "ref-9",
        "lineItem/isCorrection": "true",
        "lineItem/backreferenceNo": "ref-1",
        "usage/billedQuantity": "-3",
        "cost/myCost": "-1.5",
    }
    put("0001000000000001.csv.gz", gzip.compress(report({}).encode()))
    put("0001000000000002.csv.gz", gzip.compress(report(correction).encode()))

    rows = convert(
        SOURCE, "2026-09", "BilledCost, ChargeClass, x_BackReferenceNumber, SkuId"
    )

    assert rows == [
        (Decimal("-1.5"), "Correction", "ref-1", "B93114"),
        (Decimal("1.5"), None, None, "B93114"),
    ]


def test_tags_of_any_characters_keep_their_names_and_blank_ones_are_no_tags(
    put, convert
):
    tags = {
        "tags/DevRel\\hands-on, 4cb4.release": 'v"1"',
        "tags/Größe's.key{": "a\\b",
        "tags/Ops.empty": "",
    }
    put("0001000000000001.csv", report(tags, {"lineItem/referenceNo": "ref-2"}))

    rows = convert(
        SOURCE,
        "2026-09",
        "x_ReferenceNumber, json_keys(Tags), "
        "json_extract_string(Tags, '$.\"Größe''s.key{\"')",
    )

    keys = ["DevRel\\hands-on, 4cb4.release", "Größe's.key{"]
    assert rows == [("ref-1", keys, "a\\b"), ("ref-2", None, None)]


def test_lines_that_end_as_on_windows_leave_nothing_behind_in_the_last_column(
    put, convert
):
    text = report({"tags/team": "platform"})
    put("0001000000000001.csv", text.replace("\n", "\r\n"))

    assert convert(SOURCE, "2026-09", "Tags") == [('{"team":"platform"}',)]


@pytest.mark.parametrize("value", [ADDRESS, f"default/{ADDRESS}"])
def test_a_tag_that_names_a_person_is_a_hash_that_is_the_same_every_time(
    put, convert, settings, value
):
    put("0001000000000001.csv", report({"tags/Oracle-Tags.CreatedBy": value}))

    [(tags,)] = convert(SOURCE, "2026-09", "Tags")

    hashed = value.replace(ADDRESS, persons_of(settings).word(ADDRESS))
    assert tags == f'{{"Oracle-Tags.CreatedBy":"{hashed}"}}'


@pytest.mark.parametrize(
    ("description", "instance_type", "gpu"),
    [
        ("Compute - GPU - A10 - VM.GPU.A10.1", "VM.GPU.A10.1", "A10"),
        ("Compute - GPU - H100", None, "H100"),
        ("Compute - Bare Metal GPU H100 (BM.GPU.H100.8)", "BM.GPU.H100.8", "H100"),
        ("Compute - Standard - E4", None, None),
    ],
)
def test_a_gpu_is_named_where_the_description_names_it(
    put, convert, description, instance_type, gpu
):
    put("0001000000000001.csv", report({"product/Description": description}))

    rows = convert(
        SOURCE,
        "2026-09",
        "SkuPriceDetails ->> '$.InstanceType', SkuPriceDetails ->> '$.x_GpuName', "
        "contains(SkuPriceDetails::varchar, 'null')",
    )

    empty = None if gpu is None else False
    assert rows == [(instance_type, gpu, empty)]


def test_a_price_of_another_tier_is_left_out_rather_than_wrong(put, convert):
    other = {"lineItem/referenceNo": "ref-2", "cost/unitPrice": "0.7"}
    put("0001000000000001.csv", report({}, other))

    rows = convert(SOURCE, "2026-09", "x_ReferenceNumber, ContractedUnitPrice")

    assert rows == [("ref-1", Decimal("0.5")), ("ref-2", None)]


def test_a_service_that_nobody_listed_keeps_its_code(put, convert):
    put("0001000000000001.csv", report({"product/service": "TIME_MACHINE"}))

    rows = convert(SOURCE, "2026-09", "ServiceName, ServiceCategory")

    assert rows == [("TIME_MACHINE", "Other")]


def test_every_listed_service_is_in_the_category_of_its_subcategory():
    services = columns.table("services.csv")

    assert [s for s in services if PARENTS[s["subcategory"]] != s["category"]] == []
    assert len({s["service"] for s in services}) == len(services)


@pytest.mark.parametrize(
    ("header", "said", "wanted"),
    [
        ("cost/myCost", "abc", "'abc', expected a number"),
        ("cost/myCost", "1,5", "'1,5', expected a number"),
        ("cost/myCost", "NaN", "'NaN', expected a number"),
        ("cost/myCost", "", "empty, expected a number"),
        ("usage/billedQuantity", "x", "'x', expected a number"),
        ("cost/myCostOverage", "x", "'x', expected a number"),
        ("cost/currencyCode", "usd", "'usd', expected a currency code"),
        ("lineItem/referenceNo", "", "empty, expected a value"),
        ("lineItem/isCorrection", "maybe", "'maybe', expected true or false"),
        ("lineItem/intervalUsageEnd", "soon", "'soon', expected a time"),
        ("lineItem/intervalUsageEnd", "2026-09-03T05:00Z", "expected a time like"),
    ],
)
def test_a_bad_value_stops_the_month_with_file_row_and_column(
    put, convert, header, said, wanted
):
    bad = {"lineItem/referenceNo": "ref-2", header: said}
    put("oracle/0001000000000001.csv", report({}, bad))

    with pytest.raises(ExportError) as caught:
        convert(SOURCE, "2026-09", "*")

    place = f"oracle/0001000000000001.csv, row 2: {header} is "
    assert place in str(caught.value)
    assert wanted in str(caught.value)


def test_a_bad_row_that_a_newer_file_replaced_stops_nothing(put, convert):
    put("0001000000000001.csv", report({"cost/myCost": "abc"}))
    put("0001000000000002.csv", report({}))

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal("1.5"),)]


def test_a_row_without_a_month_is_refused_by_file_row_and_column(put, settings):
    bad = {"lineItem/intervalUsageStart": "yesterday"}
    put("0001000000000001.csv", report({}, bad))

    reason = refused(settings)

    assert "0001000000000001.csv, row 2: lineItem/intervalUsageStart is" in reason
    assert "'yesterday', expected a time like 2026-08-13T05:00Z" in reason


def test_a_report_without_a_needed_column_is_refused_by_its_name(put, settings):
    put("0001000000000001.csv", report({}).replace("cost/myCost,", "cost/other,"))

    assert "a cost report without cost/myCost" in refused(settings)


def test_a_report_of_oracle_in_focus_is_left_to_focus_export(put, settings):
    header = (
        "AvailabilityZone,BilledCost,BillingPeriodStart,ChargeCategory,"
        "ChargePeriodStart,EffectiveCost,Provider,Region,oci_ReferenceNumber"
    )
    path = put("0001-00001.csv", f"{header}\n")

    candidate = sniff(path, settings.exports_dir)

    owners = [source.name for source in COST_SOURCES if source.claims(candidate)]
    assert owners == ["focus_export"]


def test_a_cost_report_is_claimed_by_nobody_else(put, settings):
    candidate = sniff(put("r.csv", report({})), settings.exports_dir)

    owners = [source.name for source in COST_SOURCES if source.claims(candidate)]
    assert owners == ["oci"]


def test_a_report_of_a_header_alone_has_no_month(put, settings):
    put("0001000000000001.csv", report({}).splitlines()[0] + "\n")

    [delivery] = scan(settings, [SOURCE]).deliveries

    assert delivery.periods == ()


@pytest.mark.parametrize("period", ["2026-08", "2026-09", "2026-10"])
def test_the_sample_breaks_no_rule_of_focus(put, settings, period):
    for path in SAMPLE.iterdir():
        put(path.name, path.read_bytes())
    deliveries = scan(settings, [SOURCE]).of(SOURCE, period)

    partition = write_partition(settings, SOURCE, deliveries, period)

    with duckdb.connect() as db:
        judged = evaluate(db, f"read_parquet('{partition.files[0]}')")
    broken = [j.rule.id for j in judged if j.failing and j.rule.severity == "error"]
    assert broken == []
