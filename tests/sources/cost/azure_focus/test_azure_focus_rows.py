"""FOCUS 1.0 to 1.2 as Azure writes it, lifted to 1.4: what stays and what is closed."""

import json
from decimal import Decimal

import duckdb
import pytest

from pipelines.focus.conformance import evaluate

OPENAI = {
    "ResourceId": (
        "/subscriptions/S-1/resourceGroups/RG/providers/"
        "Microsoft.CognitiveServices/accounts/Chat"
    ),
    "x_SkuMeterCategory": "Foundry Models",
    "x_SkuMeterSubcategory": "Azure OpenAI",
    "x_SkuMeterName": "gpt 4o 1120 cached Inp glbl Tokens",
    "x_PricingUnitDescription": "1K",
    "x_PricingBlockSize": "1000",
    "PricingQuantity": "2500",
    "PricingUnit": "Units",
    "ContractedUnitPrice": "0.00125",
    "ContractedCost": "3.125",
    "ListUnitPrice": "0.00125",
    "ListCost": "3.125",
    "BilledCost": "3.125",
    "EffectiveCost": "3.125",
}


def test_what_is_right_stays(azure, converted):
    (charge,) = converted(azure.row())

    assert charge.BilledCost == charge.EffectiveCost == Decimal("2.4")
    assert charge.x_SourceCost == Decimal("2.4")
    assert (charge.ListCost, charge.ListUnitPrice) == (Decimal("2.64"), Decimal("0.11"))
    assert (charge.PricingQuantity, charge.PricingUnit) == (24, "Hours")
    assert str(charge.ChargePeriodStart) == "2026-08-15 00:00:00"
    assert charge.ServiceProviderName == charge.HostProviderName == "Microsoft"
    assert (charge.SkuMeter, charge.PricingCurrency) == ("D2 v3", "USD")
    assert charge.ServiceSubcategory == "Virtual Machines"


@pytest.mark.parametrize("clock", ["T00:00Z", "T00:00:00Z", " 00:00:00"])
def test_times_of_every_version_are_read(azure, converted, clock):
    (charge,) = converted(
        azure.row(
            BillingPeriodStart=f"2026-08-01{clock}",
            ChargePeriodStart=f"2026-08-15{clock}",
        )
    )

    assert str(charge.ChargePeriodStart) == "2026-08-15 00:00:00"


@pytest.mark.parametrize(
    "end", ["2026-09-01T00:00Z", "2026-08-31T00:00:00Z", "2026-08-31T23:59:59Z"]
)
def test_a_month_ends_where_the_next_one_begins(azure, converted, end):
    (charge,) = converted(azure.row(BillingPeriodEnd=end))

    assert str(charge.BillingPeriodEnd) == "2026-09-01 00:00:00"


def test_ids_are_in_lower_case(azure, converted):
    (charge,) = converted(azure.row(CommitmentDiscountId=azure.ORDER))

    assert charge.ResourceId.endswith("/microsoft.compute/virtualmachines/vm-1")
    assert charge.ResourceName == "vm-1"
    assert charge.CommitmentDiscountId == azure.ORDER.lower()
    assert charge.SubAccountId == "s-1"


def test_costs_of_zero_beside_a_cost_are_not_known(azure, converted):
    (charge,) = converted(
        azure.row(
            ContractedCost="0", ContractedUnitPrice="0", ListCost="0", ListUnitPrice="0"
        )
    )

    assert charge.ContractedCost == charge.ListCost == Decimal("2.4")
    assert (charge.ContractedUnitPrice, charge.ListUnitPrice) == (None, None)


def test_a_price_that_does_not_make_the_cost_is_not_known(azure, converted):
    (charge,) = converted(azure.row(ContractedUnitPrice="7"))

    assert (charge.ContractedUnitPrice, charge.ContractedCost) == (None, Decimal("2.4"))


