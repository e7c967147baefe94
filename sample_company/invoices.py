"""What finance was asked to pay, and the differences that the samples plant.

Belongs here: one row per invoice, and one row per cause by which two sides of a
reconciliation differ. Amounts are sums of the rows that the other modules make.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sample_company import (
    anthropic,
    coding_lists,
    cursor,
    databricks,
    driftbase,
    ferrum,
    gcp,
    github,
    litellm,
    oci,
    onprem,
    openai,
    openrouter,
    prepaid,
)
from sample_company.aws import bedrock
from sample_company.aws.line import AWS, MARKETPLACE, Line, number, text
from sample_company.aws.rows import INVOICES
from sample_company.azure import details, focus
from sample_company.files import csv_text, write_text
from sample_company.months import MONTHS, OCTOBER, Month
from sample_company.seeded import cents, plain

OPENAI_TAX = Decimal("0.0825")
HEADER = (
    "invoice_issuer_name",
    "invoice_id",
    "ledger_source",
    "billing_period",
    "billing_currency",
    "invoice_amount",
    "tax_amount",
    "credit_amount",
    "invoice_currency",
    "exchange_rate",
    "exchange_rate_date",
)
FX_PLACES = Decimal("1E-12")
# Oracle took this off for a Saturday on which no checkpoint could be restored.
OUTAGE = Decimal("20.00")
PLANTED_HEADER = (
    "ledger_source",
    "billing_period",
    "cause",
    "amount",
    "currency",
    "note",
)


@dataclass(frozen=True, slots=True)
class Rate:
    """What a dollar is in an invoice's currency: as it was counted, and as stated."""

    currency: str
    counted: Decimal
    stated: Decimal
    day: str


# Driftbase began to invoice in euros; its rows are in dollars as before.
EUROS = Rate("EUR", Decimal("0.8643"), Decimal("0.864"), "2026-10-30")


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice beside the exact sum of the rows that it asks to be paid."""

    issuer: str
    invoice_id: str
    source: str
    month: Month
    rows_total: Decimal
    tax: Decimal
    tax_beside_rows: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    rate: Rate | None = None

    @property
    def amount(self) -> Decimal:
        """What is to be paid, in whole cents of the invoice's currency."""
        total = self.rows_total * self.rate.counted if self.rate else self.rows_total
        return cents(total) + self.tax_beside_rows - self.credit

    @property
    def fx(self) -> Decimal:
        """What the invoice is above its rows at the rate that it states."""
        if not self.rate:
            return Decimal(0)
        return (self.amount / self.rate.stated - self.rows_total).quantize(FX_PLACES)


def _aws(month: Month, lines: Sequence[Line]) -> Iterator[Invoice]:
    for issuer, invoice_id in zip((AWS, MARKETPLACE), INVOICES[month], strict=True):
        own = [made for made in lines if text(made, "bill_invoice_id") == invoice_id]
        taxes = (
            number(made) for made in own if made["line_item_line_item_type"] == "Tax"
        )
        rows_total = sum((number(made) for made in own), Decimal(0))
        tax = sum(taxes, Decimal(0))
        yield Invoice(issuer, invoice_id, "aws", month, rows_total, tax)


def _azure(month: Month) -> Iterator[Invoice]:
    """Give the invoice of the enterprise agreement, and the one of the trial."""
    none = Decimal(0)
    invoice_id, asked = details.INVOICES[month], details.total(month)
    yield Invoice(details.ISSUER, invoice_id, "azure", month, asked, none)
    if month == OCTOBER:
        invoice_id, asked = focus.INVOICE, focus.total()
        yield Invoice(details.ISSUER, invoice_id, "azure_focus", month, asked, none)


def _gcp(month: Month) -> Invoice:
    invoice_id, rows_total = gcp.INVOICES[month], gcp.total(month)
    return Invoice(gcp.ISSUER, invoice_id, "gcp", month, rows_total, gcp.tax(month))


