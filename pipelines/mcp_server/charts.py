"""The charts of the pages: their numbers, and the rows behind each.

Belongs here: naming a chart and one of its numbers. Does not belong here: which charts
there are (``pages``), and the charges of the ledger (``charges``).
"""

from datetime import date

from pipelines.mcp_server.answers import Answer, AskError, Published, nearest, table
from pipelines.mcp_server.conditions import Where, conditions
from pipelines.pages.answers import answer_sql
from pipelines.pages.data import month_in
from pipelines.pages.definition import FILTERS, Chart, Page, pages

MONTH = "month"


def listed() -> list[Answer]:
    """List every chart, as `page/chart` with its question."""
    return [
        {"chart": f"{page.name}/{chart.id}", "question": chart.question}
        for page in pages()
        for chart in page.charts
    ]


def numbers_of(source: Published, name: str, month: date, limit: int) -> Answer:
    """Give a chart's numbers, with how they are read and the SQL that gives them.

    Raises:
        AskError: there is no such chart.
    """
    page, chart = chart_named(name)
    sql = answer_sql(page, chart)
    found = source.ask(sql, month_in(sql, month), limit)
    return {
        "question": chart.question,
        "definition": chart.says,
        "trap": chart.trap,
        "rows_are_of": chart.keys,
        "sql": sql,
        **table(found),
    }


def rows_of(
    source: Published, name: str, key: Where, month: date, limit: int
) -> Answer:
    """Give the rows of the marts behind one number of a chart; they sum to it.

    Args:
        source: the version.
        name: `page/chart`.
        key: the number's columns, those of `rows_are_of`, with their values; other
            columns of the rows narrow it down.
        month: the first day of the month, unless the key has another.
        limit: how many rows.

    Raises:
        AskError: there is no such chart, or its rows have no such column.
    """
    page, chart = chart_named(name)
    sql = page.rows[chart.rows]
    values = month_in(sql, month)
    described = source.ask(f"select * from ({sql}) as found limit 0", values)
    kinds = dict(zip(described.columns, described.types, strict=True))
    wanted = dict(key)
    if MONTH in kinds and not chart.is_trend:
        wanted.setdefault(MONTH, f"{month:%Y-%m}")
    chosen = conditions(wanted, kinds, name)
    sums = list(dict.fromkeys(measure.sum for measure in chart.numbers))
    order = f'order by abs("{sums[0]}") desc nulls last' if sums else ""
    found = source.ask(
        f"select * from ({sql}) as found where {chosen.sql()} {order}",
        {**values, **chosen.values},
        limit,
    )
    listed_sums = ", ".join(f'sum("{one}") as "{one}"' for one in sums) or "count(*)"
    total = source.ask(
        f"select {listed_sums} from ({sql}) as found where {chosen.sql()}",
        {**values, **chosen.values},
    )
    narrowed = [one for one in FILTERS if one in kinds]
    return {"sums": table(total), "filters": narrowed, **table(found)}


def chart_named(name: str) -> tuple[Page, Chart]:
    """Find a chart by `page/chart`.

    Raises:
        AskError: there is none of that name.
    """
    known = {f"{page.name}/{c.id}": (page, c) for page in pages() for c in page.charts}
    if name not in known:
        raise AskError(
            f"there is no chart {name!r}; {nearest(name, list(known))} "
            "`charts` lists them all"
        )
    return known[name]
