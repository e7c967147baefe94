"""The month that a query is asked of, by verdicts that are written here."""

from datetime import date

import duckdb
import pytest

from pipelines.questions.months import (
    Month,
    MonthError,
    bound,
    month_of,
    months_not_reconciled,
    newest_reconciled_month,
)


def version_of(*rows):
    """Give a version whose rows are month, source, verdict and number of charges."""
    db = duckdb.connect()
    db.execute(
        "create table fct_reconciliation_monthly (billing_period_start timestamp, "
        "source_name varchar, verdict varchar, charge_count bigint)"
    )
    for month, *row in rows:
        db.execute(
            "insert into fct_reconciliation_monthly values (?, ?, ?, ?)",
            [f"{month}-01", *row],
        )
    return db


CLOSED = [
    ("2026-09", "openai", "proven", 3),
    ("2026-09", "credits", "nothing billed", 2),
]


@pytest.mark.parametrize(
    ("newer", "expected"),
    [
        ([], "2026-09"),
        ([("2026-10", "openai", "proven", 1)], "2026-10"),
        ([("2026-10", "openai", "no invoice", 1)], "2026-09"),
        (
            [
                ("2026-10", "onprem", "proven", 1),
                ("2026-10", "openai", "no invoice", 1),
            ],
            "2026-09",
        ),
        # Of openai, which has bills, one is missing; a gateway never has one.
        (
            [("2026-10", "onprem", "proven", 1), ("2026-10", "openai", "no bill", 0)],
            "2026-09",
        ),
        (
            [("2026-10", "onprem", "proven", 1), ("2026-10", "gateway", "no bill", 0)],
            "2026-10",
        ),
        # An invoice of a source without rows, and a month that owes nothing yet.
        ([("2026-10", "new", "blocked", 0)], "2026-09"),
        ([("2026-10", "credits", "nothing billed", 1)], "2026-09"),
    ],
)
def test_the_newest_reconciled_month(newer, expected):
    found = newest_reconciled_month(version_of(*CLOSED, *newer))

    assert found == Month(date.fromisoformat(f"{expected}-01"), is_reconciled=True)


def test_without_a_reconciled_month_it_is_the_newest_with_bills():
    db = version_of(
        ("2026-09", "openai", "no invoice", 1),
        ("2026-10", "openai", "no invoice", 1),
        ("2026-11", "gateway", "no bill", 0),
    )

    assert newest_reconciled_month(db) == Month(date(2026, 10, 1), is_reconciled=False)


def test_without_bills_there_is_no_month():
    with pytest.raises(MonthError, match="no month has bills"):
        newest_reconciled_month(version_of(("2026-10", "gateway", "no bill", 0)))


def test_what_does_not_reconcile_is_named_newest_first():
    db = version_of(
        *CLOSED,
        ("2026-10", "openai", "no invoice", 1),
        ("2026-10", "openai", "no invoice", 1),  # in another currency
        ("2026-11", "openai", "no bill", 0),
        ("2026-11", "gateway", "no bill", 0),
        ("2026-11", "credits", "nothing billed", 1),
    )

    assert months_not_reconciled(db) == [
        "2026-11 openai: no bill",
        "2026-10 openai: no invoice",
    ]
    assert months_not_reconciled(version_of(*CLOSED)) == []


@pytest.mark.parametrize("text", ["2026-10", "2026-10-01"])
def test_a_month_is_read_as_people_write_it(text):
    assert month_of(text) == date(2026, 10, 1)


@pytest.mark.parametrize("text", ["2026-13", "0000-01", "october", "2026-10-02", ""])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(MonthError, match="is no month; expected one like 2026-10"):
        month_of(text)


def test_only_a_query_with_the_month_gets_it():
    db = version_of(*CLOSED)

    assert bound(db, "select 1") == {}
    assert bound(db, "select '$month'") == {}
    assert bound(db, "select $month") == {"month": date(2026, 9, 1)}
    assert bound(db, "select $month", date(2026, 1, 1)) == {"month": date(2026, 1, 1)}
    with pytest.raises(MonthError, match=r"parameter \$monat; only \$month"):
        bound(db, "select $monat")
