"""OpenAI's bill: Costs API pages, one FOCUS row per result (project, line item, day).

Belongs here: what a result of the Costs API means. Does not belong here: pages of the
Usage API, which carry no money; ``sources.usage.openai_usage`` reads them.
"""

from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source, quoted
from pipelines.sources.formats.openai import ENVELOPE, api_of
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.pages import drops, results, tally
from pipelines.sources.formats.prepaid import billed_cost


def claims(candidate: Candidate) -> bool:
    """Claim pages of the Costs API."""
    return api_of(candidate) == "costs"


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the FOCUS rows of a period, each bucket from its newest pull."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(
        results=results(ENVELOPE, deliveries, period),
        billing_account_id=quoted(context.settings.openai.billing_account_id),
        billed_cost=billed_cost(context.settings.openai.billing),
    )


SOURCE = Source(
    name="openai",
    table="focus",
    description=(
        "OpenAI's bill from its Costs API: one charge per project, line item and "
        "day. Newer pulls replace the days that they have again."
    ),
    expected='JSON pages of the OpenAI Costs API ("object": "page")',
    claims=claims,
    drops=partial(drops, ENVELOPE),
    select=select,
    tally=partial(tally, ENVELOPE),
    restates="rows",
    uses=("openai.billing_account_id", "openai.billing"),
    # 4: with audio and images apart.
    version=4,
    compressions=("",),
)
