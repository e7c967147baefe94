"""A delivery as the rows that the record of deliveries has of it, and back.

Belongs here: one row of a delivery and a period. Does not belong here: reading and
writing the record (``deliveries``), and its columns (``deliveries_table``).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from pipelines.landing.bills import Bill
from pipelines.landing.landed import Landing
from pipelines.landing.source import Delivery, Source
from pipelines.landing.stores import place_of

APPENDS = "adds to older ones"


def read_back(
    row: dict[str, Any], earlier: Delivery | None, places: tuple[Path, Path]
) -> Delivery:
    """Make a delivery of its row of one period, and of what earlier rows said."""
    return Delivery(
        delivery_id=row["delivery_id"],
        source=row["source_name"],
        table=row["table_name"],
        scope=row["scope"],
        periods=(*(earlier.periods if earlier else ()), row["period"]),
        delivered_at=row["delivered_at"].replace(tzinfo=UTC),
        files=tuple(place_of(name, *places) for name in row["file_names"]),
        names=tuple(row["file_names"]),
        batch=row["batch"],
        size=row["size_bytes"],
        bills=(*(earlier.bills if earlier else ()), *_bill_of(row)),
        ordered_by=row["ordered_by"] or "file date",
        complete_by=row["complete_by"] or "",
        appends=row["restatement"] == APPENDS,
    )


def _bill_of(row: dict[str, Any]) -> Iterable[Bill]:
    """Read back what a delivery bills in a period; nothing where it does not say."""
    if row["billing_accounts"] is not None:
        yield Bill(
            row["period"],
            frozenset(row["billing_accounts"]),
            frozenset(row["sub_accounts"]),
            row["first_at"],
            row["last_at"],
            row["report"],
        )


def rows_of(landing: Landing, sources: Sequence[Source]) -> Iterable[dict[str, object]]:
    """Give a row of each delivery and period, copies and those not chosen, too."""
    by_name = {source.name: source for source in sources}
    for source in sources:
        for period in landing.periods(source):
            for delivery, status, days in landing.statuses(source, period):
                detail = f"only its charges of {', '.join(days)} count" if days else ""
                row = _row(delivery, period, source)
                yield row | {"status": status, "detail": detail}
    for delivery, original in landing.copies:
        for period in delivery.periods:
            detail = f"same content as {original}"
            row = _row(delivery, period, by_name[delivery.source])
            yield row | {"status": "copy", "detail": detail}
    for delivery, reason in landing.not_chosen:
        for period in delivery.periods:
            row = _row(delivery, period, by_name[delivery.source])
            yield row | {"status": "not_chosen", "detail": reason}


def _row(delivery: Delivery, period: str, source: Source) -> dict[str, object]:
    """Give the row of a delivery, without what became of it."""
    bill = delivery.bill_of(period)
    return {
        "delivery_id": delivery.delivery_id,
        "source_name": delivery.source,
        "table_name": delivery.table,
        "period": period,
        "scope": delivery.scope,
        "batch": delivery.batch,
        "file_names": list(delivery.names),
        "size_bytes": delivery.size,
        "ordered_by": delivery.ordered_by,
        "complete_by": delivery.complete_by or None,
        "restatement": _restatement(delivery, source),
        "report": bill.report if bill else None,
        "billing_accounts": sorted(bill.accounts) if bill else None,
        "sub_accounts": sorted(bill.sub_accounts) if bill else None,
        "first_at": bill.first_at if bill else None,
        "last_at": bill.last_at if bill else None,
        "delivered_at": delivery.delivered_at.astimezone(UTC).replace(tzinfo=None),
    }


def _restatement(delivery: Delivery, source: Source) -> str:
    if delivery.appends:
        return APPENDS
    if source.restates == "rows":
        return "replaces the same rows"
    has_days = any(bill.span for bill in delivery.bills)
    return "replaces the same days" if has_days else "replaces the month"


def refused_rows(landing: Landing) -> Iterable[dict[str, object]]:
    """Give a row of each refusal."""
    for refusal in landing.refusals:
        yield {
            "delivery_id": f"refused-{'|'.join(refusal.labels)}",
            "source_name": refusal.source or None,
            "period": None,
            "status": "refused",
            "detail": refusal.reason,
            "file_names": list(refusal.names),
        }
