"""Fill ``convert.sql`` with the owner's rows and the tables that it joins.

Belongs here: which rows, and the tables beside this file. What a row costs is in
``convert.sql``.
"""

from collections.abc import Sequence
from functools import cache

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Context, Delivery, counted, quoted
from pipelines.sources.cost.onprem import columns
from pipelines.sources.cost.onprem.columns import CHECKS, TELLING, Table
from pipelines.sources.formats.csv_cells import no_rows, scan, typed
from pipelines.sources.formats.package_files import text_beside

LISTS = ("kinds", "components")


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT with the FOCUS rows of one month."""
    return f"{_charges(deliveries, period)}\nselect * from focus_rows"


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of one month, machines apart that cost nothing in it."""
    return counted(
        f"""
            {_charges(deliveries, period)}
            select entered.*, charged.x_DeliveryId is not null as is_charged
            from entered
            left join (
                select distinct x_DeliveryId, x_SourceRowNumber from focus_rows
            ) as charged
                on entered.delivery_id = charged.x_DeliveryId
                and entered.row_number = charged.x_SourceRowNumber
        """,
        "case when is_machine and not is_charged "
        "then 'the machine is not in service in the month' end",
    )


def _charges(deliveries: Sequence[Delivery], period: str) -> str:
    first = f"timestamp '{period}-01'"
    blanks = {f"{{{table}}}": _rows(table, deliveries, period) for table in TELLING}
    blanks |= {f"{{{name}}}": _body(name) for name in LISTS}
    blanks |= {
        "{period_start}": first,
        "{period_end}": f"{first} + interval 1 month",
    }
    text = _template()
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text


def _rows(table: Table, deliveries: Sequence[Delivery], period: str) -> str:
    """Give a file's rows with their types; those of other months are left out."""
    known = columns.known(table)
    parts = [
        f"select {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, * from ({scan(sniffed(path, name), known)})"
        for delivery in deliveries
        if delivery.scope.startswith(f"{table} of ")
        for path, name in zip(delivery.files, delivery.names, strict=True)
    ]
    rows = " union all ".join(parts) or no_rows(known)
    month = "" if table == "machines" else f" where month = {quoted(period)}"
    return f"select * from ({typed(rows, known, CHECKS[table])}){month}"


@cache
def _body(name: str) -> str:
    """Give a CSV as the body of a VALUES list."""
    return ",\n".join(
        f"({', '.join(quoted(text) for text in row.values())})"
        for row in columns.rows(f"{name}.csv")
    )


@cache
def _template() -> str:
    text = text_beside(__package__, "convert.sql")
    sql = text
    # The opening comment names the blanks; it must not be filled.
    return sql[sql.index("\nwith\n") :]
