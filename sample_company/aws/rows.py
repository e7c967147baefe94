"""The AWS bill of a month: all of its lines, or what an early delivery had of them.

Belongs here: putting a month together and what only its final delivery knows, which
are invoice ids, tax, discounts, credits and refunds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sample_company.aws.bedrock import bedrock_lines
from sample_company.aws.charges import charge_lines
from sample_company.aws.compute import compute_lines
from sample_company.aws.inference import inference_lines
from sample_company.aws.line import MARKETPLACE, Line, moment, text
from sample_company.aws.reserved import reserved_lines
from sample_company.aws.services import service_lines
from sample_company.aws.storage import storage_lines
from sample_company.months import AUGUST, OCTOBER, SEPTEMBER, Month
from sample_company.seeded import base32_id

INVOICES = {
    AUGUST: ("2146850817", "2146850823"),
    SEPTEMBER: ("2151377402", "2151377419"),
    OCTOBER: ("2156120968", "2156120971"),
}
_FINAL_ONLY = {"Tax", "EdpDiscount", "Credit", "Refund"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One drop of a month's report; until is given when it came before the end."""

    month: Month
    batch: str
    until: datetime | None = None


def _order(made: Line) -> tuple[datetime, str, str, str]:
    return (
        moment(made),
        text(made, "line_item_usage_account_id"),
        text(made, "line_item_usage_type"),
        text(made, "line_item_resource_id"),
    )


def month_lines(month: Month) -> list[Line]:
    """Give the final bill of a month, in the order of time."""
    used = [
        *compute_lines(month),
        *reserved_lines(month),
        *service_lines(month),
        *inference_lines(month),
        *bedrock_lines(month),
        *storage_lines(month),
    ]
    lines = sorted([*used, *charge_lines(month, used)], key=_order)
    for made in lines:
        own, marketplace = INVOICES[month]
        sold = text(made, "bill_billing_entity") == MARKETPLACE
        made["bill_invoice_id"] = marketplace if sold else own
    return lines


def delivered(delivery: Delivery, lines: Sequence[Line]) -> list[Line]:
    """Give the lines of a delivery, with the ids that only it uses for them."""
    month = delivery.month
    made: list[Line] = []
    for final in lines:
        early = delivery.until is not None
        kind = text(final, "line_item_line_item_type")
        if delivery.until and (kind in _FINAL_ONLY or moment(final) >= delivery.until):
            continue
        start, end = moment(final), moment(final, "line_item_usage_end_date")
        number = len(made)
        made.append(
            final
            | {
                "bill_billing_period_start_date": month.start,
                "bill_billing_period_end_date": month.end,
                "bill_invoice_id": "" if early else final["bill_invoice_id"],
                # Eight letters vary: a wholly random id would be a third of the file.
                "identity_line_item_id": base32_id(8, delivery.batch, number)
                + base32_id(44, delivery.batch),
                "identity_time_interval": f"{start:%Y-%m-%dT%H:%M:%SZ}/"
                f"{end:%Y-%m-%dT%H:%M:%SZ}",
            }
        )
    return made
