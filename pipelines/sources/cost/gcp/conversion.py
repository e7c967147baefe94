"""Fill ``convert.sql`` with the rows of a month and the tables that it joins.

Belongs here: which rows, and the tables beside this file. What a row means is in
``convert.sql``.
"""

from collections.abc import Sequence
from functools import cache

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Context, Delivery, counted, quoted
from pipelines.sources.cost.gcp import columns, lists, reading, values
from pipelines.sources.formats.package_files import text_beside

TABLES = ("services", "units", "gpus", "ai_models", "ai_meters", "ai_tiers")


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT with the FOCUS rows of one invoice month, of all deliveries."""
    lists.register(context.db)
    first = f"timestamp '{period}-01'"
    blanks = {
        "{rows}": _rows(deliveries, period),
        "{meters}": "\nunion all\n".join(
            values.meters(reading.meters(sniffed(path, name)), period)
            for delivery in deliveries
            for path, name in zip(delivery.files, delivery.names, strict=True)
        ),
        "{period_start}": first,
        "{period_end}": f"{first} + interval 1 month",
    } | {f"{{{name}}}": _body(name) for name in TABLES}
    text = _template()
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of one invoice month, those apart that a newer extract has again.

    Reading nested JSON again for this took 10 s per million rows, so row numbers say it
    where there is one delivery, of one file and one month.
    """
    if len(deliveries) == 1 and len(deliveries[0].periods) == 1 == len(
        deliveries[0].files
    ):
        return ""
    lists.register(context.db)
    return counted(
        _marked(deliveries, period),
        "case when not is_newest then 'a newer extract has the same row' end",
    )


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    if len(deliveries) == 1:
        return _typed(deliveries, period)
    rows = _marked(deliveries, period)
    return f"select * exclude (is_newest) from ({rows}) where is_newest"


def _marked(deliveries: Sequence[Delivery], period: str) -> str:
    """Give the rows, and whether each counts: a row that extracts share counts once.

    The table is only appended to, so equal rows of two extracts are one row of it; and
    equal rows of one extract are as many. The second of them in one extract is
    therefore compared with the second in another.
    """
    ages = " ".join(
        f"when {quoted(d.delivery_id)} then {age}" for age, d in enumerate(deliveries)
    )
    names = ", ".join(name for d in deliveries for name in d.names)
    undecided = quoted(
        f"{names}: two of them have an equal row without export_time; expected it, "
        "since it alone says whether that is one row or two: select it too, or take "
        "one of the files away"
    )
    return f"""
        with numbered as (
            select
                *,
                row_number() over (
                    partition by delivery_id, content order by row_number
                ) as copy
            from (
                select
                    *,
                    hash(row(*columns(* exclude (delivery_id, row_number)))) as content
                from ({_typed(deliveries, period)})
            )
        )

        select
            * exclude (content, copy, place),
            case
                when place > 1 and export_time is null then error({undecided})
                else place = 1
            end as is_newest
        from (
            select
                *,
                row_number() over (
                    partition by content, copy
                    order by case delivery_id {ages} end desc
                ) as place
            from numbered
        )
    """


def _typed(deliveries: Sequence[Delivery], period: str) -> str:
    """Give the rows of a month of all files; numbers run on through a delivery."""
    parts = []
    for delivery in deliveries:
        before = "0"
        for path, name in zip(delivery.files, delivery.names, strict=True):
            scanned = reading.scan(sniffed(path, name))
            rows = values.typed(
                scanned,
                name,
                period,
                {"delivery_id": quoted(delivery.delivery_id)},
            )
            if before != "0":
                rows = (
                    f"select * replace (row_number + {before} as row_number) "
                    f"from ({rows})"
                )
            parts.append(rows)
            before += f" + (select count(*) from ({scanned}))"
    return "\nunion all\n".join(parts)


@cache
def _body(name: str) -> str:
    """Give a CSV as the body of a VALUES list, with each row's rank in front."""
    return ",\n".join(
        f"({rank}, {', '.join(quoted(text) for text in row.values())})"
        for rank, row in enumerate(columns.table(f"{name}.csv"), start=1)
    )


@cache
def _template() -> str:
    text = text_beside(__package__, "convert.sql")
    # The opening comment names the blanks; it must not be filled.
    return text[text.index("\nwith\n") :]