def test_a_price_in_the_pricing_currency_is_exchanged(azure, converted):
    (charge,) = converted(
        azure.row(
            BillingCurrency="EUR",
            x_BillingExchangeRate="0.5",
            ContractedUnitPrice="0.2",
        )
    )

    assert charge.ContractedUnitPrice == Decimal("0.1")
    assert charge.PricingCurrencyContractedUnitPrice == Decimal("0.2")
    assert charge.PricingCurrencyEffectiveCost == Decimal("4.8")
    assert charge.PricingCurrency == "USD"


def test_the_purchase_of_a_commitment_is_effective_where_it_is_used(azure, converted):
    (charge,) = converted(azure.purchase(EffectiveCost="2.4"))

    assert (charge.BilledCost, charge.EffectiveCost) == (Decimal("2.4"), 0)
    assert (charge.PricingCategory, charge.CommitmentDiscountStatus) == (
        "Standard",
        None,
    )


@pytest.mark.parametrize(
    ("commitment", "frequency"), [("ORDER", "Recurring"), (None, "One-Time")]
)
def test_a_purchase_is_never_usage_based(azure, converted, commitment, frequency):
    identity = getattr(azure, commitment) if commitment else ""
    (charge,) = converted(
        azure.purchase(ChargeFrequency="Usage-Based", CommitmentDiscountId=identity)
    )

    assert charge.ChargeFrequency == frequency


def test_usage_under_a_commitment_is_committed(azure, converted):
    (charge,) = converted(
        azure.row(
            CommitmentDiscountId=azure.PLAN, BilledCost="0", PricingCategory="Standard"
        )
    )

    assert (charge.PricingCategory, charge.CommitmentDiscountStatus) == (
        "Committed",
        "Used",
    )
    assert (charge.CommitmentDiscountCategory, charge.CommitmentDiscountType) == (
        "Spend",
        "Savings Plan",
    )
    assert (charge.CommitmentDiscountQuantity, charge.CommitmentDiscountUnit) == (
        Decimal("2.4"),
        "USD",
    )


def test_a_reservation_counts_normalized_hours(azure, converted):
    (charge,) = converted(
        azure.row(
            CommitmentDiscountId=azure.ORDER,
            BilledCost="0",
            x_SkuDetails='{"RINormalizationRatio":2.0}',
        )
    )

    assert (charge.CommitmentDiscountQuantity, charge.CommitmentDiscountUnit) == (
        48,
        "Normalized Hours",
    )


def test_what_nobody_used_is_not_consumed(azure, converted):
    (charge,) = converted(
        azure.row(
            CommitmentDiscountId=azure.ORDER,
            CommitmentDiscountStatus="Unused",
            BilledCost="0",
            SkuId="",
            SkuPriceId="",
        )
    )

    assert (charge.ConsumedQuantity, charge.ConsumedUnit) == (None, None)
    assert (charge.SkuId, charge.SkuPriceId) == ("meter-1", None)


@pytest.mark.parametrize(
    ("changes", "service"),
    [
        (
            {"PublisherName": "Palegrove Labs", "x_PublisherCategory": "Vendor"},
            "Palegrove Labs",
        ),
        ({"x_ResourceType": "microsoft.sql/servers"}, "Azure SQL"),
        ({"x_ResourceType": "microsoft.unknown/things"}, "Dv3 Series"),
        (
            {"x_ResourceType": "microsoft.unknown/x", "x_SkuMeterSubcategory": ""},
            "Virtual Machines",
        ),
    ],
)
def test_an_empty_service_name_is_taken_from_what_is_there(
    azure, converted, changes, service
):
    (charge,) = converted(azure.row(ServiceName="", **changes))

    assert charge.ServiceName == service


def test_a_vendor_of_the_marketplace_is_the_provider(azure, converted):
    (charge,) = converted(
        azure.row(PublisherName="Palegrove Labs", x_PublisherCategory="Vendor")
    )

    assert charge.ServiceProviderName == charge.x_PublisherName == "Palegrove Labs"
    assert charge.HostProviderName is None


