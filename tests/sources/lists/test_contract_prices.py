"""Contract prices: exact, dated, refused by row and column."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.contract_prices import CONTRACT_PRICES

SOURCE = CONTRACT_PRICES.as_source()

ROW = {
    "provider_name": "OpenAI",
    "model_id": "gpt-4o-2024-08-06",
    "sku_meter": "Input Tokens",
    "processing_tier": "standard",
    "valid_from": "2026-08-01",
    "valid_to": "",
    "price_per_1m_tokens": "2.25",
    "discount_percent": "",
    "billing_currency": "usd",
    "contract_id": "C-7",
}


def file(*changes):
    lines = [",".join(CONTRACT_PRICES.header.split(","))]
    lines += [",".join((ROW | change).values()) for change in changes]
    return "\n".join(lines) + "\n"


def test_a_price_and_a_discount_are_read_exactly(put, convert):
    discount = {"price_per_1m_tokens": "", "discount_percent": "12.5", "model_id": "*"}
    put("contract.csv", file({}, discount | {"valid_to": "2026-10-01"}))

    rows = convert(
        SOURCE,
        "2026-08",
        "model_id, price_per_1m_tokens, discount_ratio, valid_to, billing_currency",
    )

    assert rows == [
        ("*", None, Decimal("0.125"), date(2026, 10, 1), "USD"),
        ("gpt-4o-2024-08-06", Decimal("2.25"), None, None, "USD"),
    ]


def test_two_accounts_may_have_two_contracts_of_one_day(put, convert):
    lines = file({}, {"price_per_1m_tokens": "2.00", "contract_id": "C-8"}).splitlines()
    cells = ("account_id", "org-1", "")
    named = [f"{line},{cell}" for line, cell in zip(lines, cells, strict=True)]
    put("contract.csv", "\n".join(named) + "\n")

    rows = convert(SOURCE, "2026-08", "contract_id, account_id")

    assert rows == [("C-7", "org-1"), ("C-8", None)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"price_per_1m_tokens": "two"}, "price_per_1m_tokens is 'two'"),
        (
            {"price_per_1m_tokens": "-1"},
            "price_per_1m_tokens is '-1.0*', expected a price",
        ),
        (
            {"price_per_1m_tokens": ""},
            "price of 0 or more, or a discount_percent",
        ),
        (
            {"discount_percent": "5"},
            "price of 0 or more, or a discount_percent",
        ),
        ({"valid_to": "soon"}, "valid_to is 'soon'"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_by_row_and_column(
    put, settings, change, said
):
    put("contract.csv", file({}, {"model_id": "gpt-5"} | change))
    landing = scan(settings, [SOURCE])

    with pytest.raises(Exception, match=rf"contract\.csv, row 2: .*{said}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (file({"valid_from": "August"}), "valid_from is 'August', expected a date"),
        (file({}).replace("sku_meter", "meter"), "without sku_meter"),
    ],
)
def test_a_file_without_days_or_columns_is_refused(put, settings, text, said):
    put("contract.csv", text)

    [refusal] = scan(settings, [SOURCE]).refusals

    assert said in refusal.reason
