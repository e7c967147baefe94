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
    for delivery in tuple(deliveries.values()):
        others = (o for c in delivery.contents for o in holding[delivery.source, c])
        if whole := next((o for o in others if delivery.contents < o.contents), None):
            copies.append((delivery, whole.names[0]))
            del deliveries[delivery.delivery_id]
    return list(deliveries.values()), copies
