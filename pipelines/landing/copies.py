"""The same content is one delivery, wherever it lies and however often it arrives."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from pipelines.landing.source import Delivery

Copy = tuple[Delivery, str]


def once(arrived: Iterable[Delivery]) -> tuple[list[Delivery], list[Copy]]:
    """Give each content once, and its copies with the name of the first.

    Content that returns after another one is the newest again: 100, 999, 100 is 100. A
    copy of some files of a delivery is no delivery of its own.
    """
    deliveries: dict[str, Delivery] = {}
    copies: list[Copy] = []
    for delivery in arrived:
        first = deliveries.setdefault(delivery.delivery_id, delivery)
        if first is delivery:
            continue
        copies.append((delivery, first.names[0]))
        latest = max(first.delivered_at, delivery.delivered_at)
        deliveries[delivery.delivery_id] = replace(first, delivered_at=latest)
    holding: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for delivery in deliveries.values():
        for content in delivery.contents:
            holding[delivery.source, content].append(delivery)
    # Of two equal ones under different names, the one deeper in folders is the copy.
    for delivery in sorted(deliveries.values(), key=_depth):
        others = (
            other
            for content in delivery.contents
            for other in holding[delivery.source, content]
            # One file may be several deliveries: a list of several vendors' months.
            if other.names != delivery.names and other.delivery_id in deliveries
        )
        if whole := next((o for o in others if _has_all_of(o, delivery)), None):
            copies.append((delivery, whole.names[0]))
            del deliveries[delivery.delivery_id]
    return list(deliveries.values()), copies


def _has_all_of(whole: Delivery, delivery: Delivery) -> bool:
    same_months = {*delivery.periods} <= {*whole.periods}
    return same_months and delivery.contents <= whole.contents


def _depth(delivery: Delivery) -> tuple[int, int]:
    name = delivery.names[0]
    return -name.count("/"), -len(name)
