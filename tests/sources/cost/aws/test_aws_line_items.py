"""What each line item type costs, in hand-computed rows."""

import json
from decimal import Decimal

import pytest

RI = "arn:aws:ec2:us-east-1:42:reserved-instances/r1"
PLAN = "arn:aws:savingsplans::42:savingsplan/p1"


def costs(charge):
    return (
        charge.BilledCost,
        charge.EffectiveCost,
        charge.ListCost,
        charge.ContractedCost,
        charge.x_SourceCost,
    )


def test_usage_costs_its_unblended_amount_and_lists_the_on_demand_price(cur, converted):
    (charge,) = converted(cur.row())

    assert costs(charge) == (3, 3, 4, 3, 3)
    assert (charge.ChargeCategory, charge.ChargeFrequency) == ("Usage", "Usage-Based")
    assert charge.PricingCategory == "Standard"
    assert (charge.ConsumedQuantity, charge.ConsumedUnit) == (2, "Hours")
    assert (charge.ListUnitPrice, charge.ContractedUnitPrice) == (2, Decimal("1.5"))
    assert charge.CommitmentDiscountStatus is None


def test_parts_of_a_unit_are_kept(cur, converted):
    (charge,) = converted(cur.row(line_item_usage_amount="0.286388"))

    assert charge.ConsumedQuantity == charge.PricingQuantity == Decimal("0.286388")


def test_list_cost_is_what_was_charged_where_no_public_price_is_known(cur, converted):
    (charge,) = converted(cur.row(pricing_public_on_demand_cost="0"))

    assert charge.ListCost == 3


def test_reserved_usage_is_billed_nothing_and_costs_its_share_of_the_reservation(
    cur, converted
):
    (charge,) = converted(
        cur.row(
            "DiscountedUsage",
            line_item_unblended_cost="0",
            line_item_unblended_rate="0",
            reservation_reservation_a_r_n=RI,
            reservation_effective_cost="1.25",
        )
    )

    assert costs(charge) == (0, Decimal("1.25"), 4, 4, 0)
    assert charge.PricingCategory == "Committed"
    assert charge.CommitmentDiscountId == RI
    assert charge.CommitmentDiscountStatus == "Used"
    assert charge.CommitmentDiscountCategory == "Usage"
    assert (charge.CommitmentDiscountQuantity, charge.CommitmentDiscountUnit) == (
        2,
        "Hours",
    )


def test_old_reports_without_the_effective_cost_add_up_its_two_parts(cur, converted):
    (charge,) = converted(
        cur.row(
            "DiscountedUsage",
            line_item_unblended_cost="0",
            reservation_amortized_upfront_cost_for_usage="0.5",
            reservation_recurring_fee_for_usage="0.25",
        )
    )

    assert charge.EffectiveCost == Decimal("0.75")


def test_a_reservation_fee_becomes_a_purchase_and_its_unused_part(cur, converted):
    fee, unused = converted(
        cur.row(
            "RIFee",
            line_item_unblended_cost="100",
            line_item_usage_amount="744",
            line_item_usage_end_date="2026-08-31T23:59:59.000Z",
            line_item_usage_type="HeavyUsage:m5.large",
            pricing_unit="",
            reservation_reservation_a_r_n=RI,
            reservation_unused_recurring_fee="7",
            reservation_unused_amortized_upfront_fee_for_billing_period="2",
            reservation_unused_quantity="52",
            reservation_total_reserved_units="744",
        )
    )

    assert costs(fee) == (100, 0, 100, 100, 100)
    assert (fee.ChargeCategory, fee.ChargeFrequency) == ("Purchase", "Recurring")
    assert fee.CommitmentDiscountStatus is None
    assert (fee.PricingQuantity, fee.PricingUnit) == (744, "Hours")
    assert fee.ChargePeriodEnd.isoformat() == "2026-09-01T00:00:00"
    assert costs(unused) == (0, 9, 0, 0, 0)
    assert (unused.ChargeCategory, unused.CommitmentDiscountStatus) == (
        "Usage",
        "Unused",
    )
    assert (unused.PricingQuantity, unused.ConsumedQuantity) == (52, None)
    assert (fee.x_SourceRowNumber, unused.x_SourceRowNumber) == (1, 1)
    assert (fee.x_SourceRowPart, unused.x_SourceRowPart) == (1, 2)


def test_a_fully_used_fee_stays_one_row(cur, converted):
    rows = converted(
        cur.row(
            "RIFee",
            reservation_reservation_a_r_n=RI,
            reservation_unused_recurring_fee="0",
        )
    )

    assert [charge.x_SourceRowPart for charge in rows] == [1]


