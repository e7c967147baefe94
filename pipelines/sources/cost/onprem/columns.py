"""What the columns of the owner's three files are called, and what their cells are.

``columns.csv`` lists them; ``kinds.csv`` and ``components.csv`` say what a machine or
a cost is in words of FOCUS. Belongs here: names, types, and what must hold between
cells. What a cell means is in ``convert.sql``.
"""

from collections.abc import Mapping
from functools import cache, partial
from typing import Literal

from pipelines.sources.formats.csv_cells import (
    TYPES,
    Check,
    Checks,
    Column,
    listed,
    positions,
)
from pipelines.sources.formats.package_files import rows_beside

Table = Literal["machines", "power", "running_costs"]
# Headers by which a file is one of the three; the rest may be missing or misspelt.
TELLING: Mapping[Table, frozenset[str]] = {
    "machines": frozenset({"machine_id", "purchase_price", "life_months"}),
    "power": frozenset({"month", "machine_id", "tariff_per_kwh"}),
    "running_costs": frozenset({"month", "machine_id", "component"}),
}
_IN_ORDER = "order by file_name, row_number"
_OWNER = Check(
    "(machine_id is null) <> (site is null)",
    "a machine_id or a site, and not both",
)
_MEASURED_OR_ESTIMATED = (
    "case when kwh is null then watts + hours is not null "
    "else watts is null and hours is null end"
)
_AMOUNT_OR_PRICE = (
    "case when amount is null "
    "then quantity + unit_price is not null and unit is not null "
    "else quantity is null and unit_price is null and unit is null end"
)
CHECKS: Mapping[Table, Checks] = {
    "machines": {
        "machine_id": Check(
            f"row_number() over (partition by machine_id {_IN_ORDER}) = 1",
            "an id that no other machine has",
        ),
        "salvage_value": Check(
            "salvage_value <= purchase_price", "at most purchase_price"
        ),
        "in_service_from": Check(
            "in_service_from >= purchased_on",
            "a date not before purchased_on",
        ),
        "retired_on": Check(
            "retired_on > coalesce(in_service_from, purchased_on)",
            "a date after in_service_from",
        ),
        "currency": Check(
            f"currency = first(currency) over (partition by organisation {_IN_ORDER})",
            "one currency for an organisation",
        ),
    },
    "power": {
        "machine_id": _OWNER,
        "kwh": Check(_MEASURED_OR_ESTIMATED, "either kwh, or watts and hours"),
    },
    "running_costs": {
        "machine_id": _OWNER,
        "amount": Check(
            _AMOUNT_OR_PRICE,
            "either an amount, or quantity, unit and unit_price",
        ),
    },
}

rows = partial(rows_beside, __package__)


@cache
def known(table: Table) -> tuple[Column, ...]:
    """Give the columns of a file."""
    entered = [r["component"] for r in rows("components.csv") if r["entered"] == "yes"]
    types = dict(TYPES) | {
        "kind": listed([row["kind"] for row in rows("kinds.csv")]),
        "component": listed(entered),
    }
    return tuple(
        Column(row["name"], types[row["type"]], required=row["needed"] == "yes")
        for row in rows("columns.csv")
        if row["table"] == table
    )


def table_of(headers: tuple[str, ...]) -> Table | None:
    """Return which of the three files has these headers."""
    found = positions(headers).keys()
    return next((table for table, telling in TELLING.items() if telling <= found), None)


def month(table: Table) -> tuple[str, str]:
    """Name the column that says a row's month, and give the SQL that reads it."""
    if table == "machines":
        day = TYPES["date"].of("purchased_on")
        return "purchased_on", f"strftime({day}, '%Y-%m')"
    return "month", TYPES["month"].of("month")
