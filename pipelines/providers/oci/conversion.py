"""Fill ``convert.sql`` with the rows of all files and the tables that it joins.

Belongs here: which rows, and the tables beside this file. What a row means is in
``convert.sql``.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pipelines.landing.source import Context, Delivery, quoted
from pipelines.providers.oci import columns, reading
from pipelines.providers.oci.deliveries import oldest_first

TABLES = ("services", "units")


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT with the FOCUS rows of one month, of all deliveries."""
    parts = [
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, * from ({reading.scan(path)})"
        for age, delivery in enumerate(oldest_first(deliveries))
        for path, name in zip(delivery.files, delivery.names, strict=True)
    ]
    first = f"timestamp '{period}-01'"
    blanks = {
        "{rows}": "\nunion all\n".join(parts),
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


@cache
def _body(name: str) -> str:
    """Give a CSV as the body of a VALUES list."""
    return ",\n".join(
        f"({', '.join(quoted(text) for text in row.values())})"
        for row in columns.table(f"{name}.csv")
    )


@cache
def _template() -> str:
    text = files("pipelines.providers.oci").joinpath("convert.sql").read_text("utf-8")
    # The opening comment names the blanks; it must not be filled.
    return text[text.index("\nwith\n") :]