def _untaxed(month: Month) -> Iterator[Invoice]:
    """Give the invoices of small vendors that charge no tax."""
    none = Decimal(0)
    asked = anthropic.INVOICES[month], "anthropic", month, anthropic.total(month), none
    yield Invoice(anthropic.ISSUER, *asked)
    asked = oci.INVOICES[month], "oci", month, oci.total(month), none
    credit = OUTAGE if month == OCTOBER else none
    yield Invoice(oci.ISSUER, *asked, credit=credit)
    asked = onprem.INVOICES[month], "onprem", month, onprem.total(month), none
    yield Invoice(onprem.ORGANISATION, *asked)
    asked = openrouter.INVOICES[month], "openrouter", month, prepaid.total(month), none
    yield Invoice(openrouter.ISSUER, *asked)
    rows_total = databricks.total(month)
    asked = databricks.INVOICES[month], "databricks", month, rows_total, none
    yield Invoice(databricks.ISSUER, *asked)
    rows_total = driftbase.total(month)
    asked = driftbase.INVOICES[month], "focus_export", month, rows_total, none
    rate = EUROS if month == OCTOBER else None
    yield Invoice(driftbase.ISSUER, *asked, rate=rate)


def _coding(month: Month) -> Iterator[Invoice]:
    """Give the invoices of coding tools."""
    none = Decimal(0)
    asked = github.INVOICES[month], "github", month, github.total(month), none
    yield Invoice(github.ISSUER, *asked)
    asked = cursor.INVOICES[month], "cursor", month, cursor.total(month), none
    yield Invoice(cursor.ISSUER, *asked)
    invoice_id = coding_lists.CLAUDE_INVOICES[month]
    seats = coding_lists.claude_seats(month)
    yield Invoice(anthropic.ISSUER, invoice_id, "seats", month, seats, none)


def invoices(bills: Mapping[Month, Sequence[Line]]) -> list[Invoice]:
    """Give every invoice of the story."""
    made: list[Invoice] = []
    for number_, month in enumerate(MONTHS):
        made += _aws(month, bills[month])
        made += _azure(month)
        made.append(_gcp(month))
        made += _untaxed(month)
        made += _coding(month)
        rows_total = openai.total(month)
        tax = cents(cents(rows_total) * OPENAI_TAX)
        invoice_id = f"A91C04E7-{17 + number_:04}"
        made.append(
            Invoice("OpenAI", invoice_id, "openai", month, rows_total, tax, tax)
        )
        made.append(
            Invoice(
                ferrum.ISSUER,
                ferrum.invoice_no(month),
                "ferrum",
                month,
                ferrum.total(month),
                ferrum.tax(month),
            )
        )
    return made


def write_invoices(out: Path, made: Sequence[Invoice]) -> None:
    """Write the invoices as finance exports them."""
    rows = [
        (
            invoice.issuer,
            invoice.invoice_id,
            invoice.source,
            invoice.month.period,
            "USD",
            f"{invoice.amount:.2f}",
            f"{invoice.tax:.2f}",
            f"{invoice.credit:.2f}" if invoice.credit else "",
            *(_rate(invoice.rate) if invoice.rate else ("", "", "")),
        )
        for invoice in made
    ]
    write_text(out / "invoices.csv", csv_text(HEADER, rows))


def _rate(rate: Rate) -> tuple[str, str, str]:
    return rate.currency, plain(rate.stated), rate.day


def _differences(
    made: Sequence[Invoice],
) -> Iterator[tuple[str, Month, str, Decimal, str]]:
    for month, cause, amount, note in openai.planted():
        yield "openai", month, cause, amount, f"billed minus metered: {note}"
    note = "billed minus metered: global Claude Sonnet 4.5 is billed below list"
    yield "aws", OCTOBER, "price_drift", bedrock.below_list(OCTOBER), note
    note = "billed minus metered: the gateway metered cached tokens as uncached"
    yield "azure", OCTOBER, "cache_class", litellm.not_cached(), note
    for invoice in made:
        source, month, name = invoice.source, invoice.month, invoice.invoice_id
        if invoice.tax_beside_rows:
            note = f"invoice {name} minus rows: tax is not in the Costs API"
            yield source, month, "tax", invoice.tax_beside_rows, note
        if invoice.credit:
            note = f"invoice {name} minus rows: an outage, credited on the invoice only"
            yield source, month, "credit", -invoice.credit, note
        if invoice.fx:
            note = f"invoice {name} minus rows: its rate is stated with three decimals"
            yield source, month, "fx", invoice.fx, note
        rounding = cents(invoice.rows_total) - invoice.rows_total
        if rounding and not invoice.rate:
            note = f"invoice {name} minus rows: whole cents"
            yield source, month, "rounding", rounding, note


def write_planted(out: Path, made: Sequence[Invoice]) -> None:
    """Write every planted difference with its exact amount."""
    rows = [
        (source, month.period, cause, plain(amount), "USD", note)
        for source, month, cause, amount, note in _differences(made)
    ]
    write_text(out, csv_text(PLANTED_HEADER, rows))