@pytest.mark.parametrize(
    ("commitment", "kind"),
    [
        ({"reservation_reservation_a_r_n": RI}, "reservation"),
        ({"savings_plan_savings_plan_a_r_n": PLAN}, "savings_plan"),
    ],
)
def test_a_commitment_s_term_is_half_open(commitment, kind, cur, converted):
    term = {
        f"{kind}_start_time": "2026-02-10T00:00:00.000Z",
        f"{kind}_end_time": "2027-02-09T23:59:59.000Z",
    }
    covered, other = converted(
        cur.row("Fee", **commitment, **term), cur.row("Usage", **term)
    )

    assert covered.x_CommitmentStart.isoformat() == "2026-02-10T00:00:00"
    assert covered.x_CommitmentEnd.isoformat() == "2027-02-10T00:00:00"
    assert (other.x_CommitmentStart, other.x_CommitmentEnd) == (None, None)


def test_over_a_savings_plan_the_effective_cost_equals_what_is_billed(
    cur, converted, total
):
    plan = {"savings_plan_savings_plan_a_r_n": PLAN}
    covered, cancelled, fee, unused = rows = converted(
        cur.row(
            "SavingsPlanCoveredUsage",
            savings_plan_savings_plan_effective_cost="2.1",
            **plan,
        ),
        cur.row("SavingsPlanNegation", line_item_unblended_cost="-3", **plan),
        cur.row(
            "SavingsPlanRecurringFee",
            line_item_unblended_cost="5",
            savings_plan_total_commitment_to_date="5",
            savings_plan_used_commitment="2.1",
            **plan,
        ),
    )

    assert costs(covered) == (0, Decimal("2.1"), 4, 3, 3)
    assert costs(cancelled) == (0, 0, 0, 0, -3)
    assert cancelled.ChargeCategory == "Adjustment"
    assert costs(fee) == (5, 0, 5, 5, 5)
    assert costs(unused) == (0, Decimal("2.9"), 0, 0, 0)
    assert unused.CommitmentDiscountQuantity == Decimal("2.9")
    assert unused.CommitmentDiscountUnit == "USD"
    assert total(rows, "EffectiveCost") == total(rows, "BilledCost") == 5
    assert total(rows, "x_SourceCost") == total(rows, "BilledCost")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("SavingsPlanUpfrontFee", ("Purchase", "One-Time", 3, 0)),
        ("Fee", ("Purchase", "One-Time", 3, 3)),
        ("FlatRateSubscription", ("Purchase", "Recurring", 3, 3)),
        ("Credit", ("Credit", "One-Time", 3, 3)),
        ("Tax", ("Tax", "One-Time", 3, 3)),
        ("SomethingNew", ("Adjustment", "One-Time", 3, 3)),
    ],
)
def test_other_types_are_billed_and_effective_as_their_kind_says(
    cur, converted, kind, expected
):
    (charge,) = converted(cur.row(kind))

    assert expected == (
        charge.ChargeCategory,
        charge.ChargeFrequency,
        charge.BilledCost,
        charge.EffectiveCost,
    )
    assert charge.ListCost == charge.ContractedCost == 3
    assert charge.ConsumedQuantity is None


def test_an_upfront_fee_of_a_reservation_is_effective_where_it_is_used(cur, converted):
    (charge,) = converted(cur.row("Fee", reservation_reservation_a_r_n=RI))

    assert (charge.BilledCost, charge.EffectiveCost) == (3, 0)


def test_tax_has_no_pricing_category_and_no_quantity(cur, converted):
    (charge,) = converted(cur.row("Tax", line_item_tax_type="VAT"))

    assert charge.PricingCategory is None
    assert charge.PricingQuantity is None


@pytest.mark.parametrize(
    "kind",
    [
        "BundledDiscount",
        "Discount",
        "EdpDiscount",
        "PrivateRateDiscount",
        "RiVolumeDiscount",
        "SppDiscount",
    ],
)
def test_a_discount_lowers_the_bill_but_not_the_list_price(cur, converted, kind):
    (charge,) = converted(cur.row(kind, line_item_unblended_cost="-1"))

    assert costs(charge) == (-1, -1, 0, -1, -1)
    assert charge.ChargeCategory == "Usage"
    assert charge.ConsumedQuantity is None


@pytest.mark.parametrize(
    ("changes", "category", "effective"),
    [
        ({}, "Usage", -3),
        ({"line_item_tax_type": "VAT"}, "Tax", -3),
        ({"reservation_reservation_a_r_n": RI}, "Purchase", -3),
        (
            {
                "line_item_product_code": "ComputeSavingsPlans",
                "line_item_usage_type": "ComputeSP:1yrAllUpfront",
            },
            "Purchase",
            0,
        ),
        (
            {
                "line_item_product_code": "ComputeSavingsPlans",
                "line_item_usage_type": "ComputeSP:1yrNoUpfront",
            },
            "Purchase",
            -3,
        ),
    ],
)
def test_a_refund_is_a_correction_of_what_it_gives_back(
    cur, converted, changes, category, effective
):
    (charge,) = converted(cur.row("Refund", line_item_unblended_cost="-3", **changes))

    assert (charge.ChargeCategory, charge.ChargeClass) == (category, "Correction")
    assert (charge.BilledCost, charge.EffectiveCost) == (-3, effective)


