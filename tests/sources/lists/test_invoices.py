"""invoices.csv: what finance was asked to pay, each invoice from its newest file."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.invoices import INVOICES

SOURCE = INVOICES.as_source()

HEADER = [column.name for column in INVOICES.columns]
LINE = "OpenAI,A-17,openai,2026-08,usd,5100.87,388.75"


def invoices(*lines):
    """Write a list whose lines leave out what they have not at their ends."""
    full = [line + "," * (len(HEADER) - 1 - line.count(",")) for line in lines]
    return "\n".join([",".join(HEADER), *full]) + "\n"


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


def test_a_blank_amount_stays_blank_in_the_ledger(put, convert):
    """That it means 0 is said in staging."""
    put("invoices.csv", invoices("Ferrum,F-1,ferrum,2026-08,USD,10.00,"))

    assert convert(SOURCE, "2026-08", "tax_amount, credit_amount") == [(None, None)]


def test_a_list_without_the_columns_that_few_invoices_need_is_whole(put, convert):
    put("invoices.csv", ",".join(HEADER[:7]) + f"\n{LINE}\n")

    rows = convert(SOURCE, "2026-08", "credit_amount, invoice_currency, exchange_rate")

    assert rows == [(None, None, None)]


def test_an_invoice_in_another_currency_keeps_the_rate_that_it_states(put, convert):
    put(
        "invoices.csv",
        invoices("Gitter,G-1,focus_export,2026-08,USD,91.00,,-5,eur,0.910,2026-08-31"),
    )

    rows = convert(
        SOURCE,
        "2026-08",
        "billing_currency, invoice_currency, invoice_amount, credit_amount, "
        "exchange_rate, exchange_rate_decimals, exchange_rate_date::text",
    )

    rate = Decimal("0.91")
    assert rows == [("USD", "EUR", Decimal(91), Decimal(-5), rate, 3, "2026-08-31")]


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
            "without invoice_issuer_name, ledger_source",
        ),
        (invoices(LINE.replace("2026-08", "August")), "'August', expected a month"),
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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (LINE.replace("5100.87", "EUR 5"), "invoice_amount is 'EUR 5', expected a num"),
        (
            LINE.replace("usd", "dollars"),
            "billing_currency is 'dollars', expected a cu",
        ),
        (LINE + ",,EUR", "exchange_rate is empty, expected the invoice's own rate"),
        (LINE + ",,,0.91", "exchange_rate is '0.91', expected the invoice's own rate"),
        (LINE + ",,USD,1", "exchange_rate is '1', expected the invoice's own rate"),
        (LINE + ",,EUR,0.00", "exchange_rate is '0.00', expected a number above 0"),
        (LINE + ",,EUR,0.91,May", "exchange_rate_date is 'May', expected a date"),
    ],
)
def test_a_cell_that_cannot_be_true_stops_the_conversion_by_file_and_row(
    line, said, put, settings
):
    put("invoices.csv", invoices(line))
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=rf"invoices.csv, row 1: {said}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")
