"""What a version answers: the rows behind a page's numbers.

Belongs here: asking, and keeping a page small without losing a cent of a sum. Does not
belong here: which rows (``definition``), the numbers that they sum to (``answers``),
and how these are drawn (``specs``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

import duckdb

from pipelines.pages.definition import FILTERS, Page

# Of each number the page carries this many rows; the others are one row with their sum.
ROWS_PER_NUMBER = 20
# Older months are asked in SQL.
MONTHS = 13
REST = "row_count"
# Whose values name a resource, a run, an account or a person: no copy to mail has them.
NAMES = {
    "account",
    "anomaly",
    "change",
    "cluster",
    "commitment",
    "dataset",
    "experiment",
    "item",
    "message",
    "name",
    "namespace",
    "node",
    "plan",
    "resource",
    "run",
    "scope",
    "workload",
}
LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a page's rows is what.

    Attributes:
        keys: what a number is of, and what narrows a page down.
        details: what only tells rows of one number apart.
        measures: what is summed.
        divisors: those measures that divide: a row without one counts in no ratio.
    """

    keys: list[str]
    details: list[str]
    measures: list[str]
    divisors: list[str]


def columns_of(db: duckdb.DuckDBPyConnection, page: Page, rows: str) -> Columns:
    """Say what each column of a page's rows is for.

    Raises:
        duckdb.Error: the version cannot be asked.
        KeyError: a chart names a column that the rows lack.
    """
    found = db.execute(f"describe {page.rows[rows]}", month_in(page.rows[rows], None))
    names = [str(name) for name, *_ in found.fetchall()]
    charts = page.charts_of(rows)
    keys = {key for chart in charts for key in chart.keys}
    keys |= {key for c in charts for m in c.numbers for key in m.where}
    keys |= {key for key in FILTERS if key in names}
    measures = {m.sum for c in charts for m in c.numbers}
    measures |= {m.of for c in charts for m in c.numbers if m.of}
    band = {column for chart in charts for column in chart.band.values()}
    for name in keys | measures | band:
        if name not in names:
            raise KeyError(f"{page.name}: rows {rows} have no column {name}")
    divisors = {m.of for c in charts for m in c.numbers if m.of}
    return Columns(
        [name for name in names if name in keys],
        [name for name in names if name not in keys | measures],
        [name for name in names if name in measures],
        [name for name in names if name in divisors],
    )


def rows_of(
    db: duckdb.DuckDBPyConnection,
    page: Page,
    rows: str,
    month: date,
    *,
    with_details: bool = True,
) -> dict[str, Any]:
    """Ask a version for a page's rows, as a browser gets them.

    Each number keeps its dearest rows; the others are one row, so that rows sum to the
    number whatever their count.

    Args:
        db: a published version.
        page: whose rows.
        rows: their name in it.
        month: what ``$month`` is, its first day.
        with_details: False leaves out all that tells rows of one number apart, and
            the names of resources, runs and accounts.

    Returns:
        ``columns``, a list of name, kind and values (texts as ``texts`` and ``at``),
        and ``count``, how many rows the version has.

    Raises:
        duckdb.Error: the version cannot be asked.
    """
    columns = columns_of(db, page, rows)
    details = columns.details if with_details else []
    kept = ROWS_PER_NUMBER if with_details else 0
    if not columns.measures:  # nothing can be summed, so nothing is
        details, kept = columns.details, 2**31
    asked = page.rows[rows]
    if not with_details and (named := NAMES & {*columns.keys}):
        masks = ", ".join(f"'{LEFT_OUT}' as {name}" for name in sorted(named))
        asked = f"select * replace ({masks}) from ({asked})"
    sql = _capped(asked, columns, details, kept)
    answer = db.execute(sql, month_in(sql, month))
    names = [column[0] for column in answer.description or []]
    values = list(zip(*answer.fetchall(), strict=True)) or [() for _ in names]
    kinds = dict.fromkeys(columns.keys, "key") | dict.fromkeys(details, "detail")
    return {
        "columns": [
            {"name": name, "kind": kinds.get(name, "measure"), **_packed(column)}
            for name, column in zip(names, values, strict=True)
        ],
        "count": sum(values[names.index(REST)]),
    }


