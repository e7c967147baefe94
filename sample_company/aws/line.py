"""One line of an AWS bill, before a report format writes it down.

Belongs here: what every line has in common, and the products. A line is a mapping
from CUR 2.0 column names; tags keep the names that their owners gave them. Which
lines a month has is decided in the modules that make them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import cast

from sample_company.months import Span
from sample_company.seeded import base32_id, money, plain
from sample_company.story import ACCOUNT_NAMES, PAYER

Value = str | Decimal | datetime | Mapping[str, str]
Line = dict[str, Value]

AWS = "Amazon Web Services, Inc."
MARKETPLACE = "AWS Marketplace"
REGION = "us-east-1"
ZONE = "us-east-1d"

SEARCH_TAGS = {
    "user:environment": "production",
    "user:project": "answers",
    "user:team": "search",
}
MARKETING_TAGS = {
    "user:environment": "production",
    "user:project": "content-drafts",
    "user:team": "marketing",
}


@dataclass(frozen=True, slots=True)
class Product:
    """What was sold: its code, its names and what the price list says about it."""

    code: str
    title: str
    family: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    marketplace_seller: str = ""

    def columns(self, usage_type: str) -> Line:
        """Give the columns that describe the product."""
        named = {"product_name": self.title, "region": REGION}
        if not self.marketplace_seller:
            named["servicename"] = self.title
        return {
            "line_item_product_code": self.code,
            "line_item_usage_type": usage_type,
            "line_item_legal_entity": self.marketplace_seller or AWS,
            "bill_billing_entity": MARKETPLACE if self.marketplace_seller else "AWS",
            "bill_invoicing_entity": MARKETPLACE if self.marketplace_seller else AWS,
            "product": named | dict(self.details),
            "product_instance_type": self.details.get("instance_type", ""),
            "product_instance_family": self.details.get("instance_family", ""),
            "product_location": "US East (N. Virginia)",
            "product_location_type": "AWS Region",
            "product_product_family": self.family,
            "product_region_code": REGION,
            "product_servicecode": self.code,
            "product_sku": base32_id(16, "sku", self.code, usage_type).upper(),
            "product_usagetype": usage_type,
        }


def line(
    kind: str,
    account: str,
    span: Span,
    product: Product,
    usage_type: str,
    **more: Value,
) -> Line:
    """Make a line of any type; columns that are not named stay empty."""
    common: Line = {
        "bill_bill_type": "Anniversary",
        "bill_payer_account_id": PAYER,
        "bill_payer_account_name": ACCOUNT_NAMES[PAYER],
        "line_item_currency_code": "USD",
        "line_item_line_item_type": kind,
        "line_item_usage_account_id": account,
        "line_item_usage_account_name": ACCOUNT_NAMES[account],
        "line_item_usage_start_date": span[0],
        "line_item_usage_end_date": span[1],
        "line_item_usage_amount": Decimal(1),
        "line_item_unblended_cost": Decimal(0),
        "pricing_currency": "USD",
        "resource_tags": {},
    }
    made = common | product.columns(usage_type) | more
    made["line_item_blended_cost"] = made["line_item_unblended_cost"]
    return made


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one unit, and how the bill words it."""

    rate: Decimal
    unit: str
    wording: str


def usage(  # noqa: PLR0913, PLR0917
    account: str,
    span: Span,
    product: Product,
    usage_type: str,
    amount: Decimal,
    price: Price,
    **more: Value,
) -> Line:
    """Make a line of usage that is charged at its on-demand price."""
    cost = money(amount * price.rate)
    charged: Line = {
        "line_item_usage_amount": amount,
        "line_item_unblended_cost": cost,
        "line_item_unblended_rate": f"{price.rate:.10f}",
        "line_item_blended_rate": f"{price.rate:.10f}",
        "line_item_line_item_description": price.wording,
        "pricing_public_on_demand_cost": cost,
        "pricing_public_on_demand_rate": f"{price.rate:.10f}",
        "pricing_rate_code": rate_code(product.code, usage_type),
        "pricing_term": "OnDemand",
        "pricing_unit": price.unit,
    }
    return line("Usage", account, span, product, usage_type, **(charged | more))


def rate_code(*key: str) -> str:
    """Give a rate code: SKU, offer term and rate."""
    sku = base32_id(16, "sku", *key).upper()
    return f"{sku}.JRTCKXETXF.6YS6EN2CT7"


def number(made: Line, column: str = "line_item_unblended_cost") -> Decimal:
    """Read a number of a line; a column that the line lacks counts as 0."""
    return cast("Decimal", made.get(column, Decimal(0)))


def text(made: Line, column: str) -> str:
    """Read a text of a line."""
    return cast("str", made.get(column, ""))


def moment(made: Line, column: str = "line_item_usage_start_date") -> datetime:
    """Read a time of a line."""
    return cast("datetime", made[column])


def dollars(rate: Decimal) -> str:
    """Word a price as AWS does in descriptions."""
    return "$" + plain(rate)
