"""Exporters of FOCUS whose known mistakes their own files prove."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.sources.cost.focus_export import SOURCE

PERIOD = "BillingPeriodStart::date::text, BillingPeriodEnd::date::text"
AUGUST = ("2026-08-01", "2026-09-01")
# A row of Google's view: a month of the Pacific that ends on its last day, a category
# in lower case, a service of its own taxonomy, the account as its own sub account.
GOOGLE = {
    "BilledCost": "1.000000000001",
    "EffectiveCost": "1.000000000001",
    "BillingAccountId": "0X0X0X-1A1A1A-2B2B2B",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-08-01 07:00:00 UTC",
    "BillingPeriodEnd": "2026-08-31 07:00:00 UTC",
    "ChargeCategory": "usage",
    "ChargePeriodStart": "2026-08-03 04:00:00 UTC",
    "ChargePeriodEnd": "2026-08-03 05:00:00 UTC",
    "ProviderName": "Google Cloud",
    "ServiceCategory": "GCP > Compute > GPUs",
    "SubAccountId": "0X0X0X-1A1A1A-2B2B2B",
    "Tags": [
        {"key": "team", "value": "search", "x_type": "label"},
        {"key": "team", "value": "platform", "x_type": "project label"},
    ],
    "x_CostType": "regular",
    "x_Project": {"id": "search-prod", "number": "42"},
}
# A row of LiteLLM's export: a month of one day, an estimate as billed cost.
LITELLM = {
    "BilledCost": "0.123456",
    "EffectiveCost": "0.123456",
    "ContractedCost": "0.123456",
    "ListCost": "0.123456",
    "BillingAccountId": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05",
    "BillingAccountType": "API Key",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-08-15T00:00:00Z",
    "BillingPeriodEnd": "2026-08-16T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargePeriodStart": "2026-08-15T00:00:00Z",
    "ChargePeriodEnd": "2026-08-16T00:00:00Z",
    "ConsumedQuantity": "17.000000",
    "ConsumedUnit": "Requests",
    "PricingCurrency": "USD",
    "PricingUnit": "Requests",
    "ProviderName": "openai",
}


def as_csv(row):
    return ",".join(row) + "\n" + ",".join(row.values()) + "\n"


def write_google(put, way):
    """Write the row as BigQuery exports a view."""
    if way == "json lines":
        put("focus.jsonl.gz", gzip.compress(f"{json.dumps(GOOGLE)}\n".encode() * 2))
    elif way == "json":
        put("focus.json", json.dumps([GOOGLE, GOOGLE]))
    else:
        path = put("focus.parquet", b"")
        pq.write_table(pa.Table.from_pylist([GOOGLE, GOOGLE]), path)


@pytest.mark.parametrize("way", ["json lines", "json", "parquet"])
def test_google_s_month_category_service_account_and_tags_are_as_focus_has_them(
    put, convert, way
):
    write_google(put, way)

    rows = convert(
        SOURCE,
        "2026-08",
        f"{PERIOD}, ChargeCategory, ServiceCategory, x_ServiceCategory, SubAccountId, "
        "Tags, BilledCost",
    )

    assert rows == 2 * [
        (
            *AUGUST,
            "Usage",
            "Other",
            "GCP > Compute > GPUs",
            "search-prod",
            '{"team":"search"}',
            Decimal("1.000000000001"),
        )
    ]


def test_a_gateway_s_estimate_is_kept_but_is_no_cost(put, convert):
    put("litellm.csv", as_csv(LITELLM))

    costs = "BilledCost, EffectiveCost, ContractedCost, ListCost, x_SourceCost"
    [row] = convert(SOURCE, "2026-08", f"{costs}, x_GatewayCost, {PERIOD}")

    assert row == (0, 0, 0, 0, 0, Decimal("0.123456"), *AUGUST)


def test_another_provider_s_row_of_the_same_shape_stays_as_it_is(put, convert):
    put("other.csv", as_csv(LITELLM | {"BillingAccountType": "Billing Account"}))

    [row] = convert(SOURCE, "2026-08", "BilledCost, BillingPeriodStart::date::text")

    assert row == (Decimal("0.123456"), "2026-08-15")


def test_a_warehouse_s_spelling_of_columns_is_the_same_column(put, convert):
    row = {
        "BILLED_COST": "2.5",
        "EFFECTIVE_COST": "2.5",
        "BILLING_PERIOD_START": "2026-08-01",
        "CHARGE_PERIOD_START": "2026-08-02",
        "CHARGE_CATEGORY": "Usage",
        "PROVIDER_NAME": "Snowflake",
    }
    put("warehouse.csv", as_csv(row))

    assert convert(SOURCE, "2026-08", "BilledCost, ServiceProviderName") == [
        (Decimal("2.5"), "Snowflake")
    ]


MONTHS = (
    "strftime(BillingPeriodStart, '%m-%d %H:%M') || ' ' || strftime(BillingPeriodEnd"
)
MONTHS += ", '%m-%d %H:%M')"


def charge(start, end):
    return as_csv(
        {
            "BilledCost": "1",
            "BillingCurrency": "USD",
            "BillingPeriodStart": start,
            "BillingPeriodEnd": end,
            "ChargeCategory": "Usage",
            "ChargePeriodStart": start,
            "ChargePeriodEnd": start,
            "ProviderName": "Acme",
        }
    )


@pytest.mark.parametrize(
    ("start", "end", "month"),
    [
        # Beijing is 8 hours ahead, so 31 August 16:00 UTC is 1 September there.
        ("2026-08-31T16:00:00Z", "2026-09-30T15:59:59Z", "09"),
        ("2026-08-31T16:00:00Z", "2026-09-30T16:00:00Z", "09"),
        ("2026-09-01T00:00:00+08:00", "2026-10-01T00:00:00+08:00", "09"),
        # February in Beijing, with the last second named: 27 days and 23:59:59.
        ("2026-01-31T16:00:00Z", "2026-02-28T15:59:59Z", "02"),
        ("2025-12-31T16:00:00Z", "2026-01-31T15:59:59Z", "01"),
        # Mumbai, Tokyo, Berlin in summer, Kiritimati (14 hours ahead).
        ("2026-08-31T18:30:00Z", "2026-09-30T18:30:00Z", "09"),
        ("2026-08-31T15:00:00Z", "2026-09-30T15:00:00Z", "09"),
        ("2026-08-31T22:00:00Z", "2026-09-30T22:00:00Z", "09"),
        ("2026-08-31T10:00:00Z", "2026-09-30T10:00:00Z", "09"),
        # The Pacific in the month in which clocks go back, and Honolulu.
        ("2026-11-01T07:00:00Z", "2026-12-01T08:00:00Z", "11"),
        ("2026-09-01T10:00:00Z", "2026-10-01T10:00:00Z", "09"),
        # UTC, with an end that is the last day or its last second.
        ("2026-09-01T00:00:00Z", "2026-09-30T23:59:59Z", "09"),
        ("2026-09-01", "2026-09-30", "09"),
        ("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z", "09"),
    ],
)
def test_a_month_that_begins_at_the_vendor_s_midnight_is_that_month(
    start, end, month, put, convert
):
    put("focus.csv", charge(start, end))
    following = f"{int(month) + 1:02}"

    rows = convert(SOURCE, f"2026-{month}", f"{MONTHS}, ChargePeriodStart::varchar")

    [(period, charged)] = rows
    assert period == f"{month}-01 00:00 {following}-01 00:00"
    # The charge keeps its moment.
    moment = datetime.fromisoformat(start)
    moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    assert charged == f"{moment:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        # From the 15th, a week, a day, a quarter, a year: no month, so they stay.
        ("2026-08-15", "2026-09-15", "08-15 00:00 09-15 00:00"),
        ("2026-08-31T16:00Z", "2026-09-07T16:00Z", "08-31 16:00 09-07 16:00"),
        ("2026-08-31T16:00Z", "2026-09-01T16:00Z", "08-31 16:00 09-01 16:00"),
        ("2026-07-01", "2026-10-01", "07-01 00:00 10-01 00:00"),
        ("2026-01-01", "2027-01-01", "01-01 00:00 01-01 00:00"),
        # 15 hours before midnight is nobody's midnight.
        ("2026-08-31T09:00Z", "2026-09-30T09:00Z", "08-31 09:00 09-30 09:00"),
    ],
)
def test_a_period_that_is_no_month_stays_as_it_is(start, end, kept, put, convert):
    put("focus.csv", charge(start, end))

    assert convert(SOURCE, start[:7], MONTHS) == [(kept,)]


def test_what_the_vendor_said_of_its_month_stands_beside(put, convert):
    put("focus.csv", charge("2026-08-31T16:00:00Z", "2026-09-30T15:59:59Z"))

    rows = convert(
        SOURCE, "2026-09", "x_BillingPeriodStart::text, x_BillingPeriodEnd::text"
    )

    assert rows == [("2026-08-31 16:00:00", "2026-09-30 15:59:59")]


def test_an_end_that_the_vendor_does_not_say_stays_unknown(put, convert):
    put("focus.csv", charge("2026-08-31T16:00:00Z", ""))

    rows = convert(SOURCE, "2026-09", "BillingPeriodStart::text, BillingPeriodEnd")

    assert rows == [("2026-09-01 00:00:00", None)]
