"""Lines that belong to a whole AWS bill: fees, discounts, tax, credits, refunds.

Belongs here: what is computed from the other lines of a month, or is agreed with the
vendor. The final delivery of a month has all of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sample_company.aws.bedrock import BEDROCK
from sample_company.aws.line import MARKETPLACE, Line, Product, line, number, text
from sample_company.aws.services import ML_PLAN, ML_PLAN_PRODUCT, ML_PLAN_UPFRONT
from sample_company.aws.storage import NAT
from sample_company.months import AUGUST, DAY, OCTOBER, SEPTEMBER, Month, at
from sample_company.seeded import cents, money
from sample_company.story import PAYER, SEARCH

EDP_SHARE = Decimal("0.05")
SUPPORT_SHARE = Decimal("0.03")
TAX_SHARE = Decimal("0.07")
SUPPORT = Product("AWSSupportBusiness", "AWS Support (Business)")
# Covered usage and its negation cancel each other; both are discounted so that their
# net columns cancel too.
_DISCOUNTED = {
    "Usage",
    "DiscountedUsage",
    "RIFee",
    "SavingsPlanCoveredUsage",
    "SavingsPlanNegation",
    "SavingsPlanRecurringFee",
    "SavingsPlanUpfrontFee",
}


def is_discounted(made: Line) -> bool:
    """Return whether the agreed discount reaches a line."""
    return (
        text(made, "line_item_line_item_type") in _DISCOUNTED
        and text(made, "bill_billing_entity") != MARKETPLACE
    )


def edp_discount(made: Line) -> Decimal:
    """Give the agreed discount on a line; 0 where the agreement does not reach."""
    return money(number(made) * EDP_SHARE) if is_discounted(made) else Decimal(0)


def _fees(month: Month, lines: Sequence[Line]) -> list[Line]:
    span = (month.start, month.end - timedelta(seconds=1))
    used = sum((number(made) for made in lines), Decimal(0))
    fees = [
        line(
            "Fee",
            PAYER,
            span,
            SUPPORT,
            "Dollar",
            line_item_unblended_cost=cents(used * SUPPORT_SHARE),
            line_item_line_item_description="AWS Support (Business)",
            pricing_unit="Dollar",
        )
    ]
    if month is AUGUST:
        fees.append(
            line(
                "SavingsPlanUpfrontFee",
                PAYER,
                (month.start, month.start + timedelta(seconds=1)),
                ML_PLAN_PRODUCT,
                "SageMakerSP:1yrPartialUpfront",
                line_item_unblended_cost=ML_PLAN_UPFRONT,
                line_item_line_item_description="1 year Partial Upfront SageMaker "
                "Savings Plan upfront fee",
                **ML_PLAN,
            )
        )
    return fees


def _agreed(month: Month, lines: Sequence[Line]) -> list[Line]:
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    names: dict[tuple[str, str], str] = {}
    for made in lines:
        key = (
            text(made, "line_item_usage_account_id"),
            text(made, "line_item_product_code"),
        )
        names[key] = dict(made["product"])["product_name"]  # type: ignore[arg-type]
        sums[key] += edp_discount(made)
    return [
        line(
            "EdpDiscount",
            account,
            (month.start, month.end - timedelta(seconds=1)),
            Product(code, names[account, code]),
            "",
            line_item_unblended_cost=-discount,
            line_item_line_item_description=f"Enterprise discount 5% on {code}",
        )
        for (account, code), discount in sorted(sums.items())
        if discount
    ]


_CREDITS = {SEPTEMBER: Decimal("-250.00"), OCTOBER: Decimal("-250.00")}
# In which month, for which day, how much, of which meter.
_REFUNDS = {
    SEPTEMBER: (at("08-19 00:00"), Decimal("-16.3845"), "NatGateway-Bytes"),
    OCTOBER: (at("09-22 00:00"), Decimal("-1.08"), "NatGateway-Hours"),
}


def _credits(month: Month) -> list[Line]:
    if month not in _CREDITS:
        return []
    credit = line(
        "Credit",
        SEARCH,
        (month.start, month.end - timedelta(seconds=1)),
        BEDROCK,
        "USE1-NovaLite-input-tokens",
        line_item_unblended_cost=_CREDITS[month],
        line_item_line_item_description="Promotional credit for Bedrock",
    )
    return [credit]


def _refunds(month: Month) -> list[Line]:
    """Give refunds of what an earlier month charged too much."""
    if month not in _REFUNDS:
        return []
    day, amount, usage_type = _REFUNDS[month]
    refund = line(
        "Refund",
        SEARCH,
        (day, day + DAY),
        NAT,
        usage_type,
        bill_bill_type="Refund",
        line_item_unblended_cost=amount,
        line_item_line_item_description=f"Refund of NAT gateway charges, {day:%F}",
    )
    return [refund]


def _taxes(month: Month, lines: Sequence[Line]) -> list[Line]:
    """Give the tax per account and product; it carries a usage type of the product."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    first: dict[tuple[str, str], Line] = {}
    for made in lines:
        key = (
            text(made, "line_item_usage_account_id"),
            text(made, "line_item_product_code"),
        )
        sums[key] += number(made)
        first.setdefault(key, made)
    taxes = []
    for key, taxed in sorted(sums.items()):
        tax = cents(taxed * TAX_SHARE)
        if tax <= 0:
            continue
        sold = first[key]
        product = Product(
            key[1],
            dict(sold["product"])["product_name"],  # type: ignore[arg-type]
            marketplace_seller=text(sold, "line_item_legal_entity")
            if text(sold, "bill_billing_entity") == MARKETPLACE
            else "",
        )
        is_bedrock = "Bedrock" in product.title
        usage_type = text(sold, "line_item_usage_type") if is_bedrock else ""
        taxes.append(
            line(
                "Tax",
                key[0],
                (month.start, month.end),
                product,
                usage_type,
                line_item_unblended_cost=tax,
                line_item_line_item_description=f"Tax for product code {key[1]}",
                line_item_tax_type="USSalesTax",
            )
        )
    return taxes


def charge_lines(month: Month, lines: Sequence[Line]) -> list[Line]:
    """Give the lines that a month's bill adds to its usage."""
    charged = [*lines, *_fees(month, lines)]
    charged += _agreed(month, charged)
    added = charged[len(lines) :]
    return [*added, *_credits(month), *_refunds(month), *_taxes(month, charged)]
