"""What a day was expected to cost, from the days before it, and whether it stands out.

Belongs here: the expected cost and its band, series by series and day by day, because
an open event changes what later days are compared with. Does not belong here: what an
event cost and why; that is ``fct_cost_anomalies``.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.forecasting.models import Array

# Five weeks: as many weekends as a median wants.
WINDOW = 35
LEAST_DAYS = 14
# As many deviations as a day of a normal series passes once in 2,000 days.
DEVIATIONS = 3.5
# A median absolute deviation of a normal series, as a standard deviation.
NORMAL = 1.4826
SATURDAY = 5
LEAST_OF_KIND = 3
# What stood out so often in five weeks, and now again, is how the series goes.
OFTEN = 6
# A fee is charged on one day, or on two where its month ends in another time zone.
LONGEST_FEE = 2
# Marks a day that costs what its like did: no event, and no part of what is expected.
REPEATS = -1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a deviation must exceed to be an anomaly: an amount a day, and a share."""

    floor: float
    threshold: float


def judged(costs: pa.Table, limits: Limits) -> pa.Table:
    """Judge each day of each series against the days before it.

    The expected cost is the median of the days of the same kind (weekday or weekend)
    among the newest 35 that were no event; the band around it is as wide as the widest
    of 3.5 deviations (by the median absolute deviation), the share and the floor, and
    as far as any day of those 35 went. While days stand out one after another they are
    one event. Its days are left out for good, so that a spike neither raises what is
    expected nor hides the next one. Three things are no event, however far they are:
    a level that is 35 days old, the seventh event in five weeks, and what costs as much
    as its like a month before, or a week and two weeks before.

    Args:
        costs: ``anomaly_series_id``, ``charge_date``, ``cost``; no series has gaps.
        limits: the owner's floor and share.

    Returns:
        ``anomaly_series_id``, ``charge_date``, ``expected``, ``lower``, ``upper`` and
        ``event_first_date``, NULL on a day like others; days that have fewer than 14
        before them are not evaluated and have no row.
    """
    if not costs.num_rows:
        none = np.empty((0, 0))
        days = np.array([], "datetime64[D]")
        return _table([], days, (none, none, none), none)
    leaves, days, matrix = _grid(costs)
    bands, event = _judged(matrix, days.tolist(), limits)
    return _table(leaves, days, bands, event)


def _judged(
    matrix: Array, calendar: list[date], limits: Limits
) -> tuple[tuple[Array, Array, Array], Array]:
    """Give the bands of every day, and on which place its event began; NaN: none."""
    series = len(matrix)
    bands = tuple(np.full(matrix.shape, np.nan) for _ in range(3))
    event = np.full(matrix.shape, np.nan)
    weekend = np.array([day.weekday() >= SATURDAY for day in calendar])
    began = np.full(series, -1)
    normal = np.full((series, WINDOW), -1)
    for today in range(len(calendar)):
        stays = (began >= 0) & (today - began >= WINDOW)
        normal[stays] = np.arange(today - WINDOW, today)
        began[stays] = -1
        band = _band(matrix, normal, weekend, weekend[today], limits)
        for known, of_today in zip(bands, band, strict=True):
            known[:, today] = of_today
        actual, (middle, low, high) = matrix[:, today], band
        out = (actual > high) | (actual < low)
        for row in np.flatnonzero(out & (began < 0)):
            if _is_often(event[row], today):
                normal[row] = np.arange(today - WINDOW, today)
                out[row] = False
            elif _has_its_like(matrix[row], event[row], calendar, today, middle[row]):
                # What repeats is known, and would hide a spike all the same.
                out[row], event[row, today] = False, REPEATS
        began = np.where(out, np.where(began >= 0, began, today), -1)
        event[out, today] = began[out]
        joins = np.isnan(event[:, today]) & np.isfinite(actual)
        normal[joins, :-1] = normal[joins, 1:]
        normal[joins, -1] = today
    event[event == REPEATS] = np.nan
    return (bands[0], bands[1], bands[2]), event


def _is_often(event: Array, today: int) -> bool:
    """Whether so many events began in the five weeks before that this is none."""
    before = event[max(0, today - WINDOW) : today]
    began = before[np.isfinite(before) & (before >= max(0, today - WINDOW))]
    return len(np.unique(began)) >= OFTEN


