"""OpenRouter's bill: the activity CSV of an account, summed up by the hour.

``reading.py`` recognises and opens the files, ``convert.sql`` says what an hour is.
Credits that were bought beforehand are not in the file.
"""

from collections.abc import Sequence
from importlib.resources import files

from pipelines.landing.source import Context, Delivery, Source, quoted
from pipelines.providers.openrouter import reading
from pipelines.providers.openrouter.reading import claims, drops


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the FOCUS rows of a month, each generation as its newest file has it."""
    parts = [
        f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(name)} as file_name, * from ({reading.scan(path)})"
        for age, delivery in enumerate(deliveries)
        for path, name in zip(delivery.files, delivery.names, strict=True)
    ]
    sql = files("pipelines.providers.openrouter").joinpath("convert.sql")
    return sql.read_text("utf-8").format(
        rows="\nunion all\n".join(parts),
        month=reading.month(),
        period=quoted(period),
        typed=reading.typed(),
    )


SOURCE = Source(
    name="openrouter",
    table="focus",
    description=(
        "What OpenRouter charges for generations: one charge per hour, model, provider "
        "and API key. A generation counts once, as its newest file has it."
    ),
    expected=(
        "CSV of OpenRouter's activity (generation_id, created_at, cost_total, "
        "model_permaslug, ...)"
    ),
    claims=claims,
    drops=drops,
    select=select,
    restates="rows",
)
