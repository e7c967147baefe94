"""Forecasts of each candidate, from today and from earlier days: rolling origins.

Belongs here: cutting histories and running candidates. Does not belong here: scoring
them; every prediction is a row, and ``int_forecast_errors`` lays actual costs beside
it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.forecasting.models import (
    COMBINED,
    DRIVER,
    FOUR_WEEKS,
    INTERMITTENT,
    PATIENT,
    SIMPLE,
    STEADY,
    TWELVE_WEEKS,
    Array,
    Model,
    ets,
    price_of_week,
)

# To the end of the month, from any day of it; no further than was tested.
HORIZON = 31
# Weekdays would always be the same at a step of seven.
STEP = 5
ORIGINS = 12
LEAST_HISTORY = 21
# Eighteen weeks: fits cost by the day, and no candidate knows a year.
LONGEST_HISTORY = 126
# A series that rests on more days than this is intermittent: more than weekends and
# some holidays are. It rests where it costs less than a fifth of its mean, so that a
# machine which is always on hides no month's training.
RESTS = 0.35
RESTING = 0.2
DIGITS = 7


@dataclass(frozen=True, slots=True)
class Series:
    """A daily series without gaps.

    Attributes:
        key: what identifies it.
        first_day: day of the first cost.
        costs: one per day, in one currency.
        driver: one quantity per day of what the costs pay for, where that is known.
    """

    key: str
    first_day: date
    costs: Array
    driver: Array | None = None

    def content(self, least_days: int, floor: float) -> str:
        """Hash all that its predictions are made from."""
        digest = sha256(f"{self.key} {self.first_day} {least_days} {floor}".encode())
        digest.update(self.costs.tobytes())
        digest.update(b"" if self.driver is None else self.driver.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one candidate forecast on one day for the days after it."""

    key: str
    model: str
    made_on: date
    expected: Array
    quantities: Array | None = None
    unit_cost: float | None = None


def predictions(series: Series, least_days: int, floor: float) -> Iterator[Prediction]:
    """Run a series' candidates from its last day and from earlier ones.

    Args:
        series: its last day is the last closed one.
        least_days: with fewer days nothing is predicted.
        floor: mean daily cost of twelve weeks below which only simple candidates run.
    """
    known = len(series.costs)
    if known < least_days:
        return
    models = candidates_of(series, floor)
    origins = [known - STEP * number - 1 for number in range(1, ORIGINS + 1)]
    for end in [known, *(end for end in origins if end >= LEAST_HISTORY)]:
        made_on = series.first_day + timedelta(days=end - 1)
        days = HORIZON if end == known else min(HORIZON, known - end)
        history = series.costs[max(0, end - LONGEST_HISTORY) : end]
        forecasts = {
            name: _above_zero(history, model(history, days))
            for name, model in models.items()
        }
        # A fit that fails gives no forecast.
        forecasts = {
            name: days for name, days in forecasts.items() if np.isfinite(days).all()
        }
        forecasts[COMBINED] = _combined(forecasts)
        for name, expected in forecasts.items():
            yield Prediction(series.key, name, made_on, told(expected))
        if series.driver is not None and models.keys() >= {"ets"}:
            yield _by_driver(series, series.driver, made_on, end, days)


def _combined(forecasts: Mapping[str, Array]) -> Array:
    patient = [days for name, days in forecasts.items() if name in PATIENT]
    if len(patient) > 1:
        return np.asarray(np.mean(np.stack(patient), axis=0))
    return np.asarray(np.median(np.stack(list(forecasts.values())), axis=0))


def candidates_of(series: Series, floor: float) -> Mapping[str, Model]:
    """Choose which candidates are worth running."""
    if np.abs(series.costs[-TWELVE_WEEKS:]).mean() < floor:
        return SIMPLE
    return INTERMITTENT if is_intermittent(series.costs) else STEADY


def is_intermittent(costs: Array) -> bool:
    """Whether it costs next to nothing on more than a third of the days.

    Asked of twelve weeks and of four: one that rests for a month had bursts before, and
    one that has begun to rest is no longer as steady as it was. The dearest day is left
    out of the mean: one day is no burst, however dear.
    """
    return any(
        _rests(np.abs(span)) > RESTS
        for span in (costs[-TWELVE_WEEKS:], costs[-FOUR_WEEKS:])
    )


def _rests(span: Array) -> float:
    """Give the share of days that cost next to nothing."""
    usual = np.sort(span)[:-1].mean() if len(span) > 1 else 0.0
    return float((span <= RESTING * usual).mean())


def _by_driver(
    series: Series, driver: Array, made_on: date, end: int, days: int
) -> Prediction:
    history = driver[max(0, end - LONGEST_HISTORY) : end]
    quantities = np.maximum(ets(history, days), 0)
    price = price_of_week(series.costs[:end], driver[:end])
    return Prediction(
        series.key, DRIVER, made_on, told(quantities * price), told(quantities), price
    )


