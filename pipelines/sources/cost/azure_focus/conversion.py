"""Fill ``convert.sql`` with the rows of a month.

Belongs here: the template and its blanks. What a row means, and how a gap is closed,
is in ``convert.sql``.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from pipelines.focus.subcategories import PARENTS
from pipelines.landing.source import Context, Delivery, counted, quoted
from pipelines.sources.cost.azure_exports import facts, tags
from pipelines.sources.cost.azure_exports.files import values
from pipelines.sources.cost.azure_exports.reading import facts_of_delivery, rows
from pipelines.sources.cost.azure_exports.rows import merged
from pipelines.sources.cost.azure_focus.deliveries import FACTS
from pipelines.sources.formats.billing_months import month_end
from pipelines.sources.formats.package_files import text_beside


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT with the FOCUS 1.4 rows of one month."""
    cell = merged(f for d in deliveries for f in facts_of_delivery(FACTS, d))
    blanks = {
        "{rows}": "\nunion all\n".join(_rows(deliveries, period)),
        "{tags}": tags.cleaned("tag_text"),
        "{raw_tags}": tags.raw("tag_text", "source_tags"),
        "{tag_text}": tags.whole("source_tags"),
        "{period_end}": month_end("BillingPeriodStart", "BillingPeriodEnd"),
        "{arm_type}": facts.arm_type("typed.arm_id"),
        "{services}": facts.services(),
        "{gpus}": facts.gpus(),
        "{ai_meters}": facts.ai_meters(cell.words, period),
        "{subcategories}": values([*PARENTS.items()], 2),
    }
    text = _template()
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text


def file_rows(_: Context, delivery: Delivery) -> list[int]:
    """Count the rows of each file; what they say together is looked up for any."""
    files = tuple(delivery.files[place] for place in delivery.places)
    names = tuple(delivery.names[place] for place in delivery.places)
    picked = replace(delivery, files=files, names=names)
    return [cell.rows for cell in facts_of_delivery(FACTS, picked)]


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of one month; none is left out."""
    if all(len(delivery.periods) == 1 for delivery in deliveries):
        return ""
    return counted("\nunion all\n".join(_rows(deliveries, period)))


def _rows(deliveries: Sequence[Delivery], period: str) -> list[str]:
    made: list[str] = []
    for delivery in deliveries:
        more = {"delivery_id": quoted(delivery.delivery_id)}
        made += rows("azure_focus", FACTS, delivery, period, more)
    return made or [_nothing()]


def _nothing() -> str:
    types = {"text": "varchar", "number": "decimal(38, 12)", "time": "timestamp"}
    picked = [f'cast(null as {types[c.type]}) as "{c.name}"' for c in FACTS.columns]
    return f"select 0 as row_number, {', '.join(picked)}, '' as delivery_id limit 0"


@cache
def _template() -> str:
    text = text_beside(__package__, "convert.sql")
    # The opening comment names the blanks; it must not be filled.
    return text[text.index("\nwith\n") :]
