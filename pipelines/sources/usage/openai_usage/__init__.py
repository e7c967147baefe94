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
from pipelines.sources.usage.requests.evidence import part

MODALITIES = (
    "input_text_tokens",
    "input_audio_tokens",
    "input_image_tokens",
    "input_cached_audio_tokens",
    "input_cached_image_tokens",
    "output_text_tokens",
    "output_audio_tokens",
    "output_image_tokens",
)


def claims(candidate: Candidate) -> bool:
    """Claim pages of the Usage API."""
    return api_of(candidate) == "usage"


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the usage rows of a period, each bucket from its newest pull."""
    del context
    sql = text_beside(__package__, "convert.sql")
    fresh = "input_{0}_tokens - coalesce(input_cached_{0}_tokens, 0)"
    return sql.format(
        results=results(ENVELOPE, deliveries, period),
        counts=",\n".join(
            f"cast(result ->> '$.{name}' as bigint) as {name}" for name in MODALITIES
        ),
        input_audio=part(fresh.format("audio"), "input_uncached_tokens"),
        input_image=part(fresh.format("image"), "input_uncached_tokens"),
        output_audio=part("output_audio_tokens", "output_tokens"),
        output_image=part("output_image_tokens", "output_tokens"),
    )


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
    # 3: with audio and images apart.
    version=3,
    compressions=("",),
)
