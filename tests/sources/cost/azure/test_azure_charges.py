"""What each charge type and pricing model becomes, on rows small enough for a head."""

import json
from decimal import Decimal

import pytest


def test_usage_on_demand(azure, converted):
    (charge,) = converted(azure.row())

    assert (charge.BilledCost, charge.EffectiveCost) == (Decimal("2.4"),) * 2
    assert (charge.ContractedCost, charge.ListCost) == (Decimal("2.4"), Decimal("2.64"))
    assert (charge.ContractedUnitPrice, charge.ListUnitPrice) == (
        Decimal("0.1"),
        Decimal("0.11"),
    )
    assert (charge.PricingQuantity, charge.PricingUnit) == (24, "Hours")
    assert (charge.ConsumedQuantity, charge.ConsumedUnit) == (24, "Hours")
    assert (charge.ChargeCategory, charge.PricingCategory) == ("Usage", "Standard")
    assert charge.ChargeFrequency == "Usage-Based"
    assert (charge.SkuId, charge.SkuPriceId) == ("meter-1", "PART-1")


def test_places_and_people_of_a_row(azure, converted):
    (charge,) = converted(azure.row())

    assert (charge.BillingAccountId, charge.BillingAccountType) == (
        "100",
        "Billing Account",
    )
    assert (charge.SubAccountId, charge.SubAccountType) == ("s-1", "Subscription")
    assert charge.ResourceId == (
        "/subscriptions/s-1/resourcegroups/rg/providers/microsoft.compute/"
        "virtualmachines/vm-1"
    )
    assert (charge.ResourceName, charge.ResourceType) == ("vm-1", "Virtual machine")
    assert (charge.ServiceName, charge.ServiceCategory, charge.ServiceSubcategory) == (
        "Virtual Machines",
        "Compute",
        "Virtual Machines",
    )
    assert (charge.RegionId, charge.RegionName) == ("eastus2", "East US 2")
    assert charge.ServiceProviderName == charge.HostProviderName == "Microsoft"
    assert charge.InvoiceIssuerName == "Microsoft"


def test_the_last_day_is_in_the_period(azure, converted):
    (charge,) = converted(azure.row())

    assert str(charge.BillingPeriodStart) == "2026-08-01 00:00:00"
    assert str(charge.BillingPeriodEnd) == "2026-09-01 00:00:00"
    assert str(charge.ChargePeriodStart) == "2026-08-15 00:00:00"
    assert str(charge.ChargePeriodEnd) == "2026-08-16 00:00:00"


def test_spot_is_dynamic(azure, converted):
    (charge,) = converted(azure.row(PricingModel="Spot"))

    assert charge.PricingCategory == "Dynamic"


def test_the_two_books_are_one_bill(azure, exports, ledger, total):
    plain = azure.row()
    azure.csv(
        exports / "actual.csv",
        [azure.bought(), azure.reserved(CostInBillingCurrency="0"), plain],
    )
    azure.csv(
        exports / "amortized.csv",
        [
            azure.reserved(),
            azure.reserved(ChargeType="UnusedReservation", CostInBillingCurrency="36"),
            plain,
        ],
    )

    charges = ledger(exports)

    # 37.20 were paid: 1.20 of it was used, 36 were not; and 2.40 came on top.
    assert len(charges) == 4
    assert total(charges, "BilledCost") == Decimal("39.6")
    assert total(charges, "x_SourceCost") == Decimal("39.6")
    assert total(charges, "EffectiveCost") == Decimal("39.6")
    purchase, used, unused = (
        next(c for c in charges if c.x_LineItemType == kind and c.CommitmentDiscountId)
        for kind in ("Purchase", "Usage", "UnusedReservation")
    )
    assert (purchase.BilledCost, purchase.EffectiveCost) == (Decimal("37.2"), 0)
    assert (used.BilledCost, used.EffectiveCost) == (0, Decimal("1.2"))
    assert (unused.BilledCost, unused.EffectiveCost) == (0, 36)
    assert (purchase.CommitmentDiscountStatus, purchase.PricingCategory) == (
        None,
        "Standard",
    )
    assert (used.CommitmentDiscountStatus, used.PricingCategory) == (
        "Used",
        "Committed",
    )
    assert (unused.CommitmentDiscountStatus, unused.ChargeCategory) == (
        "Unused",
        "Usage",
    )
    assert unused.ConsumedQuantity is None


def test_a_reservation_is_named(azure, converted):
    info = '{"RINormalizationRatio":2.0,"ServiceType":"Standard_DS2_v2","VCPUs":2}'
    (charge,) = converted(azure.reserved(AdditionalInfo=info))

    assert charge.CommitmentDiscountId == azure.ORDER.lower()
    assert charge.CommitmentDiscountName == "one-year"
    assert (charge.CommitmentDiscountCategory, charge.CommitmentDiscountType) == (
        "Usage",
        "Reservation",
    )
    assert (charge.CommitmentDiscountQuantity, charge.CommitmentDiscountUnit) == (
        48,
        "Normalized Hours",
    )


