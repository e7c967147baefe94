"""What coding tools cost in the marts is what their files say, to the last digit."""

import csv
from decimal import Decimal

import duckdb
import pytest

from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR, Settings

SAMPLES = PROJECT_DIR / "sample_exports"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def db(sample_home):
    version = current(Settings(home=sample_home))
    with duckdb.connect(str(version.database), read_only=True) as opened:
        yield opened


def rows_of(pattern):
    for path in sorted(SAMPLES.glob(pattern)):
        with path.open() as file:
            yield from csv.DictReader(file)


def sums(db, column):
    found = db.execute(
        f"select tool_name, sum({column}) from fct_coding_costs_daily "
        "where effective_cost is not null group by all"
    ).fetchall()
    return dict(found)


def test_seats_are_what_the_report_and_the_list_say(db):
    """Copilot's are in GitHub's detailed reports, the others in the list."""
    copilot = sum(
        Decimal(row["net_amount"])
        for row in rows_of("github/detailed*.csv")
        if row["sku"] == "copilot_for_business"
    )
    listed = {"Cursor": Decimal(0), "Claude Code": Decimal(0)}
    for row in rows_of("coding_seats/*.csv"):
        if row["seat_price"]:
            listed[row["tool_name"]] += Decimal(row["seat_price"])

    assert sums(db, "seat_cost") == {"GitHub Copilot": copilot, **listed}


def test_use_beyond_seats_is_in_no_report_twice(db):
    """October's summary, its pull of the API and its AI usage report are not added."""
    copilot = sum(
        Decimal(row["net_amount"])
        for row in rows_of("github/detailed*.csv")
        if row["sku"] == "copilot_ai_credit"
    )

    assert sums(db, "on_demand_cost")["GitHub Copilot"] == copilot


def test_every_charge_of_a_coding_tool_is_in_the_mart_and_shown_back(db):
    """600 of Claude Code's seats, and all of Cursor and Copilot."""
    (ledger,) = db.execute(
        "select sum(EffectiveCost) from focus "
        "where x_SourceName in ('cursor', 'seats') or ServiceName = 'GitHub Copilot'"
    ).fetchone()
    parts = {
        "fct_coding_users_monthly": "true",
        "fct_pull_request_costs_monthly": "true",
        "fct_showback_daily": "ai_cost_class = 'coding_tools'",
    }
    found = [
        db.execute(f"select sum(effective_cost) from {mart} where {which}").fetchone()
        for mart, which in parts.items()
    ]

    assert sum(sums(db, "effective_cost").values()) == ledger
    assert found == [(ledger,)] * 3
