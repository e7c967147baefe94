"""GitHub's bill: its metered usage report as CSV, or the items of its billing API.

A day of an organization may be in a summarized report, in a detailed one and in a pull
of the API: it is the same money, and one of them counts (``reading.py``). Belongs here:
what a row means (``convert.sql``). Does not belong here: the AI usage report, which is
a part of the same money (``sources.usage.github_ai``).
"""

from collections.abc import Sequence

from pipelines.landing.source import Context, Delivery, Source, counted, quoted
from pipelines.sources.cost.github.reading import claims, drops, rows
from pipelines.sources.formats.github import address_of
from pipelines.sources.formats.package_files import text_beside


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the FOCUS rows of a month: of each organization and day, one report's."""
    sql = text_beside(__package__, "convert.sql")
    rows = _counting(deliveries, period)
    return sql.format(rows=rows, person=address_of("username"))


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of a month, by why they are left out."""
    return counted(_counting(deliveries, period), "left_out")


def _counting(deliveries: Sequence[Delivery], period: str) -> str:
    """Give the rows of a month with ``left_out``, NULL where a row counts."""
    sql = text_beside(__package__, "counting.sql")
    return sql.format(rows=rows(deliveries, period), period=quoted(period))


SOURCE = Source(
    name="github",
    table="focus",
    description=(
        "What GitHub bills: Copilot's seats and use, Actions, Codespaces, by day, "
        "organization, repository and, in detailed reports, user."
    ),
    expected=(
        "CSV of GitHub's metered usage report (date, product, sku, gross_amount, "
        'discount_amount, net_amount) or JSON of its billing API ("usageItems")'
    ),
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
)