def test_a_savings_plan_is_spent(azure, converted):
    (charge,) = converted(
        azure.reserved(PricingModel="SavingsPlan") | {"benefitId": azure.PLAN}
    )

    assert (charge.CommitmentDiscountCategory, charge.CommitmentDiscountType) == (
        "Spend",
        "Savings Plan",
    )
    assert (charge.CommitmentDiscountQuantity, charge.CommitmentDiscountUnit) == (
        Decimal("1.2"),
        "USD",
    )


def test_actual_costs_alone_are_effective_as_billed(azure, converted, total):
    charges = converted(azure.bought(), azure.reserved(CostInBillingCurrency="0"))

    assert total(charges, "BilledCost") == Decimal("37.2")
    assert total(charges, "EffectiveCost") == Decimal("37.2")


def test_amortized_costs_alone_bill_nothing_for_what_is_covered(
    azure, converted, total
):
    charges = converted(azure.reserved(), azure.row())

    assert total(charges, "BilledCost") == Decimal("2.4")
    assert total(charges, "EffectiveCost") == Decimal("3.6")


def test_a_refund_corrects_a_purchase(azure, exports, ledger):
    azure.csv(exports / "amortized.csv", [azure.reserved()])
    refund = azure.bought(
        ChargeType="Refund", Frequency="OneTime", CostInBillingCurrency="-10"
    )
    azure.csv(exports / "actual.csv", [azure.bought(), refund])

    (charge,) = (c for c in ledger(exports) if c.x_LineItemType == "Refund")

    assert (charge.ChargeCategory, charge.ChargeClass) == ("Purchase", "Correction")
    assert (charge.BilledCost, charge.EffectiveCost) == (-10, 0)
    assert charge.ContractedUnitPrice is None


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("Tax", "Tax"),
        ("Credit", "Credit"),
        ("RoundingAdjustment", "Adjustment"),
        ("Adjustment", "Adjustment"),
        ("SomethingNew", "Adjustment"),
    ],
)
def test_what_is_neither_usage_nor_purchase_has_no_price(
    azure, converted, kind, category
):
    (charge,) = converted(azure.row(kind, CostInBillingCurrency="0.01"))

    assert (charge.ChargeCategory, charge.x_LineItemType) == (category, kind)
    assert charge.BilledCost == charge.EffectiveCost == Decimal("0.01")
    assert charge.ListCost == charge.ContractedCost == Decimal("0.01")
    nothing = (
        charge.SkuId,
        charge.PricingQuantity,
        charge.PricingUnit,
        charge.PricingCategory,
        charge.ListUnitPrice,
        charge.ContractedUnitPrice,
        charge.ConsumedQuantity,
    )
    assert nothing == (None,) * 7


def test_a_marketplace_row_is_sold_by_its_publisher(azure, converted):
    (charge,) = converted(
        azure.row(
            "Purchase",
            PublisherType="Marketplace",
            PublisherName="Palegrove Labs",
            Frequency="UsageBased",
        )
    )

    assert charge.ServiceProviderName == charge.ServiceName == "Palegrove Labs"
    assert charge.HostProviderName is None
    assert charge.InvoiceIssuerName == "Microsoft"
    # A purchase is never usage-based in FOCUS, whatever the export says.
    assert charge.ChargeFrequency == "One-Time"


def test_a_partner_issues_its_own_invoice(azure, converted):
    (charge,) = converted(azure.row() | {"partnerName": "Northwind Cloud"})

    assert charge.InvoiceIssuerName == "Northwind Cloud"


@pytest.mark.parametrize(
    ("unit", "given", "expected"),
    [
        ("10K", "0.0004", "10000 Units: 4 Units"),
        ("100 GB", "1.5", "100 GB: 150 GB"),
        ("1M", "0.002", "1000000 Units: 2000 Units"),
        ("1 GB/Month", "24.8", "GB-Months: 24.8 GB-Months"),
        ("1/Month", "0.5", "Unit-Months: 0.5 Unit-Months"),
    ],
)
def test_quantities_count_price_blocks(azure, converted, unit, given, expected):
    cost = str(Decimal(given) * Decimal("0.1"))
    (charge,) = converted(
        azure.row(UnitOfMeasure=unit, Quantity=given, CostInBillingCurrency=cost)
    )

    consumed = f"{charge.ConsumedQuantity.normalize():f} {charge.ConsumedUnit}"
    assert charge.PricingQuantity == Decimal(given)
    assert f"{charge.PricingUnit}: {consumed}" == expected
    assert charge.ContractedCost == charge.BilledCost


