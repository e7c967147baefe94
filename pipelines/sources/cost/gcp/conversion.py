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
        "{period_start}": first,
        "{period_end}": f"{first} + interval 1 month",
    } | {f"{{{name}}}": _body(name) for name in TABLES}
    text = _template()
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of one invoice month; none is left out.

    Reading nested JSON again for this took 10 s per million rows, so row numbers say it
    where a delivery is one file of one month.
    """
    if all(len(d.periods) == len(d.files) == 1 for d in deliveries):
        return ""
    lists.register(context.db)
    return counted(_rows(deliveries, period))


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    parts = [
        values.typed(
            reading.scan(sniffed(path, name)),
            name,
            period,
            {"delivery_id": quoted(d.delivery_id)},
        )
        for d in deliveries
        for path, name in zip(d.files, d.names, strict=True)
    ]
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
