"""invoices.csv: what finance was asked to pay, each invoice from its newest file."""

from decimal import Decimal

import pytest

from pipelines.invoices import HEADER, SOURCE
from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition

LINE = "OpenAI,A-17,openai,2026-08,usd,5100.87,388.75"


def invoices(*lines):
    return "\n".join([",".join(HEADER), *lines]) + "\n"


def test_an_invoice_keeps_its_amounts_to_the_last_decimal(put, convert):
    put("invoices.csv", invoices(LINE))

    rows = convert(
        SOURCE,
        "2026-08",
        "invoice_id, ledger_source, billing_currency, invoice_amount, tax_amount, "
        "billing_period_start::date::text",
    )

    assert rows == [
        ("A-17", "openai", "USD", Decimal("5100.87"), Decimal("388.75"), "2026-08-01")
    ]


def test_an_invoice_without_tax_has_none(put, convert):
    put("invoices.csv", invoices("Ferrum,F-1,ferrum,2026-08,USD,10.00,"))

    assert convert(SOURCE, "2026-08", "tax_amount") == [(Decimal(0),)]


def test_a_newer_file_replaces_the_invoices_that_it_has_again_and_no_other(
    put, convert
):
    other = "Ferrum,F-1,ferrum,2026-08,USD,10.00,0"
    put("old.csv", invoices(LINE, other), hour=1)
    put("new.csv", invoices(LINE.replace("5100.87", "5000.00")), hour=2)

    rows = convert(SOURCE, "2026-08", "invoice_id, invoice_amount")

    assert rows == [("A-17", Decimal(5000)), ("F-1", Decimal(10))]


def test_one_file_may_hold_several_months(put, convert):
    put("invoices.csv", invoices(LINE, LINE.replace("2026-08", "2026-09")))

    for month in ("2026-08", "2026-09"):
        assert convert(SOURCE, month, "invoice_id") == [("A-17",)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "invoice_id,invoice_amount\nA,1\n",
            "lacks invoice_issuer_name, ledger_source",
        ),
        (invoices(LINE.replace("2026-08", "August")), "'August'; expected a month"),
    ],
    ids=["a column is missing", "a period is no month"],
)
def test_a_wrong_file_is_refused_by_name_with_what_was_expected(
    content, expected, put, settings
):
    put("finance/invoices.csv", content)

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "finance/invoices.csv" in refusal.reason
    assert expected in refusal.reason


def test_an_amount_that_is_no_number_stops_the_conversion_by_file(put, settings):
    put("invoices.csv", invoices(LINE.replace("5100.87", "EUR 5")))
    landing = scan(settings, [SOURCE])

    with pytest.raises(
        Exception, match=r"invoices 2026-08: cannot convert invoices.cs"
    ):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")
