"""How a number is written: by its value and those beside it, never by a name."""
# ruff: noqa: DTZ001 - a TIMESTAMP of DuckDB has no time zone

import math
from datetime import date, datetime
from decimal import Decimal

import pytest

from pipelines.cli.cells import (
    amount,
    cell,
    change,
    column_cells,
    counted,
    rounded_to_sum,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("0.000169"), "0.000169"),
        (Decimal("-0.000169000000"), "-0.000169"),
        (Decimal("0.115021"), "0.115"),
        (Decimal("0.5136321"), "0.5136"),
        (Decimal("2.500000000000"), "2.50"),
        (Decimal("1.032300000000"), "1.0323"),
        (1.0323, "1.0323"),
        (0.1 + 0.2, "0.30"),
        (Decimal("9.99999"), "10.00"),
        (Decimal("0.999999"), "1.00"),
        (Decimal("1234.56"), "1,234.56"),
        (Decimal("1234.565"), "1,234.57"),
        (Decimal("-1234.565"), "-1,234.57"),
        (Decimal("0.000000000001"), "0.000000000001"),
        (Decimal("0E-12"), "0"),
        (-0.0, "0"),
        (
            Decimal("12345678901234567890123456.789"),
            "12,345,678,901,234,567,890,123,456.79",
        ),
        (1e300, "1e+300"),
        (1.5e-300, "1.5e-300"),
        (math.nan, "nan"),
        (Decimal("NaN"), "NaN"),
        (math.inf, "inf"),
        (1234567, "1,234,567"),
        (Decimal("5381817855.000000000000"), "5,381,817,855"),
        (True, "true"),
        (None, "-"),
        ("[bold]0.00[/]", "[bold]0.00[/]"),
        (date(2026, 10, 1), "2026-10-01"),
        (datetime(2026, 10, 1), "2026-10-01"),
        (datetime(2026, 10, 1, 6, 30), "2026-10-01 06:30:00"),
        ([Decimal("1.5"), None, Decimal(3)], "[1.50, -, 3.00]"),
        ({"share": Decimal("0.25"), "team": "search"}, "{share: 0.25, team: search}"),
    ],
    ids=str,
)
def test_a_value_is_written_with_the_digits_that_it_needs(value, text):
    assert cell(value) == text


def test_amounts_of_one_column_are_to_the_cent_and_none_but_zero_is_zero():
    column = [Decimal("66657.1448"), Decimal("3.0613"), Decimal("0.0013"), Decimal(0)]

    assert column_cells(column) == ["66,657.14", "3.06", "0.0013", "0.00"]


def test_a_column_of_rates_keeps_four_decimals():
    rates = [Decimal("1.000000"), Decimal("1.032345"), Decimal("0.98765")]

    assert column_cells(rates) == ["1.00", "1.0323", "0.9877"]


def test_one_fraction_in_a_column_gives_its_whole_numbers_decimals():
    assert column_cells([Decimal("12.00"), Decimal("0.5")]) == ["12.00", "0.50"]


def test_a_column_of_days_has_no_time_and_a_column_of_times_has_one_everywhere():
    midnight, noon = datetime(2026, 10, 1), datetime(2026, 10, 1, 12)

    assert column_cells([midnight, midnight]) == ["2026-10-01"] * 2
    assert column_cells([midnight, noon]) == [
        "2026-10-01 00:00:00",
        "2026-10-01 12:00:00",
    ]


def test_no_size_of_a_number_but_zero_is_written_as_zero():
    for exponent in range(-14, 15):
        for digits in ("1", "4.9", "5", "9.99"):
            value = Decimal(digits).scaleb(exponent)
            for sign in (1, -1):
                text = column_cells([sign * value, Decimal("10.5")])[0]
                assert any(digit in text for digit in "123456789"), (value, text)


@pytest.mark.parametrize(
    ("parts", "total", "rounded"),
    [
        (["0.333", "0.333", "0.334"], "1.00", ["0.33", "0.33", "0.34"]),
        # 0.33 x 3 lacks a cent, which the part gets that rounding cut most.
        (["0.3333", "0.3333", "0.3334"], "1.00", ["0.33", "0.33", "0.34"]),
        # 1.01 + 2.01 is a cent too much; both were raised alike, so the first gives.
        (["1.005", "2.005"], "3.01", ["1.00", "2.01"]),
        (["-1.005", "2.005"], "1.00", ["-1.01", "2.01"]),
        ([], "0.00", []),
    ],
)
def test_rounded_parts_sum_to_the_rounded_total(parts, total, rounded):
    found = rounded_to_sum([Decimal(part) for part in parts], Decimal(total))

    assert found == [Decimal(part) for part in rounded]


def test_money_in_a_sentence_is_to_the_cent():
    assert amount(Decimal("10166.491484")) == "10,166.49"
    assert change(Decimal("7973.0999")) == "+7,973.10"
    assert change(Decimal("-0.4")) == "-0.40"


def test_one_is_singular():
    assert [counted(n, "delivery", "deliveries") for n in (0, 1, 1200)] == [
        "0 deliveries",
        "1 delivery",
        "1,200 deliveries",
    ]
