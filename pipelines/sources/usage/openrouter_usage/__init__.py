"""OpenRouter's activity as usage: the tokens of the file that is the bill, too.

Belongs here: the tokens of a generation. Does not belong here: what it cost, which
``sources.cost.openrouter`` reads from the same file, and who sent a request (user),
which is not read.
"""

from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import positions
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.usage.requests import labels, request_sources
from pipelines.sources.usage.requests.newest import newest

TELLING = {"generation_id", "created_at", "model_permaslug"}
LOG = logs.Log(
    source="openrouter_usage",
    time="created_at",
    columns={
        "generation_id": "text",
        "created_at": "time",
        "tokens_prompt": "count",
        "tokens_completion": "count",
        "tokens_reasoning": "count",
        "tokens_cached": "count",
        "model_permaslug": "text",
        "cancelled": "flag",
        "finish_reason_normalized": "text",
        "generation_time_ms": "count",
        "time_to_first_token_ms": "count",
        "api_key_name": "text",
        "app_name": "text",
    },
    stated=("tokens_prompt", "tokens_completion", "tokens_cached"),
)


def claims(candidate: Candidate) -> bool:
    """Claim the activity of an account."""
    if candidate.format != "csv":
        return False
    return positions(candidate.columns).keys() >= TELLING


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the generations of a month, each as its newest file has it."""
    sql = text_beside(__package__, "convert.sql")
    rows = logs.rows(LOG, deliveries, period)
    is_truncated = labels.truncated("finish_reason_normalized")
    calls = sql.format(rows=rows, is_truncated=is_truncated)
    return newest(context, calls)


SOURCES = request_sources(
    Source(
        name="openrouter_usage",
        table="model_usage",
        description="Generations of OpenRouter, from the activity of an account.",
        expected=(
            "CSV of OpenRouter's activity (generation_id, created_at, tokens_prompt, "
            "model_permaslug, ...)"
        ),
        claims=claims,
        drops=partial(logs.drops, LOG),
        select=select,
        restates="rows",
    )
)
