"""The candidates: how a daily series may go on.

Belongs here: one function per candidate, from a history to the days after it. Each is
deterministic. statsforecast takes two seconds to import, so it is imported when used.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Model = Callable[[Array, int], Array]

WEEK = 7
FOUR_WEEKS = 28
TWELVE_WEEKS = 84


def seasonal_naive(history: Array, days: int) -> Array:
    """Repeat the last week: what every other candidate has to beat."""
    return np.resize(history[-WEEK:], days)


def window_average(history: Array, days: int) -> Array:
    """Go on as the mean of the last seven days."""
    return np.full(days, history[-WEEK:].mean())


def weekday_average(history: Array, days: int) -> Array:
    """Repeat the mean of the last four weeks, weekday by weekday."""
    weeks = min(len(history) // WEEK, FOUR_WEEKS // WEEK)
    return np.resize(history[-weeks * WEEK :].reshape(weeks, WEEK).mean(axis=0), days)


def long_average(history: Array, days: int) -> Array:
    """Go on as the mean of the last four weeks, for series that often rest."""
    return np.full(days, history[-FOUR_WEEKS:].mean())


def quarter_average(history: Array, days: int) -> Array:
    """Go on as the mean of the last twelve weeks: bursts of every month are in it."""
    return np.full(days, history[-TWELVE_WEEKS:].mean())


def exponential_smoothing(history: Array, days: int) -> Array:
    """Go on at a level that newer days move more."""
    from statsforecast.models import SimpleExponentialSmoothingOptimized  # noqa: PLC0415

    return _mean(SimpleExponentialSmoothingOptimized(), history, days)


def theta(history: Array, days: int) -> Array:
    """Go on with half of the trend and the weekdays (Assimakopoulos, Nikolopoulos)."""
    from statsforecast.models import OptimizedTheta  # noqa: PLC0415

    return _mean(OptimizedTheta(season_length=WEEK), history, days)


def ets(history: Array, days: int) -> Array:
    """Go on at a smoothed level with smoothed weekdays (ETS, additive, no trend)."""
    from statsforecast.models import AutoETS  # noqa: PLC0415

    return _mean(AutoETS(season_length=WEEK, model="ANA"), history, days)


def croston(history: Array, days: int) -> Array:
    """Smooth sizes and gaps apart, for series that often rest (Syntetos, Boylan)."""
    from statsforecast.models import CrostonSBA  # noqa: PLC0415

    return _mean(CrostonSBA(), history, days)


def price_of_week(costs: Array, quantities: Array) -> float:
    """Give what a unit of the driver cost over the last seven days; 0 without one."""
    bought = float(quantities[-WEEK:].sum())
    return float(costs[-WEEK:].sum()) / bought if bought > 0 else 0.0


def _mean(model: object, history: Array, days: int) -> Array:
    # A series that never changes divides by its variance, 0, and is forecast right.
    with np.errstate(divide="ignore", invalid="ignore"):
        forecast = model.forecast(y=history, h=days)["mean"]  # type: ignore[attr-defined]
    return np.asarray(forecast, dtype=np.float64)


# Few costs do not repay a fit: the simple three.
SIMPLE: dict[str, Model] = {
    "seasonal_naive": seasonal_naive,
    "window_average": window_average,
    "weekday_average": weekday_average,
}
STEADY: dict[str, Model] = SIMPLE | {
    "exponential_smoothing": exponential_smoothing,
    "theta": theta,
    "ets": ets,
}
# They see more than one burst.
PATIENT: dict[str, Model] = {
    "long_average": long_average,
    "quarter_average": quarter_average,
    "croston": croston,
}
INTERMITTENT: dict[str, Model] = SIMPLE | PATIENT
# The median of the others, day by day. Where a series rests it is the mean of the
# patient ones: its usual day is none of its bursts, its last week may be all one.
COMBINED = "combined"
# The driver by `ets`, times the price of the last days.
DRIVER = "driver"
