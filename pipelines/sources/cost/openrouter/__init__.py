"""OpenRouter's bill: the activity CSV of an account, summed up by the hour.

Belongs here: recognizing and opening the files (``reading.py``), and what an hour costs
(``convert.sql``). Does not belong here: credits that were bought in advance, which are
not in the file (``sources.lists.prepaid``), and tokens
(``sources.usage.openrouter_usage``).
"""

from collections.abc import Sequence

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Context, Delivery, Source, counted, quoted
from pipelines.sources.cost.openrouter import reading
from pipelines.sources.cost.openrouter.reading import claims, drops
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.prepaid import billed_cost

NEWEST = """
    generation_id is null
    or row_number() over (
        partition by generation_id
        order by age desc, row_number desc
    ) = 1
"""


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the FOCUS rows of a month, each generation as its newest file has it."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(
        rows=_rows(deliveries),
        billed_cost=billed_cost(context.settings.openrouter.billing),
        month=reading.month(),
        period=quoted(period),
        typed=reading.typed(),
    )


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the generations of a month; of an hour, one stands for all."""
    return counted(
        f"""
            select *, row_number() over (
                partition by
                    is_newest, delivery_id, created_at[:13],
                    model_permaslug, provider_name, api_key_name
            ) = 1 as is_first
            from ({_rows(deliveries)})
            where {reading.month()} = {quoted(period)}
        """,
        "case when not is_newest then 'a newer file has its generation_id' "
        "when not is_first then 'summed into the row of its hour' end",
    )


def _rows(deliveries: Sequence[Delivery]) -> str:
    """Give the generations of all files, and whether each is the newest of its id."""
    parts = [
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, * from ({reading.scan(sniffed(path, name))})"
        for age, delivery in enumerate(deliveries)
        for path, name in zip(delivery.files, delivery.names, strict=True)
    ]
    return f"select *, {NEWEST} as is_newest from ({' union all '.join(parts)})"


SOURCE = Source(
    name="openrouter",
    table="focus",
    description=(
        "What OpenRouter charges for generations: one charge per hour, model, provider "
        "and API key. A generation counts once, as its newest file has it."
    ),
    expected=(
        "CSV of OpenRouter's activity "
        "(generation_id, created_at, model_permaslug, cost_total)"
    ),
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
    uses=("openrouter.billing",),
    version=2,
)
