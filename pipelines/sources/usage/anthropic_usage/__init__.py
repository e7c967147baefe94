"""Anthropic's usage report: tokens per workspace, key, model and bucket.

Its input counts exclude cached tokens (the opposite of OpenAI's), so nothing is
subtracted; it counts no requests. Belongs here: what a result of the usage report
counts. Does not belong here: what it cost (``sources.cost.anthropic``).
"""

from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.sources.formats.anthropic import ENVELOPE, report_of
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.pages import drops, results, tally


def claims(candidate: Candidate) -> bool:
    """Claim pages of the usage report."""
    return report_of(candidate) == "usage"


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the usage rows of a period, each bucket from its newest pull."""
    del context
    sql = text_beside(__package__, "convert.sql")
    return sql.format(results=results(ENVELOPE, deliveries, period))


SOURCE = Source(
    name="anthropic_usage",
    table="model_usage",
    description=(
        "What was sent to Anthropic, from its usage report: tokens by class per "
        "workspace, API key, model and day. It carries no money and no requests."
    ),
    expected='JSON pages of the Anthropic usage report ("uncached_input_tokens")',
    claims=claims,
    drops=partial(drops, ENVELOPE),
    select=select,
    tally=partial(tally, ENVELOPE),
    restates="rows",
    # 3: with cache writes for an hour apart.
    version=3,
    compressions=("",),
)
