"""Which mark is the decimal one is decided by what cells prove, or not at all."""

import pytest

from pipelines.landing.decimals import evidence_of, marks_of, with_point


@pytest.fixture
def decide():
    """Decide the marks of columns; give them, or what cannot be decided."""

    def marks(*columns, delimiter=";"):
        names = {f"c{place}": place for place in range(len(columns))}
        rows = [[*cells] for cells in zip(*columns, strict=True)]
        found = evidence_of(enumerate(rows, start=1), names)
        shown = {name: each for name, each in found.items() if each.is_any}
        return marks_of(shown, delimiter)

    return marks


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        # 1.234,56 is 1234 and 56 hundredths; 1.234.567 is over a million.
        ("2,40", "2.40"), ("0,123", "0.123"), ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"), ("12.345.678,9", "12345678.9"), ("-3,5", "-3.5"),
        (",5", ".5"), ("1,2E-05", "1.2E-05"), ("1\u00a0234,56", "1234.56"),
        ("1\u202f234,56", "1234.56"), ("1 234,5", "1234.5"), ("24", "24"),
        ("n/a", "n/a"), ("", ""), ("1,2,3", "1,2,3"),
    ],
)  # fmt: skip
def test_a_number_with_a_decimal_comma(cell, number):
    assert with_point(cell, ",") == number


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,234.56", "1234.56"), ("1,234,567", "1234567"), ("1'234.56", "1234.56"),
        ("1\u2019234.5", "1234.5"), ("2.40", "2.40"), ("1.5e-7", "1.5e-7"),
        ("12,34.5", "12,34.5"),
    ],
)  # fmt: skip
def test_a_number_with_a_decimal_point(cell, number):
    assert with_point(cell, ".") == number


def test_a_cell_that_proves_it_decides_for_its_column(decide):
    # 1,234 alone may be 1234 or 1.234; 12,5 can only be 12.5.
    assert decide(["1,234", "12,5"]) == ({"c0": ","}, "")
    assert decide(["1,234", "1,234.50"]) == ({"c0": "."}, "")
    assert decide(["1.234", "0.5"]) == ({"c0": "."}, "")


def test_another_column_decides_where_a_column_proves_nothing(decide):
    assert decide(["1.234"], ["2,5"]) == ({"c0": ",", "c1": ","}, "")
    assert decide(["1.234"], ["2.5"]) == ({"c0": ".", "c1": "."}, "")


def test_a_semicolon_goes_with_a_decimal_comma(decide):
    assert decide(["1,234"]) == ({"c0": ","}, "")
    assert decide(["1.234"], delimiter="\t") == ({"c0": "."}, "")


@pytest.mark.parametrize(
    ("columns", "delimiter", "said"),
    [
        # Neither cell says whether it is a thousand and more or one and a bit.
        ([["1.234"]], ";", "row 1: decimal comma in c0? '1.234' may be 1.234 or 1234"),
        ([["1,234"]], "\t", "row 1: decimal comma in c0? '1,234' may be 1234 or 1.234"),
        ([["1,5", "2.5"]], ";", "row 2: c0 is '2.5', and in row 1 '1,5'"),
        ([["1,234"], ["1,5"], ["2.5"]], ";", "row 1: decimal comma in c0?"),
    ],
)
def test_what_may_be_two_numbers_is_refused(columns, delimiter, said, decide):
    marks, undecided = decide(*columns, delimiter=delimiter)

    assert marks == {}
    assert undecided.startswith(said)
