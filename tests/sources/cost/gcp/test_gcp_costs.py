"""What rows cost: credits, commitments, taxes and corrections, to the last decimal."""

from decimal import Decimal

import pytest

from pipelines.sources.cost.gcp import SOURCE

COSTS = "BilledCost, EffectiveCost, ContractedCost, ListCost, x_SourceCost"


def credit(amount, kind="PROMOTION", **fields):
    return {"name": kind, "type": kind, "amount": amount} | fields


def numbers(*texts):
    return tuple(Decimal(text) for text in texts)


def test_credits_lower_what_is_billed_and_not_what_was_agreed(charged, row):
    given = [credit("-1.5"), credit(-0.25, "SUSTAINED_USAGE_DISCOUNT")]

    rows = charged(COSTS, row(cost="10", cost_at_list="12", credits=given))

    assert rows == [numbers("8.25", "8.25", "10", "12", "8.25")]


@pytest.mark.parametrize(
    "number", ["1234567890.123456789", "0.000000001", "-7", "6e-05", "1E-12"]
)
def test_amounts_keep_every_decimal_as_text_and_as_number(
    number, put, jsonl, row, convert
):
    text = jsonl(row(cost="COST", credits=[credit("CREDIT")]))
    text += jsonl(row(cost=number, credits=[credit("-" + number.lstrip("-"))]))
    bare = text.replace('"COST"', number).replace('"CREDIT"', number)
    put("rows.json", bare)

    billed = {r[0] for r in convert(SOURCE, "2026-09", "BilledCost")}

    sign = Decimal(number) - abs(Decimal(number))
    assert billed == {Decimal(number) * 2, sign}


def test_an_old_commitment_costs_once_at_the_fee(charged, row):
    fee = row(
        cost="6",
        sku={"id": "F", "description": "Commitment v1: Cpu in Iowa for 1 Year"},
        subscription={"instance_id": "sub-1"},
    )
    used = row(
        cost="10",
        credits=[credit("-10", "COMMITTED_USAGE_DISCOUNT", full_name="1 year")],
    )

    rows = charged(
        "ChargeCategory, PricingCategory, BilledCost, EffectiveCost, ContractedCost, "
        "CommitmentDiscountId, CommitmentDiscountCategory, ChargeFrequency",
        fee,
        used,
        gaps=["EffectiveCost-of-covering-purchases"],
    )

    assert rows == [
        (
            "Purchase",
            "Committed",
            *numbers("6", "6", "6"),
            "sub-1",
            "Usage",
            "Recurring",
        ),
        ("Usage", "Committed", *numbers("0", "0", "10"), None, None, "Usage-Based"),
    ]


def test_a_new_commitment_costs_its_use_and_the_rest_of_its_fee(charged, row):
    fee = row(
        cost="6",
        sku={"id": "F", "description": "Commitment - dollar based v1: Compute"},
        subscription={"instance_id": "sub-2"},
        credits=[credit("-4.8", "FEE_UTILIZATION_OFFSET")],
    )
    used = row(
        cost="4.8",
        cost_at_list="9",
        cost_at_effective_price_default="8",
        consumption_model={"id": "D97B", "description": "Compute Flexible CUDs 1 Year"},
    )

    rows = charged(
        "ChargeCategory, PricingCategory, CommitmentDiscountCategory, " + COSTS,
        fee,
        used,
        gaps=["EffectiveCost-of-covering-purchases"],
    )

    assert rows == [
        ("Purchase", "Committed", "Spend", *numbers("1.2", "1.2", "6", "6", "1.2")),
        ("Usage", "Committed", None, *numbers("4.8", "4.8", "8", "9", "4.8")),
    ]


def test_the_default_consumption_model_is_no_commitment(charged, row):
    model = {"id": "7754-699E-0EBF", "description": "Default"}

    rows = charged("PricingCategory, SkuPriceId", row(consumption_model=model))

    assert rows == [("Standard", "AAAA-BBBB-CCCC/7754-699E-0EBF")]


@pytest.mark.parametrize(
    ("sku", "category"),
    [
        ("Nvidia L4 GPU attached to Spot Preemptible VMs running in Iowa", "Dynamic"),
        ("Preemptible N1 Predefined Instance Core running in Iowa", "Dynamic"),
        ("N1 Predefined Instance Core running in Iowa", "Standard"),
    ],
)
def test_spot_machines_have_a_price_that_moves(sku, category, charged, row):
    rows = charged("PricingCategory", row(sku={"id": "S", "description": sku}))

    assert rows == [(category,)]


@pytest.mark.parametrize(
    ("cost_type", "category"),
    [("tax", "Tax"), ("rounding_error", "Adjustment"), ("adjustment", "Adjustment")],
)
def test_what_is_no_usage_is_neither_counted_nor_priced(
    cost_type, category, charged, row
):
    rows = charged(
        "ChargeCategory, BilledCost, ListCost, ChargeFrequency, ConsumedQuantity, "
        "PricingQuantity, PricingCategory, x_LineItemType",
        row(cost_type=cost_type, cost="0.83"),
    )

    cents = Decimal("0.83")
    assert rows == [(category, cents, cents, "One-Time", None, None, None, cost_type)]


def test_a_correction_is_a_row_of_its_own_and_keeps_its_sign(charged, row):
    info = {"id": "a-1", "type": "USAGE_CORRECTION", "description": "", "mode": None}
    usage = row()["usage"] | {"amount": -3600, "amount_in_pricing_units": -1}

    rows = charged(
        "BilledCost, ChargeClass, ChargeCategory, ConsumedQuantity",
        row(),
        row(cost="-10", usage=usage, adjustment_info=info),
    )

    assert rows == [
        (Decimal(-10), "Correction", "Usage", Decimal(-3600)),
        (Decimal(10), None, "Usage", Decimal(3600)),
    ]


def test_prices_are_given_where_they_multiply_out(charged, row):
    price = {"effective_price": "10", "list_price": "12.5", "tier_start_amount": "0"}

    rows = charged(
        "BilledCost, ContractedUnitPrice, ListUnitPrice",
        row(cost="10", cost_at_list="12.5", price=price),
        row(cost="11", cost_at_list="12.5", price=price | {"list_price": "99"}),
    )

    assert rows == [(Decimal(10), *numbers("10", "12.5")), (Decimal(11), None, None)]