def test_no_provider_is_microsoft(azure, converted):
    (charge,) = converted(azure.row(ProviderName="", PublisherName=""))

    assert charge.ServiceProviderName == charge.HostProviderName == "Microsoft"


@pytest.mark.parametrize(
    ("term", "months"), [("36", "36"), ("1Year", "12"), ("3 Years", "36"), ("", None)]
)
def test_terms_are_months(azure, converted, term, months):
    (charge,) = converted(azure.row(x_SkuTerm=term))

    assert charge.x_SkuTerm == months


def test_a_subcategory_of_another_category_is_replaced(azure, converted):
    (charge,) = converted(azure.row() | {"ServiceSubcategory": "Object Storage"})

    assert charge.ServiceSubcategory == "Virtual Machines"


def test_tax_has_no_price_and_no_sku(azure, converted):
    (charge,) = converted(azure.row(ChargeCategory="Tax"))

    nothing = (
        charge.SkuId,
        charge.SkuMeter,
        charge.PricingQuantity,
        charge.PricingUnit,
        charge.PricingCategory,
        charge.ListUnitPrice,
        charge.ConsumedQuantity,
    )
    assert nothing == (None,) * 7


def test_a_machine_names_its_size(azure, converted):
    details = '{"ServiceType":"Standard_NC24ads_A100_v4","VCPUs":24}'
    (charge,) = converted(azure.row(x_SkuDetails=details))

    assert json.loads(charge.SkuPriceDetails) == {
        "InstanceType": "Standard_NC24ads_A100_v4",
        "GpuCount": 1,
        "CoreCount": 24,
    }


def test_tokens_have_the_shape_that_all_vendors_share(azure, converted):
    (charge,) = converted(azure.row(**OPENAI))

    assert (charge.ConsumedQuantity, charge.ConsumedUnit) == (2_500_000, "Tokens")
    assert (charge.PricingQuantity, charge.PricingUnit) == (
        Decimal("2.5"),
        "1000000 Tokens",
    )
    assert charge.ListUnitPrice == charge.ContractedUnitPrice == Decimal("1.25")
    assert charge.SkuMeter == "Cache Read Input Tokens"
    assert charge.x_UsageType == "gpt 4o 1120 cached Inp glbl Tokens"
    assert (charge.ServiceName, charge.ServiceSubcategory) == (
        "Azure OpenAI",
        "Generative AI",
    )
    assert json.loads(charge.SkuPriceDetails)["x_ModelId"] == "gpt-4o-1120"
    assert charge.x_ProcessingTier == "standard"


def test_new_names_of_columns_are_read_too(azure, converted):
    row = azure.row() | {
        "InvoiceId": "G1",
        "SkuMeter": "D3 v3",
        "PricingCurrency": "EUR",
        "SkuPriceDetails": "",
    }
    (charge,) = converted(row)

    assert (charge.InvoiceId, charge.SkuMeter, charge.PricingCurrency) == (
        "G1",
        "D3 v3",
        "EUR",
    )


def test_repaired_rows_break_no_rule(azure, exports, partition):
    azure.csv(
        exports / "focus.csv",
        [
            azure.row(ContractedCost="0", ListCost="0"),
            azure.row(**OPENAI),
            azure.row(CommitmentDiscountId=azure.PLAN, BilledCost="0"),
            azure.purchase(EffectiveCost="2.4", ChargeFrequency="Usage-Based"),
            azure.row(ServiceName="", ProviderName=""),
            azure.row(ChargeCategory="Tax"),
        ],
    )
    path = partition(exports).files[0]
    with duckdb.connect() as db:
        db.execute(f"create view charges as from '{path}'")
        assert [j.rule.id for j in evaluate(db, "charges") if j.failing] == []
