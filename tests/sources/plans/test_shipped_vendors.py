"""Each plan that Unitmill ships, on the sample that lies beside it."""

import shutil
from decimal import Decimal

import duckdb
import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR
from pipelines.sources.registry import all_sources

PLANS = PROJECT_DIR / "plans"
MONTH = "2026-09"


@pytest.fixture
def sampled(settings):
    """Land a vendor's sample, or other files; answer a query of its ledger."""

    def ask(vendor, query, *, source="", also=()):
        shutil.copytree(
            PLANS / vendor / "sample", settings.exports_dir / vendor, dirs_exist_ok=True
        )
        for name, text in also:
            path = settings.exports_dir / vendor / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        sources = all_sources(settings)
        [found] = [one for one in sources if one.name == (source or vendor)]
        landing = scan(settings, sources)
        assert landing.refusals == ()
        deliveries = landing.of(found, MONTH)
        partition = write_partition(settings, found, deliveries, MONTH)
        with duckdb.connect() as db:
            files = [str(file) for file in partition.files]
            return db.execute(query, [files]).fetchall()

    return ask


# By hand: the amounts of each sample, added.
TOTALS = {
    "runpod": ("USD", 5, "86.064"),  # 12.34 + 55.824 + 8.9 + 5.79 + 3.21
    "modal": ("USD", 3, "9.143000000001"),  # 4.3127 + 4.1003 + 0.730000000001
    "digitalocean": ("USD", 4, "2615.82"),  # 2440.80 + 3.11 + 18.04 + 153.87
    "scaleway": ("EUR", 3, "63.682345678"),  # 65.52 + 0.412345678 - 2.25
    "fireworks": ("USD", 3, "15.75"),  # 12.50 + 0.25 + 3
    "vercel": ("USD", 2, "8.75"),  # 7.25 + 1.5
    "snowflake": ("USD", 2, "49.83"),  # 37.5 + 12.33
}
SOURCE_OF = {"snowflake": "focus_export"}


def test_every_shipped_vendor_but_the_samples_own_has_a_sample():
    folders = {path.parent.name for path in PLANS.glob("*/source.yaml")}

    assert folders - {"databricks", "ferrum"} == set(TOTALS)


@pytest.mark.parametrize("vendor", TOTALS)
def test_a_vendors_sample_is_read_to_the_last_digit(sampled, vendor):
    rows = sampled(
        vendor,
        "select BillingCurrency, count(*), sum(BilledCost) = sum(x_SourceCost), "
        "sum(BilledCost) from read_parquet(?) group by all",
        source=SOURCE_OF.get(vendor, ""),
    )

    currency, count, total = TOTALS[vendor]
    assert rows == [(currency, count, True, Decimal(total))]


@pytest.mark.parametrize("vendor", TOTALS)
def test_a_vendors_rows_are_rows_of_focus(sampled, vendor):
    mandatory = (
        "BillingAccountId, BillingCurrency, InvoiceIssuerName, ServiceProviderName, "
        "ServiceCategory, ServiceName, ChargeCategory, ChargePeriodStart, "
        "ChargePeriodEnd, BillingPeriodStart, ListCost, ContractedCost, EffectiveCost"
    )
    lacking = " or ".join(f"{name} is null" for name in mandatory.split(", "))

    [(count, backwards)] = sampled(
        vendor,
        f"select count(*) filter (where {lacking}), "
        "count(*) filter (where ChargePeriodEnd <= ChargePeriodStart) "
        "from read_parquet(?)",
        source=SOURCE_OF.get(vendor, ""),
    )

    assert (count, backwards) == (0, 0)


