"""Credits that were bought in advance: the purchases that later usage draws down.

Belongs here: the columns of the file that an owner fills in (``files.py``), and what a
purchase is in FOCUS (``convert.sql``). Does not belong here: what is drawn down; it is
on the bill of the vendor's own source, which this one does not know.
"""

from collections.abc import Sequence

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Context, Delivery, Source, counted, quoted
from pipelines.sources.formats.csv_cells import scan, typed
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.lists.prepaid.files import CHECKS, claims, drops, known


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the FOCUS rows of a month: purchases, fees, tax, and what expired."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(rows=_rows(deliveries), period_start=f"timestamp '{period}-01'")


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows with a purchase or an expiry in the month."""
    return counted(
        f"select * from ({_rows(deliveries)}) where {quoted(period)} in ("
        "strftime(purchased_on, '%Y-%m'), "
        "case when expired_amount is not null then strftime(expires_on, '%Y-%m') end)"
    )


def _rows(deliveries: Sequence[Delivery]) -> str:
    parts = [
        f"select {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, * from ({scan(sniffed(path, name), known())})"
        for delivery in deliveries
        for path, name in zip(delivery.files, delivery.names, strict=True)
    ]
    return typed(" union all ".join(parts), known(), CHECKS)


SOURCE = Source(
    name="prepaid",
    table="focus",
    description=(
        "Credits bought in advance of use: one charge per purchase, fee, tax and "
        "expiry, in the ledger under the source whose use they pay for."
    ),
    expected=(
        "CSV of prepaid credits (vendor, ledger_source, purchased_on, amount, "
        "expires_on, ...)"
    ),
    claims=claims,
    drops=drops,
    select=select,
    restates="period",
    tally=tally,
    is_list=True,
)
