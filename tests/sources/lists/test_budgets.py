"""The owner's list of budgets: read by month, refused by row and column."""

from datetime import date
from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.budgets import BUDGETS

SOURCE = BUDGETS.as_source()

ROW = dict.fromkeys(BUDGETS.header.split(","), "") | {
    "budget_id": "chatbot",
    "scope_type": "project",
    "scope_value": "marketing-chatbot",
    "budget_amount": "2000.50",
    "budget_currency": "USD",
    "valid_from": "2026-10-01",
    "valid_to": "2026-11-01",
}


def file(*changes):
    lines = [BUDGETS.header]
    lines += [",".join((ROW | change).values()) for change in changes]
    return "\n".join(lines) + "\n"


def test_a_budget_is_read_from_the_month_that_it_begins_in(put, convert):
    pot = {
        "budget_id": "pot",
        "scope_type": "total",
        "scope_value": "",
        "threshold_percents": "25; 75",
        "channel": "finance",
        "valid_to": "2027-01-01",
    }
    put("plan.csv", file({}, {"valid_from": "2026-11-01", "valid_to": "2026-12-01"}))
    put("pot.csv", file(pot), hour=1)

    rows = convert(
        SOURCE,
        "2026-10",
        "budget_id, scope_value, budget_amount, threshold_percents, channel, valid_to",
    )

    assert rows == [
        ("pot", None, Decimal("2000.5"), "25; 75", "finance", date(2027, 1, 1))
    ]


def test_the_same_budget_may_follow_itself(put, convert):
    put("plan.csv", file({}, {"valid_from": "2026-11-01", "valid_to": "2026-12-01"}))

    assert convert(SOURCE, "2026-11", "budget_id, valid_from") == [
        ("chatbot", date(2026, 11, 1))
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scope_type": "planet"}, "scope_type is 'planet', expected one of total"),
        ({"scope_value": ""}, "scope_value is empty, expected what is budgeted"),
        (
            {"scope_type": "total"},
            "scope_value is 'marketing-chatbot', expected what is budgeted, or nothing",
        ),
        ({"budget_amount": "0"}, "budget_amount is '0.0*', expected more than 0"),
        ({"budget_amount": "2 k"}, "budget_amount is '2 k', expected"),
        ({"budget_currency": "dollars"}, "budget_currency is 'dollars', expected"),
        ({"cost_basis": "list"}, "cost_basis is 'list', expected one of billed"),
        (
            {"threshold_percents": "50%"},
            "threshold_percents is '50%', expected percents of the amount, such as 50;",
        ),
        (
            {"valid_to": ""},
            "valid_to is empty, expected the first day after the budget",
        ),
        (
            {"valid_to": "2026-10-01"},
            "valid_to is '2026-10-01', expected the first day",
        ),
    ],
)
def test_a_budget_that_cannot_be_is_refused_by_row_and_column(
    put, settings, change, said
):
    put("plan.csv", file({}, {"budget_id": "other"} | change))
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=rf"plan\.csv, row 2: {said}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")


def test_two_budgets_of_one_id_and_day_are_refused(put, settings):
    put("plan.csv", file({}, {"budget_amount": "3000"}))
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match="expected one that no other row"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")


def test_a_file_that_says_no_last_day_at_all_is_refused(put, settings):
    put("plan.csv", file({}).replace(",valid_to", "").replace(",2026-11-01", ""))
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=r"plan\.csv, row 1: valid_to is empty"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")
