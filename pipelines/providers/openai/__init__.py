"""OpenAI's bill: Costs API pages, one FOCUS row per result (project, line item, day).

Usage API pages carry no money; they are read by ``telemetry.openai_usage``.
"""

from collections.abc import Sequence
from functools import partial
from importlib.resources import files

from pipelines.envelopes.openai import ENVELOPE, api_of
from pipelines.envelopes.pages import drops, results, tally
from pipelines.envelopes.prepaid import billed_cost
from pipelines.landing.source import Candidate, Context, Delivery, Source, quoted


def claims(candidate: Candidate) -> bool:
    """Claim pages of the Costs API."""
    return api_of(candidate) == "costs"


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the FOCUS rows of a period, each bucket from its newest pull."""
    sql = files("pipelines.providers.openai").joinpath("convert.sql").read_text("utf-8")
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
    version=3,
)
