"""Forecasts: what each candidate says of series whose end is known by heart."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from pipelines.forecasting import candidates as made
from pipelines.forecasting import models

FIRST = date(2026, 8, 1)  # a Saturday
WEEK = [30.0, 30.0, 100.0, 100.0, 100.0, 100.0, 100.0]
NONE = pa.table(
    {
        "series_id": pa.array([], pa.string()),
        "charge_date": pa.array([], pa.date32()),
        "quantity": pa.array([], pa.decimal128(38, 12)),
    }
)


def table(costs, key="a", name="cost"):
    return pa.table(
        {
            "series_id": [key] * len(costs),
            "charge_date": [FIRST + timedelta(days=n) for n in range(len(costs))],
            name: pa.array([Decimal(str(c)) for c in costs], pa.decimal128(38, 12)),
        }
    )


def run(costs, drivers=NONE, **chosen):
    rows = made.candidates(
        costs, drivers, **({"least_days": 63, "floor": 1.0} | chosen)
    ).to_pylist()
    newest = max((row["as_of_date"] for row in rows), default=None)
    return rows, [row for row in rows if row["as_of_date"] == newest]


def test_seasonal_naive_repeats_the_last_week():
    history = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])

    assert models.seasonal_naive(history, 9).tolist() == [2, 3, 4, 5, 6, 7, 8, 2, 3]


def test_the_averages_are_of_seven_and_of_twenty_eight_days():
    history = np.array([0.0] * 21 + [14.0] * 7)

    assert models.window_average(history, 2).tolist() == [14, 14]
    assert models.long_average(history, 1).tolist() == [3.5]


def test_the_average_of_weekdays_is_of_the_last_four_weeks():
    history = np.array([*[9.0] * 7, *WEEK, *WEEK, *WEEK, *[70.0] * 7])

    # (3 x 30 + 70) / 4 and (3 x 100 + 70) / 4
    told = models.weekday_average(history, 8).tolist()
    assert told == [40, 40, 92.5, 92.5, 92.5, 92.5, 92.5, 40]


def test_the_combination_is_the_median_of_the_others_on_each_day():
    """A week of 1.5 after 0.5: the last week and its mean 1.5, four weeks 0.75."""
    _, told = run(table([0.5] * 63 + [1.5] * 7))

    days = [row["expected"] for row in told if row["model_name"] == models.COMBINED]
    assert days == [1.5] * made.HORIZON


def test_a_level_without_weekdays_goes_on():
    history = np.full(63, 12.0)

    for model in (models.exponential_smoothing, models.theta, models.ets):
        assert model(history, 3) == pytest.approx([12, 12, 12], abs=0.01)


def test_ets_knows_the_weekdays():
    history = np.array(WEEK * 9)

    assert models.ets(history, 7) == pytest.approx(WEEK, abs=0.5)


def test_croston_goes_on_at_the_mean_of_a_series_that_rests():
    """30 every third day is 10 a day; Syntetos and Boylan take a twentieth off."""
    history = np.array([0.0, 0.0, 30.0] * 21)

    assert models.croston(history, 2) == pytest.approx([9.5, 9.5], abs=0.01)


def test_a_week_that_repeats_is_forecast_to_the_cent():
    _, told = run(table(WEEK * 9))

    naive = [row["expected"] for row in told if row["model_name"] == "seasonal_naive"]
    assert naive == (WEEK * 5)[: made.HORIZON]
    assert {row["as_of_date"] for row in told} == {FIRST + timedelta(days=62)}
    assert [row["forecast_date"] for row in told][:2] == [
        date(2026, 10, 3),
        date(2026, 10, 4),
    ]


def test_too_little_history_forecasts_nothing():
    rows, _ = run(table(WEEK * 9), least_days=64)

    assert rows == []


def test_an_origin_knows_nothing_of_the_days_after_it():
    """The last day is a thousand times dearer; only the newest origin may say so."""
    calm, _ = run(table(WEEK * 10))
    loud, _ = run(table([*(WEEK * 10)[:-1], 100_000]))

    newest = max(row["as_of_date"] for row in calm)
    for row in (*calm, *loud):
        row.pop("series_content")
    assert [r for r in calm if r["as_of_date"] < newest] == [
        r for r in loud if r["as_of_date"] < newest
    ]


def test_origins_are_five_days_apart_and_told_no_further_than_what_is_known():
    rows, _ = run(table(WEEK * 10), floor=10_000)

    days = {}
    for row in rows:
        days.setdefault(row["as_of_date"], set()).add(row["horizon_days"])
    newest, *older = sorted(days, reverse=True)
    assert [(newest - day).days for day in older] == [6, 11, 16, 21, 26, 31, 36, 41, 46]
    assert [max(days[day]) for day in older[:3]] == [6, 11, 16]
    assert max(days[older[-1]]) == max(days[newest]) == 31


def test_few_costs_get_the_simple_candidates_alone():
    _, told = run(table([0.5] * 63))

    assert {row["model_name"] for row in told} == {*models.SIMPLE, models.COMBINED}


def test_a_series_that_rests_gets_candidates_of_its_kind():
    _, told = run(table([0, 0, 30] * 21))

    names = {row["model_name"] for row in told}
    assert names == {*models.INTERMITTENT, models.COMBINED}


def test_a_cost_falls_below_zero_only_where_there_were_credits():
    falling = np.linspace(600, 1, 63).round(2).tolist()
    _, paid = run(table(falling))
    _, credited = run(table([*falling[:-1], -400]))

    assert min(row["expected"] for row in paid) == 0
    assert min(row["expected"] for row in credited) < 0


def test_a_driver_is_its_quantity_times_the_price_of_the_last_week():
    """1,000 tokens a day for ten; since a week ago for five: 1,000 x 0.005."""
    costs = table([10.0] * 56 + [5.0] * 7)
    _, told = run(costs, table([1000] * 63, name="quantity"))

    driver = [row for row in told if row["model_name"] == models.DRIVER]
    assert driver[0]["driver_unit_cost"] == pytest.approx(0.005)
    assert driver[0]["driver_quantity"] == pytest.approx(1000)
    assert [row["expected"] for row in driver] == pytest.approx([5.0] * 31)


def test_a_forecast_is_told_to_seven_digits():
    exact = np.array([811.8026271504763, -0.000123456789, 0.0, 9.99999999e9, 5.0])

    assert made.told(exact).tolist() == [811.8026, -0.0001234568, 0.0, 1e10, 5.0]
    assert made.told(np.nextafter(exact, 0)).tolist() == made.told(exact).tolist()


def test_two_runs_say_the_same():
    noisy = np.random.default_rng(7).normal(100, 20, 90).round(6).tolist()

    assert run(table(noisy))[0] == run(table(noisy))[0]


def test_only_a_series_that_changed_is_fitted_again(monkeypatch):
    """One day costs another amount, one series is new, one has left."""
    days = [100.0, 90, 110] * 30
    stays, changed, new, left = (table(days, key) for key in ("s", "c", "n", "l"))
    other = table([*days[:-1], 111.0], "c")
    before = made.candidates(
        pa.concat_tables([stays, changed, left]), NONE, least_days=63, floor=1
    )
    fitted, fit = [], made.predictions

    def counted(series, *chosen):
        fitted.append(series.key)
        return fit(series, *chosen)

    monkeypatch.setattr(made, "predictions", counted)
    now = pa.concat_tables([stays, other, new])
    after = made.candidates(now, NONE, least_days=63, floor=1, before=before)
    assert sorted(fitted) == ["c", "n"]

    whole = made.candidates(now, NONE, least_days=63, floor=1)
    order = ["series_id", "model_name", "as_of_date", "forecast_date"]
    order = [(name, "ascending") for name in order]
    assert after.sort_by(order).equals(whole.sort_by(order))

    # Another setting is another forecast.
    fitted.clear()
    made.candidates(now, NONE, least_days=63, floor=2, before=after)
    assert sorted(fitted) == ["c", "n", "s"]


def test_nothing_in_gives_the_columns_and_no_row():
    rows = made.candidates(table([])[:0], NONE, least_days=63, floor=1)

    assert rows.num_rows == 0
    assert rows.column_names[:5] == [
        "series_id",
        "series_content",
        "model_name",
        "as_of_date",
        "forecast_date",
    ]


def test_a_machine_that_is_always_on_hides_no_bursts():
    """16 a day and 1,000 on six days of each 30: the mean is 212, a fifth of it 42."""
    month = [16.0] * 24 + [1000.0] * 6

    assert made.is_intermittent(np.array(month * 4))
    assert made.is_intermittent(np.array(month * 3 + [16.0] * 28))


def test_weekends_growth_and_one_dear_day_make_no_series_intermittent():
    """Two of seven days rest; 100 is less than 500 and more than a fifth of 214."""
    week = [100.0] * 5 + [0.0] * 2

    assert not made.is_intermittent(np.array(week * 12))
    assert not made.is_intermittent(np.array([100.0] * 60 + [500.0] * 24))
    assert not made.is_intermittent(np.array([100.0] * 83 + [100_000.0]))


def test_the_long_average_of_a_bursty_series_has_the_sum_of_its_months():
    """12 weeks of 16 a day and 18 days of 1,000 more: 16 + 18,000 / 84."""
    costs = ([16.0] * 22 + [1016.0] * 6) * 3

    assert models.quarter_average(np.array(costs), 2).tolist() == [16 + 18_000 / 84] * 2
    assert "quarter_average" in made.candidates_of(
        made.Series("a", date(2026, 1, 1), np.array(costs)), 1.0
    )