def test_reports_of_runpod_in_one_folder_replace_only_their_like(sampled):
    # The pods of 1 September again, 12.34 for both days instead of 68.164.
    again = (
        '{"records": [{"startTime": "2026-09-01T00:00:00Z", '
        '"endTime": "2026-09-02T00:00:00Z", "podId": "p", "totalAmount": 12.34}]}'
    )

    rows = sampled(
        "runpod",
        "select ServiceName, ResourceId, sum(BilledCost) from read_parquet(?) "
        "group by all order by all",
        also=[("acme/pods-again.json", again)],
    )

    assert rows == [
        ("RunPod Network Volumes", "2q9m7x4c", Decimal("5.79")),
        ("RunPod Pods", "p", Decimal("12.34")),
        ("RunPod Public Endpoints", None, Decimal("3.21")),
        ("RunPod Serverless", "4m7x2k9q", Decimal("8.9")),
    ]


def test_what_runpod_sums_over_its_products_is_no_bill(settings):
    summed = (
        '{"records": [{"startTime": "2026-09-01T00:00:00Z", "endTime": '
        '"2026-09-02T00:00:00Z", "totalAmount": 42.34, "podGpuAmount": 18.2}]}'
    )
    (settings.exports_dir / "billing.json").write_text(summed)

    landing = scan(settings, all_sources(settings))

    assert [refusal.source for refusal in landing.refusals] == [""]


def test_a_report_of_modal_by_resource_replaces_one_without(sampled):
    by_resource = (
        "Object ID,Description,Environment,Interval Start,Resource,Cost\n"
        "ap-3kQ7,embeddings,main,2026-09-01,GPU H100,4\n"
        "ap-3kQ7,embeddings,main,2026-09-01,CPU,0.3127\n"
    )

    rows = sampled(
        "modal",
        "select SkuMeter, BilledCost, ChargePeriodEnd - ChargePeriodStart = "
        "interval 1 day, BillingAccountId from read_parquet(?) order by 1",
        also=[("acme/report-by-resource.csv", by_resource)],
    )

    assert rows == [
        ("CPU", Decimal("0.3127"), True, "acme"),
        ("GPU H100", Decimal(4), True, "acme"),
    ]


def test_a_file_that_names_no_account_needs_a_folder(settings):
    shutil.copy(PLANS / "modal/sample/acme/report-2026-09.csv", settings.exports_dir)

    [refusal] = scan(settings, all_sources(settings)).refusals

    assert refusal.reason == (
        "modal: report-2026-09.csv lies in no folder, and says no account; expected "
        "it in a folder that has the account's name"
    )


def test_a_page_of_scaleway_is_not_a_month(settings):
    text = (PLANS / "scaleway/sample/charges-2026-09.json").read_text()
    page = text.replace('"next_page_token": null', '"next_page_token": "abc"')
    (settings.exports_dir / "page-1.json").write_text(page)

    [refusal] = scan(settings, all_sources(settings)).refusals

    assert refusal.reason == (
        "scaleway: page-1.json: next_page_token is 'abc', so this is a page and not "
        "all; expected one file with the charges of all pages"
    )


def test_digitaloceans_taxes_and_days_are_those_of_focus(sampled):
    rows = sampled(
        "digitalocean",
        "select ChargeCategory, ServiceCategory, BilledCost, ConsumedQuantity, "
        "ConsumedUnit, cast(ChargePeriodEnd as varchar) from read_parquet(?) "
        "order by x_SourceRowNumber",
    )

    month_end = "2026-10-01 00:00:00"
    assert rows == [
        ("Usage", "Compute", Decimal("2440.8"), 720, "Hours", month_end),
        ("Usage", "Networking", Decimal("3.11"), 100, "Hours", "2026-09-22 18:14:39"),
        ("Usage", "AI and Machine Learning", Decimal("18.04"), None, None, month_end),
        ("Tax", "Other", Decimal("153.87"), None, None, month_end),
    ]


DIGITALOCEAN = (
    "product,group_description,description,hours,start,end,USD,project_name,category\n"
    "Droplets,,web,1,2026-08-01 00:00:00 +0000,2026-08-31 23:59:59 +0000,{},p,iaas\n"
)


