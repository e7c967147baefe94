"""Which deliveries a period is made of, and which days of them count.

Belongs here: letting newer deliveries replace older ones. Does not belong here: what a
delivery covers (``bills``), and what says which one is newer, which is each source's.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from pipelines.landing.bills import Bill
from pipelines.landing.source import Delivery, Source


def current_deliveries(
    source: Source, deliveries: Iterable[Delivery], period: str
) -> list[Delivery]:
    """Pick the deliveries that a period is made of, oldest first.

    Of a source that restates periods, a newer delivery of a scope replaces the days
    and accounts that it has; an older one with others is a part of the period, too.
    """
    ordered = sorted(
        (d for d in deliveries if d.source == source.name and period in d.periods),
        key=lambda d: (d.delivered_at, d.delivery_id),
    )
    if source.restates == "rows":
        return ordered
    return [
        delivery
        for place, delivery in enumerate(ordered)
        if delivery.appends
        or _is_needed(delivery, _newer(delivery, ordered[place + 1 :]), period)
    ]


def replaced_days(
    deliveries: Sequence[Delivery], period: str
) -> dict[str, set[tuple[str, date]]]:
    """Give the accounts and days that are left of deliveries that are partly replaced.

    Args:
        deliveries: those that a period is made of, oldest first.
        period: that period.

    Returns:
        By delivery id; deliveries that count in full are not in it.
    """
    found = {}
    for place, delivery in enumerate(deliveries):
        bill = delivery.bill_of(period)
        newer = _newer(delivery, deliveries[place + 1 :])
        if bill is None or delivery.appends or not newer:
            continue
        remaining = bill.remaining_days(_bills(newer, period))
        if remaining:
            found[delivery.delivery_id] = remaining
    return found


def _newer(delivery: Delivery, later: Sequence[Delivery]) -> list[Delivery]:
    return [d for d in later if d.scope == delivery.scope and not d.appends]


def _is_needed(delivery: Delivery, newer: Sequence[Delivery], period: str) -> bool:
    bill = delivery.bill_of(period)
    if not newer:
        return True
    bills = _bills(newer, period)
    if bill is None or len(bills) < len(newer):
        return False
    return bill.remaining_days(bills) != set()


def _bills(deliveries: Iterable[Delivery], period: str) -> list[Bill]:
    return [bill for d in deliveries if (bill := d.bill_of(period))]
