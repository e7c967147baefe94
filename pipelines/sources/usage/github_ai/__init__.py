"""GitHub's AI usage report: credits and premium requests by day, user and model.

Its money is a part of the metered usage report, which is the bill. Belongs here: what
was used. Does not belong here: a second bill (``sources.cost.github``).
"""

from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source, counted
from pipelines.sources.formats.csv_cells import positions
from pipelines.sources.formats.github import address_of
from pipelines.sources.formats.logs import Log
from pipelines.sources.formats.odd_rows import drops, rows
from pipelines.sources.formats.package_files import text_beside

LOG = Log(
    source="github_ai",
    time="date",
    columns={
        "date": "time",
        "sku": "text",
        "model": "text",
        "quantity": "amount",
        "unit_type": "text",
        "organization": "text",
        "repository": "text",
        "username": "text",
    },
    needed=("quantity", "unit_type"),
    stated=("date", "model", "quantity", "unit_type"),
)
_TELLING = {"product", "sku", "model", "quantity", "unit_type", "net_amount"}


def claims(candidate: Candidate) -> bool:
    """Claim AI usage reports: metered usage by model."""
    found = positions(candidate.columns).keys()
    return candidate.format == "csv" and found >= _TELLING


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the usage rows of a month, an organization's day from its newest report."""
    sql = text_beside(__package__, "convert.sql")
    rows = _counting(deliveries, period)
    return sql.format(rows=rows, person=address_of("username"))


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of a month, by why they are left out."""
    return counted(_counting(deliveries, period), "left_out")


def _counting(deliveries: Sequence[Delivery], period: str) -> str:
    found = rows(LOG, deliveries, period)
    return f"""
        select *, coalesce(odd, case
            when quantity < 0 then 'a quantity below zero'
            when age < max(age) over (
                partition by cast(date as date), lower(coalesce(organization, ''))
            ) then 'a newer report has its day'
        end) as left_out
        from ({found})
    """


SOURCE = Source(
    name="github_ai",
    table="model_usage",
    description=(
        "What GitHub's AI tools used: credits and premium requests by day, user and "
        "model. It carries no money; its amounts are in the metered usage report."
    ),
    expected=(
        "CSV of GitHub's AI usage report (date, product, sku, model, quantity, "
        "unit_type, net_amount, ...)"
    ),
    claims=claims,
    drops=partial(drops, LOG),
    select=select,
    tally=tally,
    restates="rows",
)