def test_a_quantity_of_single_units_is_told_by_the_price(azure, converted):
    (charge,) = converted(
        azure.row(UnitOfMeasure="10K", Quantity="40000", CostInBillingCurrency="0.4")
    )

    assert (charge.PricingQuantity, charge.ConsumedQuantity) == (4, 40_000)
    assert charge.ContractedCost == Decimal("0.4")


def test_a_price_of_zero_beside_a_cost_is_not_known(azure, converted):
    (charge,) = converted(azure.row(UnitPrice="0", PayGPrice="0"))

    assert (charge.ContractedUnitPrice, charge.ListUnitPrice) == (None, None)
    assert charge.ContractedCost == charge.ListCost == Decimal("2.4")


def test_what_is_free_has_a_price_of_zero(azure, converted):
    (charge,) = converted(
        azure.row(UnitPrice="0", PayGPrice="0", CostInBillingCurrency="0")
    )

    assert (charge.ContractedUnitPrice, charge.ListUnitPrice) == (0, 0)


def test_a_customer_agreement_is_priced_in_another_currency(azure, exports, ledger):
    row = azure.row() | {
        "invoiceId": "G1",
        "billingProfileId": "P-1",
        "billingProfileName": "Europe",
        "ProductId": "PRODUCT-1",
        "pricingCurrency": "USD",
        "costInPricingCurrency": "2.4",
        "exchangeRatePricingToBilling": "0.9",
        "CostInBillingCurrency": "2.16",
        "BillingCurrencyCode": "EUR",
        "PartNumber": "",
    }
    azure.csv(exports / "mca.csv", [row])

    (charge,) = ledger(exports)

    assert (charge.BillingAccountId, charge.BillingAccountType) == (
        "P-1",
        "Billing Profile",
    )
    assert (charge.InvoiceId, charge.SkuId) == ("G1", "PRODUCT-1")
    assert (charge.BillingCurrency, charge.PricingCurrency) == ("EUR", "USD")
    assert charge.BilledCost == charge.ContractedCost == Decimal("2.16")
    assert charge.PricingCurrencyEffectiveCost == Decimal("2.4")
    assert charge.ContractedUnitPrice == Decimal("0.09")
    assert charge.PricingCurrencyContractedUnitPrice == Decimal("0.1")
    assert charge.ListCost == Decimal("2.376")


def test_an_old_pay_as_you_go_export_is_usage(azure, exports, ledger):
    row = {
        "SubscriptionGuid": "S-9",
        "UsageDateTime": "2026-08-15",
        "MeterCategory": "Virtual Machines",
        "MeterId": "m",
        "MeterName": "D2",
        "UsageQuantity": "2",
        "ResourceRate": "0.5",
        "PreTaxCost": "1",
        "ConsumedService": "Microsoft.Compute",
        "InstanceId": "/subscriptions/S-9/providers/Microsoft.Compute/disks/D",
        "Tags": '{"env": "dev"}',
        "Currency": "USD",
        "UnitOfMeasure": "1 Hour",
    }
    azure.csv(exports / "old.csv", [row])

    (charge,) = ledger(exports)

    assert (charge.ChargeCategory, charge.PricingCategory) == ("Usage", "Standard")
    assert (charge.BillingAccountId, charge.BillingAccountType) == (
        "s-9",
        "Subscription",
    )
    assert str(charge.BillingPeriodEnd) == "2026-09-01 00:00:00"
    assert (charge.BilledCost, charge.ContractedUnitPrice) == (1, Decimal("0.5"))
    assert json.loads(charge.Tags) == {"env": "dev"}


def test_a_capacity_reservation_is_used_or_not(azure, converted):
    info = '{"VMCapacityReservationId":"cap-1"}'
    group = "/subscriptions/S-1/providers/Microsoft.Compute/capacityReservationGroups/g"
    used, unused = converted(
        azure.row(AdditionalInfo=info),
        azure.row(AdditionalInfo=info, ResourceId=group),
    )

    assert (used.CapacityReservationId, used.CapacityReservationStatus) == (
        "cap-1",
        "Used",
    )
    assert unused.CapacityReservationStatus == "Unused"


def test_a_gpu_machine_names_its_size(azure, converted):
    info = '{"ServiceType":"Standard_ND96isr_H100_v5","VCPUs":96,"VMName":"x"}'
    (charge,) = converted(azure.row(AdditionalInfo=info))

    assert json.loads(charge.SkuPriceDetails) == {
        "InstanceType": "Standard_ND96isr_H100_v5",
        "GpuCount": 8,
        "CoreCount": 96,
    }
    assert charge.x_AdditionalInfo == info
