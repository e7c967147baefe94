"""OpenRouter's bill: the activity of an account, summed up by the hour or the day.

A CSV has generations, a page of the API has days. Of a day that both have, the newer
file says what it cost.

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

# Why a row does not count. Of a generation its newest file says it, of a day its newest
# page, and of a day that a CSV and a page have the newer of both.
JUDGED = """
    with exported as ({rows}),

    days as (
        select
            {day} as day,
            arg_max(is_day, (age, is_day)) as is_by_day,
            max(age) filter (where is_day) as newest_page
        from exported
        group by all
    )

    select
        exported.*,
        case
            when exported.is_day is distinct from coalesce(days.is_by_day, false)
                then 'a newer file has its day'
            when exported.is_day and exported.age < days.newest_page
                then 'a newer file has its day'
            when generation_id is not null and row_number() over (
                partition by generation_id
                order by age desc, row_number desc
            ) > 1
                then 'a newer file has its generation_id'
        end as left_out
    from exported
    left join days on {day} = days.day
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
                    left_out, delivery_id, created_at[:13],
                    model_permaslug, provider_name, api_key_name
            ) = 1 as is_first
            from ({_rows(deliveries)})
            where {reading.month()} = {quoted(period)}
        """,
        "case when left_out is not null then left_out "
        "when not is_first then 'summed into the row of its hour' end",
    )


def _rows(deliveries: Sequence[Delivery]) -> str:
    """Give the rows of all files, and why each does not count, NULL where it does."""
    parts = []
    for age, delivery in enumerate(deliveries):
        for path, name in zip(delivery.files, delivery.names, strict=True):
            file = sniffed(path, name)
            parts.append(
                f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
                f"{quoted(name)} as file_name, {file.format == 'json'} as is_day, * "
                f"from ({reading.scan(file)})"
            )
    return JUDGED.format(rows=" union all ".join(parts), day=reading.day())


SOURCE = Source(
    name="openrouter",
    table="focus",
    description=(
        "What OpenRouter charges: one charge per hour, model, provider and API key, or "
        "per day where a page of its API says it. A generation counts once, as its "
        "newest file has it."
    ),
    expected=(
        "CSV of OpenRouter's activity "
        "(generation_id, created_at, model_permaslug, cost_total), or pages of its API"
    ),
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
    uses=("openrouter.billing",),
    # 3: with pages of the API.
    version=3,
)
