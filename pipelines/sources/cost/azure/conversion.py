"""Fill ``convert.sql`` with the rows of the cost types that a month has.

Belongs here: which rows of which cost type count, and the tables that the SQL
joins. What a row means is in ``convert.sql``.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from pipelines.landing.source import Context, Delivery, counted, quoted
from pipelines.sources.cost.azure.deliveries import FACTS
from pipelines.sources.cost.azure_exports import facts, tags
from pipelines.sources.cost.azure_exports.drops import cost_type_of
from pipelines.sources.cost.azure_exports.reading import facts_of_delivery, rows
from pipelines.sources.cost.azure_exports.rows import merged
from pipelines.sources.formats.package_files import text_beside

# Of the actual costs beside amortized ones: only what buys or gives back commitments.
ONLY_PURCHASES = """
    lower(charge_type) in ('purchase', 'refund')
    and lower(replace(pricing_model, ' ', '')) in ('reservation', 'savingsplan')
"""

LEFT_OUT = "case when not is_kept then 'said by the amortized costs, too' end"


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the SELECT with the FOCUS rows of one month."""
    cell = merged(f for d in deliveries for f in facts_of_delivery(FACTS, d))
    whole = tags.whole("tags")
    blanks = {
        "{rows}": _kept(deliveries, period),
        "{tags}": tags.cleaned("tag_text"),
        "{raw_tags}": tags.raw("tag_text", "tags"),
        "{tag_text}": whole,
        "{arm_type}": facts.arm_type("arm_id"),
        "{services}": facts.services(),
        "{regions}": facts.regions(),
        "{gpus}": facts.gpus(),
        "{measures}": facts.measures(words[-1] for words in cell.words),
        "{ai_meters}": facts.ai_meters(cell.words, period),
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
    """Count the rows of one month; of two cost types one repeats the other.

    Where a bill has one, the numbers of its rows say how many there are.
    """
    billed = [cost_type_of(delivery.scope)[0] for delivery in deliveries]
    is_paired = len(set(billed)) < len(billed)
    if not is_paired and all(len(delivery.periods) == 1 for delivery in deliveries):
        return ""
    return counted("\nunion all\n".join(_parts(deliveries, period)), LEFT_OUT)


def _parts(deliveries: Sequence[Delivery], period: str) -> list[str]:
    """Give a SELECT per file; the cost types of a scope that has both are one bill."""
    cost_types: dict[str, set[str]] = defaultdict(set)
    for delivery in deliveries:
        billed, cost_type = cost_type_of(delivery.scope)
        cost_types[billed].add(cost_type)
    made = []
    for delivery in deliveries:
        billed, cost_type = cost_type_of(delivery.scope)
        is_paired = len(cost_types[billed]) > 1
        more = {
            "delivery_id": quoted(delivery.delivery_id),
            "cost_type": quoted("both" if is_paired else cost_type),
        }
        for part in rows("azure", FACTS, delivery, period, more):
            kept = ONLY_PURCHASES if is_paired and cost_type == "actual" else "true"
            made.append(f"select *, {kept} as is_kept from ({part})")
    return made or [_nothing()]


def _kept(deliveries: Sequence[Delivery], period: str) -> str:
    parts = "\nunion all\n".join(_parts(deliveries, period))
    return f"select * exclude (is_kept) from ({parts}) where is_kept"


def _nothing() -> str:
    types = {"text": "varchar", "number": "decimal(38, 12)", "time": "timestamp"}
    picked = [f'cast(null as {types[c.type]}) as "{c.name}"' for c in FACTS.columns]
    picked += ["'' as delivery_id", "'' as cost_type", "true as is_kept"]
    return f"select 0 as row_number, {', '.join(picked)} limit 0"


@cache
def _template() -> str:
    text = text_beside(__package__, "convert.sql")
    # The opening comment names the blanks; it must not be filled.
    return text[text.index("\nwith\n") :]
