"""What a forecast of every series costs, against repeating the last week.

Run ``python -m bench.forecast --series 1000 --days 400``. Series are invented: a level
with weekdays and noise, a fifth of them at rest most of the time. The yardstick is the
same run with the candidates that fit nothing. How good forecasts are is for
``bench.backtest`` to say.
"""

import argparse
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from bench.measuring import best, ratio, row, spend, table
from pipelines.forecasting import candidates, expected, models

MODULE = "bench.forecast"
FIRST = date(2025, 1, 1)
LEAST_DAYS = 63
WAYS = ("naive", "candidates", "anomalies")


def made(series: int, days: int) -> pa.Table:
    """Invent daily costs: one row per series and day."""
    chance = np.random.default_rng(1)
    level = chance.uniform(5, 500, (series, 1))
    weekday = np.where((np.arange(days) % models.WEEK) < 5, 1.0, 0.6)
    costs = level * weekday * chance.normal(1, 0.1, (series, days)).clip(0.1)
    rests = chance.random((series, days)) < 0.7
    costs[: series // 5] = np.where(rests[: series // 5], 0, costs[: series // 5])
    names = np.array([f"series {n}" for n in range(series)], dtype=object)
    dates = [FIRST + timedelta(days=n) for n in range(days)]
    return pa.table(
        {
            "series_id": np.repeat(names, days),
            "charge_date": pa.array(dates * series, pa.date32()),
            "cost": pa.array(costs.ravel().round(2)),
        }
    )


def work(way: str, series: int, days: int) -> None:
    """Do one way's work on invented series."""
    costs = made(series, days)
    if way == "anomalies":
        leaves = costs.rename_columns(["anomaly_series_id", "charge_date", "cost"])
        spend(lambda: expected.judged(leaves, expected.Limits(25, 0.25)))
        return
    floor = float("inf") if way == "naive" else 1.0
    drivers = costs.slice(0, 0).rename_columns(["series_id", "charge_date", "quantity"])
    models.ets(np.arange(28.0), 1)  # statsforecast is imported, and not counted
    spend(
        lambda: candidates.candidates(
            costs, drivers, least_days=LEAST_DAYS, floor=floor
        )
    )


def report(series: int, days: int) -> None:
    """Print what each way costs."""
    table("way", "series", "days", "CPU s", "peak MiB", "times naive")
    naive = 0.0
    for way in WAYS:
        cost = best(1, MODULE, way, series, days)
        assert not cost.failed, cost.failed
        naive = naive or cost.cpu
        row(
            way,
            series,
            days,
            f"{cost.cpu:.1f}",
            f"{cost.memory:.0f}",
            ratio(cost.cpu, naive),
        )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        way, series, days = chosen.child
        work(way, int(series), int(days))
    else:
        report(chosen.series, chosen.days)


if __name__ == "__main__":
    main()