def _has_its_like(
    costs: Array, event: Array, calendar: list[date], today: int, middle: float
) -> bool:
    """Whether a month before, or a week and two weeks before, it cost as much.

    As much is at most a tenth further from the expected cost: a fee grows a little.
    """

    def is_like(day: int) -> bool:
        if day < 0 or not np.isfinite(event[day]):
            return False
        length = int((event == event[day]).sum()) if event[day] != REPEATS else 1
        away, before = costs[today] - middle, costs[day] - middle
        return (
            length <= LONGEST_FEE
            and away * before > 0
            and abs(away) <= 1.1 * abs(before)
        )

    if is_like(today - 7) and is_like(today - 14):
        return True
    month_before = _month_before(calendar[today])
    return is_like(today - (calendar[today] - month_before).days)


def _month_before(day: date) -> date:
    """Give the same day of the month before; of a last day that month's last day."""
    last = day.replace(day=1) - timedelta(days=1)
    is_last = (day + timedelta(days=1)).day == 1
    return last if is_last else last.replace(day=min(day.day, last.day))


def _grid(costs: pa.Table) -> tuple[list[str], NDArray[np.datetime64], Array]:
    """Lay leaves in rows and days in columns; NaN before a series's first day."""
    names = costs["anomaly_series_id"].to_numpy()
    leaves, rows = np.unique(names, return_inverse=True)
    dates = costs["charge_date"].to_numpy().astype("datetime64[D]")
    days = np.arange(dates.min(), dates.max() + 1)
    matrix = np.full((len(leaves), len(days)), np.nan)
    matrix[rows, (dates - days[0]).astype(int)] = costs["cost"].cast(pa.float64())
    return leaves.tolist(), days, matrix


def _band(
    matrix: Array,
    normal: NDArray[np.int64],
    weekend: NDArray[np.bool_],
    today_is_weekend: np.bool_,
    limits: Limits,
) -> tuple[Array, Array, Array]:
    """Give expected, lower and upper cost of a day per series; NaN: not evaluated."""
    inside = normal >= 0
    places = np.maximum(normal, 0)
    window = np.where(inside, np.take_along_axis(matrix, places, axis=1), np.nan)
    alike = np.where(weekend[places] == today_is_weekend, window, np.nan)
    enough = (np.isfinite(window).sum(axis=1) >= LEAST_DAYS) & (
        np.isfinite(alike).sum(axis=1) >= LEAST_OF_KIND
    )
    middle, low, high = (np.full(len(matrix), np.nan) for _ in range(3))
    if not enough.any():
        return middle, low, high
    middle[enough] = np.nanmedian(alike[enough], axis=1)
    spread = np.nanmedian(np.abs(alike[enough] - middle[enough, None]), axis=1)
    half = np.maximum.reduce(
        [
            DEVIATIONS * NORMAL * spread,
            limits.threshold * np.abs(middle[enough]),
            np.full(len(spread), limits.floor),
        ]
    )
    low[enough] = np.minimum(middle[enough] - half, np.nanmin(window[enough], axis=1))
    high[enough] = np.maximum(middle[enough] + half, np.nanmax(window[enough], axis=1))
    return middle, low, high


def _table(
    leaves: list[str],
    days: NDArray[np.datetime64],
    bands: tuple[Array, Array, Array],
    event: Array,
) -> pa.Table:
    expected, lower, upper = bands
    rows, columns = np.nonzero(np.isfinite(expected))
    began = event[rows, columns]
    is_event = np.isfinite(began)
    first = days[np.where(is_event, began, 0).astype(int)] if len(days) else days
    return pa.table(
        {
            "anomaly_series_id": pa.array([leaves[row] for row in rows], pa.string()),
            "charge_date": pa.array(days[columns], pa.date32()),
            "expected": pa.array(expected[rows, columns], pa.float64()),
            "lower": pa.array(lower[rows, columns], pa.float64()),
            "upper": pa.array(upper[rows, columns], pa.float64()),
            "event_first_date": pa.array(first, pa.date32(), mask=~is_event),
        }
    )
