"""Days that stand out, in series whose expectation a person can work out."""

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from pipelines.forecasting.expected import Limits, judged

FIRST = date(2026, 8, 3)  # a Monday
LIMITS = Limits(floor=25, threshold=0.25)
WEEK = [100, 110, 100, 90, 100, 40, 40]


def table(*leaves):
    rows = [
        (f"leaf {n}", FIRST + timedelta(days=day), Decimal(str(cost)))
        for n, costs in enumerate(leaves)
        for day, cost in enumerate(costs)
    ]
    return pa.table(
        {
            "anomaly_series_id": [row[0] for row in rows],
            "charge_date": pa.array([row[1] for row in rows], pa.date32()),
            "cost": pa.array([row[2] for row in rows], pa.decimal128(38, 12)),
        }
    )


def days(costs, limits=LIMITS):
    return {
        (row["charge_date"] - FIRST).days: row
        for row in judged(table(costs), limits).to_pylist()
    }


def events(costs, limits=LIMITS):
    return [
        (day, (row["event_first_date"] - FIRST).days)
        for day, row in days(costs, limits).items()
        if row["event_first_date"]
    ]


def test_a_day_is_expected_to_be_the_median_of_its_kind():
    found = days(WEEK * 4)

    assert min(found) == 14
    assert found[26]["expected"] == 40  # a Saturday
    assert found[21]["expected"] == 100


def test_the_band_is_as_wide_as_the_widest_of_deviations_share_and_floor():
    """At a median of 100 a quarter is 25, the floor; weekends reach down to 40."""
    found = days(WEEK * 4)

    assert (found[21]["lower"], found[21]["upper"]) == (40, 125)
    assert (found[26]["lower"], found[26]["upper"]) == (15, 110)


def test_a_jump_is_found_on_its_first_day_and_is_one_event():
    assert events(WEEK * 4 + [500] * 6 + WEEK) == [(day, 28) for day in range(28, 34)]


def test_what_a_day_costs_later_does_not_judge_it():
    short, longer = days(WEEK * 4), days(WEEK * 4 + [9000] * 5)

    assert all(longer[day] == row for day, row in short.items())


def test_a_jump_that_stays_is_normal_after_five_weeks():
    found = [day for day, _ in events(WEEK * 4 + [500] * 60)]

    assert found == list(range(28, 63))


def test_a_drop_is_an_event_as_well():
    assert events(WEEK * 4 + [0] * 2 + WEEK) == [(28, 28), (29, 28)]


def test_a_few_cents_are_no_event_however_large_their_share():
    assert events([0.01] * 28 + [20] * 3) == []
    assert events([0.01] * 28 + [20] * 3, Limits(1, 0.25)) == [
        (day, 28) for day in (28, 29, 30)
    ]


def test_a_fee_of_each_first_of_a_month_is_expected():
    """31 days apart: the first time stands out, the second has its like."""
    fees = [10] * 20 + [300] + [10] * 30 + [300] + [10] * 5

    assert events(fees) == [(20, 20)]


def test_a_closed_event_neither_hides_the_next_nor_moves_what_is_expected():
    """The median of 30 days at 100 is 100, of 35 normal ones as well; 25 is allowed."""
    costs = [100] * 30 + [1000] + [100] * 5 + [900] + [100] * 70 + [130]
    found = days(costs)

    assert events(costs) == [(30, 30), (36, 36), (107, 107)]
    for day in (30, 36, 60, 107):
        assert (found[day]["expected"], found[day]["upper"]) == (100, 125)


def test_drops_and_days_of_a_series_that_rests_are_found_one_by_one_as_well():
    drops = [100] * 30 + [0] + [100] * 5 + [10] + [100] * 5
    rests = [0] * 30 + [500] + [0] * 5 + [400, 450] + [0] * 5

    assert events(drops) == [(30, 30), (36, 36)]
    assert events(rests) == [(30, 30), (36, 36), (37, 36)]


def test_a_fee_that_is_expected_hides_no_spike():
    """A second fee of 300 is like the first; 280 five days later is like nothing."""
    costs = [100] * 20 + [300] + [100] * 30 + [300] + [100] * 5 + [280] + [100]

    assert events(costs) == [(20, 20), (57, 57)]


def test_a_fee_that_doubles_stands_out():
    costs = [100] * 20 + [300] + [100] * 30 + [600] + [100]

    assert events(costs) == [(20, 20), (51, 51)]


def test_the_third_week_of_a_weekly_job_is_expected():
    """Day 28 is a Monday; from the third Monday on it has two likes."""
    assert events([100] * 28 + [500, *[100] * 6] * 8) == [(28, 28), (35, 35)]


def test_what_stands_out_time_and_again_is_how_the_series_goes():
    """Every second day from day 30 on; the seventh is the seventh in five weeks."""
    costs = [100] * 30 + [500, 100] * 30

    assert [day for day, _ in events(costs)] == [30, 32, 34, 36, 38, 40]


def test_a_service_that_was_not_there_is_expected_to_cost_nothing():
    found = days([0] * 20 + [80] * 3)

    assert found[20]["expected"] == 0
    assert [day for day, row in found.items() if row["event_first_date"]] == [
        20,
        21,
        22,
    ]


def test_one_leaf_does_not_hide_another():
    """The sum of both stays what it was."""
    up, down = WEEK * 4 + [160] * 3, WEEK * 4 + [40, 50, 40]
    rows = judged(table(up, down), LIMITS).to_pylist()

    assert [r["anomaly_series_id"] for r in rows if r["event_first_date"]] == [
        "leaf 0"
    ] * 3
    low = WEEK * 4 + [0] * 3
    rows = judged(table(up, low), LIMITS).to_pylist()
    assert len([r for r in rows if r["event_first_date"]]) == 6


def test_nothing_in_gives_the_columns_and_no_row():
    found = judged(table([])[:0], LIMITS)

    assert found.num_rows == 0
    assert "event_first_date" in found.column_names
