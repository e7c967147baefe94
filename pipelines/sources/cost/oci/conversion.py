"""Fill ``convert.sql`` with the rows of all files and the tables that it joins.

Belongs here: which rows, and the tables beside this file. What a row means is in
``convert.sql``.
"""

from collections.abc import Sequence
from functools import cache

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Context, Delivery, counted, quoted
from pipelines.sources.cost.oci import columns, reading
from pipelines.sources.cost.oci.deliveries import oldest_first
from pipelines.sources.formats.package_files import text_beside

TABLES = ("services", "units")
NEWEST = """
    reference is null
    or row_number() over (
        partition by tenant_id, reference
        order by age desc, row_number desc
    ) = 1
"""


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT with the FOCUS rows of one month, of all deliveries."""
    first = f"timestamp '{period}-01'"
    blanks = {
        "{rows}": _rows(deliveries),
        "{month}": reading.month(),
        "{period}": quoted(period),
        "{typed}": reading.typed(),
        "{period_start}": first,
        "{period_end}": f"{first} + interval 1 month",
    } | {f"{{{name}}}": _body(name) for name in TABLES}
    text = _template()
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of one month, those apart that a newer file says again."""
    month = f"select * from ({_rows(deliveries)}) where {reading.month()} = "
    return counted(
        month + quoted(period),
        "case when not is_newest then 'a newer file has its reference number' end",
    )


def _rows(deliveries: Sequence[Delivery]) -> str:
    """Give the rows of all files, and whether each says its charge last."""
    parts = [
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, * from ({reading.scan(sniffed(path, name))})"
        for age, delivery in enumerate(oldest_first(deliveries))
        for path, name in zip(delivery.files, delivery.names, strict=True)
    ]
    return f"select *, {NEWEST} as is_newest from ({' union all '.join(parts)})"


@cache
def _body(name: str) -> str:
    """Give a CSV as the body of a VALUES list."""
    return ",\n".join(
        f"({', '.join(quoted(text) for text in row.values())})"
        for row in columns.table(f"{name}.csv")
    )


@cache
def _template() -> str:
    text = text_beside(__package__, "convert.sql")
    # The opening comment names the blanks; it must not be filled.
    return text[text.index("\nwith\n") :]