@pytest.mark.parametrize(
    ("written", "billed"), [("-$5.00", "-5"), ('"$1,234,567.50"', "1234567.5")]
)
def test_digitaloceans_amounts_have_a_sign_and_marks_of_thousands(
    settings, convert, written, billed
):
    path = settings.exports_dir / "acme" / "invoice.csv"
    path.parent.mkdir()
    path.write_text(DIGITALOCEAN.format(written))
    [source] = [one for one in all_sources(settings) if one.name == "digitalocean"]

    assert convert(source, "2026-08", "BilledCost") == [(Decimal(billed),)]


def test_a_comma_that_marks_no_thousands_stops_the_month(settings, convert):
    """5,00 would become 500."""
    path = settings.exports_dir / "acme" / "invoice.csv"
    path.parent.mkdir()
    path.write_text(DIGITALOCEAN.format('"$5,00"'))
    [source] = [one for one in all_sources(settings) if one.name == "digitalocean"]

    with pytest.raises(ExportError, match="'5,00' is not a number"):
        convert(source, "2026-08", "BilledCost")


def test_scaleways_money_is_units_and_billionths(sampled):
    rows = sampled(
        "scaleway",
        "select ServiceName, ServiceCategory, BilledCost, InvoiceId, SubAccountName "
        "from read_parquet(?) order by x_SourceRowNumber",
    )

    assert rows == [
        ("Scaleway compute", "Compute", Decimal("65.52"), "inv-1", "research"),
        (
            "Scaleway generative-apis",
            "AI and Machine Learning",
            Decimal("0.412345678"),
            "inv-1",
            "research",
        ),
        ("Scaleway object-storage", "Storage", Decimal("-2.25"), "inv-1", "web"),
    ]


def test_vercels_rows_keep_both_costs_and_have_a_project(sampled):
    rows = sampled(
        "vercel",
        "select BilledCost, EffectiveCost, ListCost, SubAccountId, BillingAccountId, "
        "ConsumedQuantity, PricingUnit from read_parquet(?) order by 1",
    )

    assert rows == [
        (
            Decimal("1.5"),
            Decimal("1.25"),
            Decimal("1.5"),
            "prj_1",
            "acme",
            None,
            "MIUs",
        ),
        (
            Decimal("7.25"),
            Decimal("7.25"),
            Decimal("7.25"),
            "prj_1",
            "acme",
            3100000,
            "USD",
        ),
    ]


def test_only_snowflakes_files_of_focus_become_snowflakes(sampled):
    other = (
        (PLANS / "snowflake/sample/focus-2026-09.csv")
        .read_text()
        .replace("Snowflake", "Acme Cloud")
        .replace(",ORG1,", ",ACME-1,")
    )

    rows = sampled(
        "snowflake",
        "select InvoiceIssuerName, ServiceProviderName, ServiceName, ServiceCategory, "
        "ServiceSubcategory from read_parquet(?) order by all",
        source="focus_export",
        also=[("other/acme.csv", other)],
    )

    assert rows == [
        ("Acme Cloud", None, "Compute", "Analytics", None),
        ("Acme Cloud", None, "Cortex", "Analytics", None),
        ("Snowflake", "Snowflake", "Compute", "Analytics", None),
        (
            "Snowflake",
            "Snowflake",
            "Cortex",
            "AI and Machine Learning",
            "Generative AI",
        ),
    ]


def test_an_answer_without_rows_is_read_and_says_nothing(sampled):
    """RunPod answers so of clusters that nobody had."""
    empty = '{"records": [], "metadata": {"recordCount": 0, "totals": {"a": 0}}}'

    rows = sampled(
        "runpod",
        "select count(*), sum(BilledCost) from read_parquet(?)",
        also=[("acme/clusters-2026-09.json", empty)],
    )

    assert rows == [(5, Decimal("86.064"))]
