"""What a day was expected to cost, from the days before it, and whether it stands out.

Belongs here: the expected cost and its band, series by series and day by day, because
an open event changes what later days are compared with. Does not belong here: what an
event cost and why; that is ``fct_cost_anomalies``.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.forecasting.models import Array

# Five weeks, so that a fee of the first of a month has its like in them.
WINDOW = 35
LEAST_DAYS = 14
# As many deviations as a day of a normal series passes once in 2,000 days.
DEVIATIONS = 3.5
# A median absolute deviation of a normal series, as a standard deviation.
NORMAL = 1.4826
SATURDAY = 5
LEAST_OF_KIND = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """What a deviation must exceed to be an anomaly: an amount a day, and a share."""

    floor: float
    threshold: float


def judged(costs: pa.Table, limits: Limits) -> pa.Table:
    """Judge each day of each series against the days before it.

    The expected cost is the median of the days of the same kind (weekday or weekend)
    among the 35 days before; the band around it is as wide as the widest of 3.5
    deviations (by the median absolute deviation), the share and the floor, and as far
    as any day of those 35 went. While days stand out one after another they are one
    event, and no part of what is expected; after 35 days they are the new normal.

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
    expected, lower, upper = (np.full(matrix.shape, np.nan) for _ in range(3))
    event = np.full(matrix.shape, np.nan)
    weekend = np.array([day.weekday() >= SATURDAY for day in days.tolist()])
    began = np.full(len(leaves), -1)
    for today in range(LEAST_DAYS, len(days)):
        began[(began >= 0) & (today - began >= WINDOW)] = -1
        ends = np.where(began >= 0, began, today)
        middle, low, high = _band(matrix, ends, weekend, weekend[today], limits)
        actual = matrix[:, today]
        out = (actual > high) | (actual < low)
        began = np.where(out, np.where(began >= 0, began, today), -1)
        expected[:, today], lower[:, today], upper[:, today] = middle, low, high
        event[out, today] = began[out]
    return _table(leaves, days, (expected, lower, upper), event)


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
    ends: NDArray[np.int64],
    weekend: NDArray[np.bool_],
    today_is_weekend: np.bool_,
    limits: Limits,
) -> tuple[Array, Array, Array]:
    """Give expected, lower and upper cost of a day per series; NaN: not evaluated."""
    places = ends[:, None] - WINDOW + np.arange(WINDOW)[None, :]
    inside = places >= 0
    places = np.maximum(places, 0)
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
