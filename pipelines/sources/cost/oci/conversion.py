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
from pipelines.sources.formats.made_once import is_made, named
from pipelines.sources.formats.package_files import text_beside

TABLES = ("services", "units")
CHARGE = "hash(tenant_id, reference)"
# Rows whose charge a newer row says again; {rows} are those of charges that come again.
OLDER = """
    select age, row_number
    from ({rows})
    qualify row_number() over (
        partition by tenant_id, reference order by age desc, row_number desc
    ) > 1
"""


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT with the FOCUS rows of one month, of all deliveries."""
    first = f"timestamp '{period}-01'"
    blanks = {
        "{rows}": _newest(context, deliveries),
        "{read}": reading.read(),
        "{judged}": reading.judged(),
        "{period_start}": first,
        "{period_end}": f"{first} + interval 1 month",
    } | {f"{{{name}}}": _body(name) for name in TABLES}
    text = _template()
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of one month, those apart that a newer file says again.

    A delivery is one file: where it is of one month and no charge comes again, the
    numbers of its rows say how many there are.
    """
    older = _older(context, deliveries)
    if not older and all(len(one.periods) == 1 for one in deliveries):
        return ""
    rows = _rows(deliveries)
    month = f"select * from ({rows}) where {reading.month()} = {quoted(period)}"
    reason = "'a newer file has its reference number'"
    return counted(month, f"case when {_is_in(older)} then {reason} end")


def _newest(context: Context, deliveries: Sequence[Delivery]) -> str:
    """Give the rows that say their charges last."""
    older = _older(context, deliveries)
    return f"select * from ({_rows(deliveries)}) where not ({_is_in(older)})"


def _is_in(older: str) -> str:
    if not older:
        return "false"
    return f"(age, row_number) in (select (age, row_number) from {older})"


def _older(context: Context, deliveries: Sequence[Delivery]) -> str:
    """Give the table of the rows whose charges newer rows say; '' where there is none.

    A window over all rows would hold them all, so charges that come again are looked
    for first, by their hashes. Two charges of one hash only take the longer way.
    """
    rows = _rows(deliveries)
    table = named("oci_older", rows)
    if not is_made(context.db, table):
        repeated = named("oci_repeated", rows)
        context.db.execute(
            f"create temp table {repeated} as select {CHARGE} as charge from ({rows}) "
            "where reference is not null group by all having count(*) > 1"
        )
        again = f"{CHARGE} in (select charge from {repeated})"
        if not context.db.execute(f"from {repeated} limit 1").fetchone():
            again = "false"
        here = f"select * from ({rows}) where reference is not null and {again}"
        context.db.execute(f"create temp table {table} as {OLDER.format(rows=here)}")
    return table if context.db.execute(f"from {table} limit 1").fetchone() else ""


def _rows(deliveries: Sequence[Delivery]) -> str:
    """Give the rows of all files, each with how new it is."""
    parts = [
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, * from ({reading.scan(sniffed(path, name))})"
        for age, delivery in enumerate(oldest_first(deliveries))
        for path, name in zip(delivery.files, delivery.names, strict=True)
    ]
    return " union all ".join(parts)


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
