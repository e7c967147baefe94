"""The numbers of a chart as SQL, which people can ask themselves, and what it answers.

Belongs here: summing a page's rows in SQL; a browser sums the same rows. Does not
belong here: which rows there are (``data``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import duckdb

from pipelines.pages.data import month_in, quoted_name
from pipelines.pages.definition import Chart, Kind, Measure, Page

HAS_MONTH = re.compile(r"\bas month\b")


def answer_sql(page: Page, chart: Chart) -> str:
    """Give the SQL of a chart's answer, which people can ask themselves.

    Sums its rows, a ratio as one sum by another. Its rows are of every month where it
    is a trend, else of ``$month``.
    """
    rows = _indented(page.rows[chart.rows].strip())
    if chart.kind is Kind.BAND:
        return page.rows[chart.rows].strip()
    numbers: Mapping[str, Measure] = {
        tile.label: tile for tile in chart.tiles
    } | chart.measures
    if chart.measure:
        numbers = {chart.measure.sum: chart.measure, **numbers}
    shown = [quoted_name(key) for key in chart.keys]
    shown += [
        f"{expression(m)} as {quoted_name(title)}" for title, m in numbers.items()
    ]
    lines = ["with", "", "rows as (", "", rows, "", ")", "", "select"]
    lines.append(",\n".join(f"    {one}" for one in shown))
    lines.append("from rows")
    if HAS_MONTH.search(page.rows[chart.rows]) and not chart.is_trend:
        lines.append("where month = strftime($month, '%Y-%m')")
    if chart.keys:
        lines.append(f"group by {_listed(chart)}")
        lines.append(f"order by {_order(chart, has_numbers=bool(numbers))}")
    return "\n".join(lines)


def _listed(chart: Chart) -> str:
    return ", ".join(quoted_name(key) for key in chart.keys)


def _order(chart: Chart, *, has_numbers: bool) -> str:
    """Order as the chart does: months and steps by themselves, else the dearest."""
    places = [str(place) for place in range(1, len(chart.keys) + 1)]
    first = ["1"] if chart.keys[0] == "month" else []
    if chart.order and chart.x:
        steps = ", ".join(f"'{step}'" for step in chart.order)
        first.append(f"list_position([{steps}], {quoted_name(chart.by or chart.x)})")
    if has_numbers:
        first.append(f"{len(chart.keys) + 1} desc nulls last")
    return ", ".join(dict.fromkeys((*first, *places)))


def expression(measure: Measure) -> str:
    """Give a measure as SQL: a sum, or a ratio of sums over rows that have both."""
    above, below = parts(measure)
    if below is None:
        return above
    ratio = f"{above} / nullif({below}, 0)"
    return ratio if measure.per == 1 else f"{measure.per} * {ratio}"


def parts(measure: Measure) -> tuple[str, str | None]:
    """Give the sums that a measure is made of: numerator, and denominator or None.

    Rows without the quantity that divides count in neither. A sum of rows of one kind
    is 0 where there are rows and none is of it, and unknown where no row has a value.
    """
    value = quoted_name(measure.sum)
    where = [f"{quoted_name(key)} = '{text}'" for key, text in measure.where.items()]
    if measure.of is None:
        return f"sum({_when(where, value, f'if({value} is null, null, 0)')})", None
    of = quoted_name(measure.of)
    counted = _when([*where, f"{of} is not null"], value)
    return f"sum({counted})", f"sum({_when(where, of)})"


def _when(conditions: Sequence[str], value: str, otherwise: str = "") -> str:
    if not conditions:
        return value
    other = f" else {otherwise}" if otherwise else ""
    return f"case when {' and '.join(conditions)} then {value}{other} end"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())


def answers(
    db: duckdb.DuckDBPyConnection, page: Page, chart: Chart, month: date
) -> Iterator[dict[str, object]]:
    """Ask a version for a chart's answer: one dictionary a number, exact.

    Raises:
        duckdb.Error: the version cannot be asked.
    """
    sql = answer_sql(page, chart)
    answer = db.execute(sql, month_in(sql, month))
    names = [column[0] for column in answer.description or []]
    for row in answer.fetchall():
        yield dict(zip(names, row, strict=True))
