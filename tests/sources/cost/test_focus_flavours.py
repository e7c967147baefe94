"""Exporters of FOCUS whose known mistakes their own files prove."""

import gzip
import json
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