def test_net_costs_take_the_place_of_unblended_ones_where_they_are_known(
    cur, converted
):
    rows = converted(
        cur.row(line_item_net_unblended_cost="2.7"),
        cur.row(line_item_net_unblended_cost=""),
        aws={"cost_basis": "net_unblended"},
    )

    assert [charge.BilledCost for charge in rows] == [Decimal("2.7"), 3]
    assert [charge.x_SourceCost for charge in rows] == [Decimal("2.7"), 3]


def test_net_costs_are_left_alone_unless_they_are_chosen(cur, converted):
    (charge,) = converted(cur.row(line_item_net_unblended_cost="2.7"))

    assert charge.BilledCost == 3


@pytest.mark.parametrize(
    ("usage_type", "description", "instance_type"),
    [
        ("SpotUsage:c5.large", "", "c5.large"),
        (
            "SpotUsage",
            "c5.xlarge Linux/UNIX Spot Instance-hour in US East",
            "c5.xlarge",
        ),
    ],
)
def test_spot_is_dynamic_and_names_its_machine_where_the_column_does_not(
    cur, converted, usage_type, description, instance_type
):
    (charge,) = converted(
        cur.row(
            product_instance_type="",
            line_item_usage_type=usage_type,
            line_item_line_item_description=description,
        )
    )

    assert charge.PricingCategory == "Dynamic"
    assert json.loads(charge.SkuPriceDetails) == {"InstanceType": instance_type}


@pytest.mark.parametrize(
    ("memory", "size"),
    [("32 GiB", 32), ("1,152 GiB", 1152), ("7.5 GiB", 7.5), ("NA", None), ("", None)],
)
def test_a_machine_says_how_large_it_is_where_the_bill_does(
    cur, converted, memory, size
):
    (charge,) = converted(cur.row(product_vcpu="8", product_memory=memory))

    details = json.loads(charge.SkuPriceDetails)
    assert details["CoreCount"] == 8
    assert details.get("MemorySize") == size


def test_a_pods_share_of_a_node_costs_nothing_and_says_how_it_was_split(cur, converted):
    (charge,) = converted(
        cur.row(
            line_item_operation="EKSPod-EC2",
            line_item_product_code="AmazonEKS",
            line_item_resource_id="pod/reranker",
            line_item_unblended_cost="0",
            line_item_usage_type="USE1-EKS-EC2-vCPU-Hours",
            pricing_public_on_demand_cost="9",
            pricing_unit="",
            resource_tags_user_team="search",
            split_line_item_parent_resource_id="i-1",
            split_line_item_split_cost="1.5",
            split_line_item_unused_cost="0.5",
            split_line_item_split_usage="6",
            split_line_item_split_usage_ratio="0.25",
        )
    )

    assert costs(charge) == (0, 0, 0, 0, 0)
    assert (charge.ResourceId, charge.AllocatedResourceId) == ("i-1", "pod/reranker")
    assert (charge.x_SplitCost, charge.x_SplitUnusedCost) == (
        Decimal("1.5"),
        Decimal("0.5"),
    )
    assert json.loads(charge.AllocatedTags) == {"team": "search"}
    assert charge.Tags is None
    (element,) = json.loads(charge.AllocatedMethodDetails)["Elements"]
    assert element == {
        "AllocatedRatio": 0.25,
        "UsageUnit": "vCPU-Hours",
        "UsageQuantity": 6,
    }


def test_a_marketplace_product_is_sold_by_its_seller(cur, converted):
    (charge,) = converted(
        cur.row(
            bill_billing_entity="AWS Marketplace",
            line_item_legal_entity="Acme Observability Inc.",
            line_item_product_code="abc123",
            product_product_name="Acme Logs",
        )
    )

    assert charge.ServiceProviderName == "Acme Observability Inc."
    assert (charge.ServiceCategory, charge.ServiceSubcategory) == (
        "Other",
        "Other (Other)",
    )
    assert charge.ServiceName == "Acme Logs"


def test_missing_optional_columns_leave_nothing_behind_but_null(cur, converted):
    (charge,) = converted(cur.row(bill_invoicing_entity="", product_sku=""))

    assert charge.InvoiceIssuerName == "Amazon Web Services"
    assert charge.SkuId is None
    assert charge.SubAccountName is None
    assert charge.Tags is None
    assert "" not in vars(charge).values()
