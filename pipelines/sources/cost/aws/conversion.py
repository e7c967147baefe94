"""Fill ``convert.sql`` for the deliveries of a period.

Belongs here: the template and its four blanks. Nothing here knows what a row means.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from pipelines.landing.source import Context, Delivery, counted, quoted
from pipelines.sources.cost.aws import columns, reading, values
from pipelines.sources.formats.package_files import text_beside


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT with the FOCUS rows of one billing period."""
    return "\nunion all\n".join(
        f"select * from ({part})"
        for delivery in deliveries
        for part in _parts(context, delivery, period)
    )


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of one billing period; none is left out.

    Reading a CSV for this alone took as long as 40 % of its conversion, so row numbers
    say it wherever a delivery is of one period.
    """
    if all(len(delivery.periods) == 1 for delivery in deliveries):
        return ""
    parts = [
        f"select {quoted(delivery.delivery_id)} as delivery_id from "
        f"({values.whole(read, period, several=len(delivery.periods) > 1)})"
        for delivery in deliveries
        for read in reading.reads(context, delivery)
    ]
    return counted("\nunion all\n".join(parts))


def _parts(context: Context, delivery: Delivery, period: str) -> Iterator[str]:
    net = context.settings.aws.cost_basis == "net_unblended"
    several = len(delivery.periods) > 1
    for read in reading.reads(context, delivery):
        blanks = {
            "{cur}": values.typed(read, period, several=several, net=net),
            "{services}": _services(),
            "{product_name}": values.attribute(read, "product_name"),
            "{gpu}": values.attribute(read, "gpu"),
            "{vcpu}": values.attribute(read, "vcpu"),
            "{memory}": values.attribute(read, "memory"),
            "{delivery_id}": quoted(delivery.delivery_id),
        }
        text = _template()
        for blank, value in blanks.items():
            text = text.replace(blank, value)
        yield text


@cache
def _template() -> str:
    text = text_beside(__package__, "convert.sql")
    # The opening comment names the blanks; it must not be filled.
    return text[text.index("\nwith\n") :]


@cache
def _services() -> str:
    return ", ".join(
        "(" + ", ".join(quoted(text) for text in service.values()) + ")"
        for service in columns.services()
    )
