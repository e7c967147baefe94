"""OpenAI's Usage API: tokens and requests per project, key, model and bucket.

Its input counts include cached and cache-written tokens; they are taken out here, so
that the four counters of ``model_usage`` are disjoint. Belongs here: what a result of
the Usage API counts. Does not belong here: what it cost (``sources.cost.openai``).
"""

from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.sources.formats.openai import ENVELOPE, api_of
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.pages import drops, results, tally


def claims(candidate: Candidate) -> bool:
    """Claim pages of the Usage API."""
    return api_of(candidate) == "usage"


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the usage rows of a period, each bucket from its newest pull."""
    del context
    sql = text_beside(__package__, "convert.sql")
    return sql.format(results=results(ENVELOPE, deliveries, period))


SOURCE = Source(
    name="openai_usage",
    table="model_usage",
    description=(
        "What was sent to OpenAI, from its Usage API: tokens by class and requests "
        "per project, API key, model and day. It carries no money."
    ),
    expected='JSON pages of the OpenAI Usage API ("organization.usage.*.result")',
    claims=claims,
    drops=partial(drops, ENVELOPE),
    select=select,
    tally=partial(tally, ENVELOPE),
    restates="rows",
    version=3,
    compressions=("",),
)