def told(values: Array) -> Array:
    """Give numbers to seven digits.

    The sixteenth is another one from build to build, by where in memory the fitting
    library finds its arrays; so two builds of the same rows would not be the same.
    """
    sizes = np.floor(np.log10(np.where(values == 0, 1, np.abs(values))))
    steps = 10.0 ** (DIGITS - 1 - sizes)
    return np.asarray(np.round(values * steps) / steps)


def _above_zero(history: Array, expected: Array) -> Array:
    """A cost falls below 0 only where credits or refunds are in its history."""
    return expected if history.min() < 0 else np.maximum(expected, 0)


def candidates(
    costs: pa.Table,
    drivers: pa.Table,
    *,
    least_days: int,
    floor: float,
    before: pa.Table | None = None,
) -> pa.Table:
    """Predict every series: one row per series, candidate, origin and day.

    A series that is as it was is not fitted again: its rows stay.

    Args:
        costs: ``series_id``, ``charge_date``, ``cost``; days without gaps.
        drivers: ``series_id``, ``charge_date``, ``quantity``; days may lack.
        least_days: with fewer days a series has no rows.
        floor: mean daily cost below which only simple candidates run.
        before: what this gave last time, by the same code.

    Returns:
        ``series_id``, ``series_content`` (a hash of all that it was predicted from),
        ``model_name``, ``as_of_date`` (last day that it knew),
        ``forecast_date``, ``horizon_days``, ``expected`` (cost), and of the driver
        candidate ``driver_quantity`` and ``driver_unit_cost``.
    """
    series = {one.content(least_days, floor): one for one in series_of(costs, drivers)}
    kept = None
    if before is not None:
        is_kept = pc.is_in(before["series_content"], pa.array(series, pa.string()))
        kept = before.filter(is_kept)
        for content in pc.unique(kept["series_content"]).to_pylist():
            del series[content]
    made = _predicted(series, least_days, floor)
    return made if kept is None else pa.concat_tables([kept.cast(made.schema), made])


def _predicted(series: Mapping[str, Series], least_days: int, floor: float) -> pa.Table:
    """Fit series, by the hash of what they are."""
    found = [
        (content, prediction)
        for content, one in series.items()
        for prediction in predictions(one, least_days, floor)
    ]
    made = [prediction for _, prediction in found]
    lengths = [len(one.expected) for one in made]
    horizons = [np.arange(1, length + 1) for length in lengths]
    starts = np.array([one.made_on for one in made], dtype="datetime64[D]")
    as_of = np.repeat(starts, lengths)
    horizon = np.concatenate(horizons) if made else np.array([], dtype=np.int64)
    unknown = [np.full(length, np.nan) for length in lengths]
    quantities = [
        nothing if one.quantities is None else one.quantities
        for one, nothing in zip(made, unknown, strict=True)
    ]
    prices = [np.nan if one.unit_cost is None else one.unit_cost for one in made]
    return pa.table(
        {
            "series_id": _repeated([one.key for one in made], lengths),
            "series_content": _repeated([content for content, _ in found], lengths),
            "model_name": _repeated([one.model for one in made], lengths),
            "as_of_date": pa.array(as_of, pa.date32()),
            "forecast_date": pa.array(as_of + horizon, pa.date32()),
            "horizon_days": pa.array(horizon, pa.int32()),
            "expected": _numbers([one.expected for one in made]),
            "driver_quantity": _numbers(quantities),
            "driver_unit_cost": pa.array(
                np.repeat(np.array(prices, dtype=np.float64), lengths), from_pandas=True
            ),
        }
    )


def _repeated(values: list[str], lengths: list[int]) -> pa.Array:
    return pa.array(np.repeat(np.array(values, dtype=object), lengths), pa.string())


def _numbers(parts: list[Array]) -> pa.Array:
    numbers = np.concatenate(parts) if parts else np.array([], dtype=np.float64)
    return pa.array(numbers, pa.float64(), from_pandas=True)


def series_of(costs: pa.Table, drivers: pa.Table) -> Iterator[Series]:
    """Cut a table of daily costs into its series, by key; drivers beside them."""
    quantities: dict[str, dict[date, float]] = {}
    for key, day, quantity in zip(
        *(
            drivers[name].to_pylist()
            for name in ("series_id", "charge_date", "quantity")
        ),
        strict=True,
    ):
        quantities.setdefault(key, {})[day] = float(quantity)
    ordered = costs.sort_by([("series_id", "ascending"), ("charge_date", "ascending")])
    keys = ordered["series_id"].to_numpy()
    days = ordered["charge_date"].to_pylist()
    amounts = ordered["cost"].cast(pa.float64()).to_numpy()
    cuts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
    for start, end in pairwise([*cuts, len(keys)]):
        known = quantities.get(keys[start])
        driver = (
            np.array([known.get(day, 0.0) for day in days[start:end]])
            if known
            else None
        )
        yield Series(keys[start], days[start], amounts[start:end], driver)
