"""Anthropic's bill: cost report pages, one FOCUS row per result.

Amounts are decimal texts in **cents**. Belongs here: what a result of the cost report
means. Does not belong here: tokens (``sources.usage.anthropic_usage``), and Priority
Tier and plan purchases, which are not in the report and reach the ledger only through
an invoice.
"""

from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source, quoted
from pipelines.sources.formats.anthropic import ENVELOPE, report_of
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.pages import drops, results, tally
from pipelines.sources.formats.prepaid import billed_cost


def claims(candidate: Candidate) -> bool:
    """Claim pages of the cost report."""
    return report_of(candidate) == "cost"


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the FOCUS rows of a period, each bucket from its newest pull."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(
        results=results(ENVELOPE, deliveries, period),
        billing_account_id=quoted(context.settings.anthropic.billing_account_id),
        billed_cost=billed_cost(context.settings.anthropic.billing),
    )


SOURCE = Source(
    name="anthropic",
    table="focus",
    description=(
        "Anthropic's bill from its cost report: one charge per workspace, model, token "
        "type and day. Newer pulls replace the days that they have again."
    ),
    expected="JSON pages of the Anthropic cost report (amounts in cents)",
    claims=claims,
    drops=partial(drops, ENVELOPE),
    select=select,
    tally=partial(tally, ENVELOPE),
    restates="rows",
    # 2: with cache writes for an hour apart.
    version=2,
    uses=("anthropic.billing_account_id", "anthropic.billing"),
    compressions=("",),
)
