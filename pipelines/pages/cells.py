"""A chart's numbers as the rows of its spec, for pictures that no browser draws.

Belongs here: what ``static/charts.js`` does with rows in a browser: which numbers are
shown, in which order, and what the others sum to; but colours are of what is left
when a filter narrows a picture down. Does not belong here: drawing
(``pictures``), and asking for sums (``sums``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log

import duckdb

from pipelines.pages.definition import Chart, Kind, Measure, Page
from pipelines.pages.sums import ChartRows, Sums
from pipelines.pages.wording import UNKNOWN, shown, worded

# So many colours of `by`; the others are one.
MOST = 9
Cell = dict[str, object]


@dataclass(frozen=True, slots=True)
class Cells:
    """What a chart is drawn of.

    Attributes:
        rows: one dictionary a mark; see ``specs`` for the columns.
        names: every value of ``by`` in the order of their colours, shown or not.
        currency: in which amounts are; '' where the rows have none.
        left_out: other currencies, whose amounts are not shown.
        not_split: the filters that the rows have no column for.
        has_month: whether the rows are of months.
    """

    rows: list[Cell]
    names: list[str]
    currency: str
    left_out: list[str]
    not_split: list[str]
    has_month: bool


@dataclass(frozen=True, slots=True)
class _Names:
    """The values of a column that are shown, and the one name of all others."""

    shown: Mapping[object, str]
    others: str

    @property
    def order(self) -> list[str]:
        return [*self.shown.values(), *([self.others] if self.others else [])]

    def of(self, value: object) -> str:
        return self.shown.get(value, self.others)


def cells_of(  # noqa: PLR0913 - what is asked, by name
    db: duckdb.DuckDBPyConnection,
    page: Page,
    chart: Chart,
    month: date,
    filters: Mapping[str, str],
    *,
    preferred: str = "",
) -> Cells:
    """Ask a version for what a chart is drawn of.

    Args:
        db: a published version.
        page: whose chart.
        chart: bars, lines, ranked bars, dots, a heat map, a waterfall or a band.
        month: its first day; a trend has every month all the same.
        filters: of columns of the rows, the one value that counts.
        preferred: the currency of rows that have several; '' for that of most rows.

    Raises:
        duckdb.Error: the version cannot be asked.
    """
    asked = ChartRows(db, page, chart, month)
    currencies = asked.currencies(preferred)
    currency = filters.get("currency") or (currencies[0] if currencies else "")
    kept = {name: text for name, text in filters.items() if name in asked.names}
    if len(currencies) > 1:
        kept["currency"] = currency
    if asked.is_of_one_month:
        kept["month"] = f"{month:%Y-%m}"
    if chart.kind is Kind.BAND:
        found = asked.band(kept)
        rows = [{name: _drawn(value) for name, value in row.items()} for row in found]
        names: list[str] = []
    else:
        rows, names = _numbers(asked, kept, currency)
    return Cells(
        rows,
        names,
        currency,
        [one for one in currencies if one != currency],
        [name for name in filters if name not in asked.names],
        "month" in asked.names,
    )


def _numbers(
    asked: ChartRows, kept: Mapping[str, str], currency: str
) -> tuple[list[Cell], list[str]]:
    """Give one row a number, and every name of `by`: as `numbers` of charts.js."""
    chart = asked.chart
    measure = chart.measure
    assert measure is not None
    assert chart.x is not None
    keys = [chart.x, chart.by] if chart.by else [chart.x]
    found = asked.sums(keys, kept, of_kind=True)
    xs, bys = _names_of(asked, measure, found, kept)
    merged: dict[tuple[str, str], Sums] = {}
    for key, sums in found.items():
        place = (
            xs.of(key[0]) if xs else _name(key[0]),
            bys.of(key[1]) if bys else "",
        )
        merged[place] = merged.get(place, Sums()) + sums
    values = {place: sums.value(measure) for place, sums in merged.items()}
    keeps_zeros = measure.of is not None or chart.kind is Kind.WATERFALL
    at = {name: place for place, name in enumerate(xs.order)} if xs else {}
    by_at = {name: place for place, name in enumerate(bys.order)} if bys else {"": 0}
    ordered = sorted(
        (place for place, v in values.items() if v is not None and (v or keeps_zeros)),
        key=lambda place: (at.get(place[0], 0), place[0], by_at[place[1]]),
    )
    rows = [
        _cell(chart, place, values[place], currency)
        | {"key": number, "place": by_at[place[1]]}
        for number, place in enumerate(ordered)
    ]
    _complete(chart, measure, rows, currency)
    names = [worded(str(chart.by), name) for name in by_at] if bys else []
    return [{k: _drawn(v) for k, v in row.items()} for row in rows], names


def _cell(
    chart: Chart, place: tuple[str, str], value: Decimal | None, currency: str
) -> Cell:
    """Give a number with its texts; ``said`` is what a screen reader says."""
    assert chart.measure is not None
    x = worded(str(chart.x), place[0])
    by = worded(chart.by, place[1]) if chart.by else None
    unit = chart.measure.unit
    names = " · ".join([x, *([by] if by else [])])
    return {
        "x": x,
        "by": by,
        "value": value,
        "shown": shown(value, unit, currency),
        "said": f"{names}: {shown(value, unit, currency, exact=True)}",
    }


def _names_of(
    asked: ChartRows,
    measure: Measure,
    found: Mapping[tuple[object, ...], Sums],
    kept: Mapping[str, str],
) -> tuple[_Names | None, _Names | None]:
    """Choose the values of `x` and `by` that are shown; None for months or no `by`."""
    chart = asked.chart
    is_ratio = measure.of is not None
    xs = bys = None
    if chart.x != "month":
        is_ranked = chart.kind is Kind.RANKED or not is_ratio
        top = chart.top if is_ranked and chart.kind is not Kind.WATERFALL else None
        xs = _dearest(_summed(found, 0), measure, top, chart.order)
    if chart.by and is_ratio:
        bys = _dearest(_summed(found, 1), measure, None, chart.order)
    elif chart.by:
        # Of all months, so that a colour does not change with the month.
        narrowed = {name: text for name, text in kept.items() if name != "month"}
        every = _summed(asked.sums([chart.by], narrowed), 0)
        most = None if chart.kind is Kind.HEAT else MOST
        bys = _dearest(every, measure, most, chart.order)
    return xs, bys


def _complete(chart: Chart, measure: Measure, rows: list[Cell], currency: str) -> None:
    """Add what a kind of chart needs beside the numbers themselves."""
    match chart.kind:
        case Kind.RANKED:
            _add_totals(rows, measure, currency)
        case Kind.WATERFALL:
            _add_steps(chart, rows)
        case Kind.HEAT:
            _add_shades(rows)
        case _:
            pass


def _add_totals(rows: list[Cell], measure: Measure, currency: str) -> None:
    for cell in rows:
        same = [one for one in rows if one["x"] == cell["x"]]
        values = [_value(one) for one in same]
        cell["is_last"] = cell is same[-1]
        if measure.of:
            cell["total"] = cell["value"]
        else:
            cell["total"] = sum((max(v, Decimal()) for v in values), Decimal())
        is_sum = measure.of is None or len(same) == 1
        total = shown(sum(values, Decimal()), measure.unit, currency)
        cell["total_shown"] = total if is_sum else ""


def _add_steps(chart: Chart, rows: list[Cell]) -> None:
    """Let what lies between the totals start where the one before it ends."""
    ends = {worded(str(chart.x), name) for name in (chart.order[:1] + chart.order[-1:])}
    at = Decimal()
    for cell in rows:
        is_total = cell["x"] in ends
        foot = Decimal() if is_total else at
        at = _value(cell) if is_total else at + _value(cell)
        cell.update(is_total=is_total, foot=foot, head=at, top=max(foot, at))


def _add_shades(rows: list[Cell]) -> None:
    logs = [log(_value(cell)) for cell in rows if _value(cell) > 0]
    middle = (min(logs) + max(logs)) / 2 if logs else 0
    for cell in rows:
        value = _value(cell)
        cell["is_dark"] = value > 0 and log(value) > middle


def _value(cell: Cell) -> Decimal:
    value = cell["value"]
    assert isinstance(value, Decimal)
    return value


def _summed(found: Mapping[tuple[object, ...], Sums], at: int) -> dict[object, Sums]:
    sums: dict[object, Sums] = {}
    for key, one in found.items():
        sums[key[at]] = sums.get(key[at], Sums()) + one
    return sums


def _dearest(
    sums: Mapping[object, Sums], measure: Measure, most: int | None, wanted: list[str]
) -> _Names:
    """Name the dearest values; the others become one that says how many they are."""

    def order(value: object) -> tuple[int, Decimal, str]:
        at = wanted.index(str(value)) if value in wanted else len(wanted)
        return at, -abs(sums[value].value(measure) or Decimal()), str(value).casefold()

    values = sorted(sums, key=order)
    kept = values[:most] if most is not None and len(values) > most + 1 else values
    rest = len(values) - len(kept)
    names = {value: _name(value) for value in kept}
    return _Names(names, f"{rest} others" if rest else "")


def _name(value: object) -> str:
    if value is None:
        return UNKNOWN
    return str(value).lower() if isinstance(value, bool) else str(value)


def _drawn(value: object) -> object:
    """Give a number as a drawing takes it; its text keeps what it is exactly."""
    return float(value) if isinstance(value, Decimal) else value