def _capped(sql: str, columns: Columns, details: list[str], kept: int) -> str:
    """Give SQL of the dearest rows of each number, and of the sum of its others."""
    keys = [quoted_name(key) for key in columns.keys]
    measures = [quoted_name(measure) for measure in columns.measures]
    # Rows of several marts have each their own measure; its first one ranks a row.
    dearest = (
        f"abs(coalesce({_listed(measures)})) desc nulls last, " if measures else ""
    )
    named = [quoted_name(detail) for detail in details]
    within = f"partition by {', '.join(keys)} " if keys else ""
    months = (
        "where month is null or month in "
        f"(select distinct month from found order by month desc limit {MONTHS})"
        if "month" in columns.keys
        else ""
    )
    apart = ", ".join(named) or "1"
    sums = [f"sum({measure}) as {measure}" for measure in measures]
    nothing = [f"null as {detail}" for detail in named]
    # Else the cost of what nobody counted would be divided by what somebody did.
    known = [f"{quoted_name(divisor)} is null" for divisor in columns.divisors]
    return f"""
with found as ({sql}),
ranked as (
    select
        *,
        row_number() over ({within}order by {dearest}{apart}) as place_of_row
    from found {months}
)
select {_listed(keys, named, measures)}, 1 as {REST}
from ranked
where place_of_row <= {kept}
union all
select {_listed(keys, nothing, sums)}, count(*) as {REST}
from ranked
where place_of_row > {kept}
group by {_listed(keys, known) or "()"}
having count(*) > 0
"""


def _listed(*parts: Sequence[str]) -> str:
    return ", ".join(one for part in parts for one in part)


def rows_behind(
    answer: Iterator[tuple[object, ...]],
    columns: Columns,
    names: Sequence[str],
    keys: Sequence[Mapping[str, object]],
    limit: int,
) -> dict[str, Any]:
    """Keep the rows of these keys, as a browser gets them: the dearest, and the rest.

    Args:
        answer: all rows of a page's rows.
        columns: what each column is for.
        names: of the columns of the answer.
        keys: of each number that was asked for, its keys with their values.
        limit: how many rows to give; the others are summed into one.
    """
    wanted = {tuple(key.get(name) for name in columns.keys) for key in keys}
    places = [names.index(name) for name in columns.keys]
    found = [row for row in answer if tuple(_plain(row[at]) for at in places) in wanted]
    if columns.measures:
        first = names.index(columns.measures[0])
        found.sort(key=lambda row: abs(Decimal(str(row[first] or 0))), reverse=True)
    shown: list[tuple[object, ...]] = [(*row, 1) for row in found[:limit]]
    apart = [names.index(name) for name in columns.divisors]
    rests: dict[tuple[bool, ...], list[tuple[object, ...]]] = {}
    for row in found[limit:]:
        rests.setdefault(tuple(row[at] is None for at in apart), []).append(row)
    for rest in rests.values():
        sums = (
            _sum(row[at] for row in rest) if name in columns.measures else None
            for at, name in enumerate(names)
        )
        shown.append((*sums, len(rest)))
    kinds = dict.fromkeys(columns.keys, "key") | dict.fromkeys(
        columns.details, "detail"
    )
    values = list(zip(*shown, strict=True)) or [() for _ in (*names, REST)]
    return {
        "columns": [
            {"name": name, "kind": kinds.get(name, "measure"), **_packed(column)}
            for name, column in zip((*names, REST), values, strict=True)
        ],
        "count": len(found),
    }


def month_in(sql: str, month: date | None) -> dict[str, date | None]:
    """Bind ``$month`` where SQL has it."""
    return {"month": month} if "$month" in sql else {}


def quoted_name(name: str) -> str:
    """Write the name of a column in SQL."""
    return name if name.isidentifier() else '"' + name.replace('"', '""') + '"'


def _packed(values: Sequence[object]) -> dict[str, object]:
    """Pack a column: each text once, and where it stands."""
    plain = [_plain(value) for value in values]
    texts = list(dict.fromkeys(v for v in plain if isinstance(v, str)))
    if not texts:
        return {"values": plain}
    places = {text: place for place, text in enumerate(texts)}
    return {"texts": texts, "at": [_place(value, places) for value in plain]}


def _place(value: object, places: Mapping[str, int]) -> int:
    return places[value] if isinstance(value, str) else -1


def _plain(value: object) -> object:
    """Give a value as JSON has it; amounts to nine decimals, which cents survive."""
    match value:
        case Decimal():
            return float(round(value, 9))
        case float():  # a diverged run logs what is no number
            return value if isfinite(value) else None
        case _:
            return written(value)


def written(value: object) -> object:
    """Write a day, a moment or a list as pages show and compare it."""
    match value:
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
        case date():
            return value.isoformat()
        case list():
            return ", ".join(map(str, value))
        case _:
            return value


def _sum(values: Iterable[object]) -> Decimal | None:
    """Sum what is known; of nothing that is, the sum is unknown."""
    known = [Decimal(str(value)) for value in values if value is not None]
    return sum(known, Decimal()) if known else None
