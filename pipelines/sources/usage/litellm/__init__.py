"""LiteLLM's spend log: every call that the gateway passed on, or answered itself.

Belongs here: the table "LiteLLM_SpendLogs", dumped as CSV or Parquet, in pages of its
API, or read from its database (``database.py``). Does not belong here: prompts, answers
and addresses of callers; those columns are not read.
"""

import re
from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.settings import Settings
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import Column, positions
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.formats.records import of_a_page, opened
from pipelines.sources.usage.litellm import database
from pipelines.sources.usage.requests import labels, request_sources
from pipelines.sources.usage.requests.evidence import decided, part
from pipelines.sources.usage.requests.newest import newest

TELLING = {"request_id", "starttime", "custom_llm_provider", "spend"}
# Of a page of /spend/logs/v2, whose first row says them.
PAGE = [
    re.compile(rf'"{key}"\s*:')
    for key in ("data", "request_id", "startTime", "custom_llm_provider")
]
KEYS = {
    "starttime": ["startTime"],
    "endtime": ["endTime"],
    "completionstarttime": ["completionStartTime"],
}


def _opened(file: Candidate, columns: Sequence[Column]) -> str:
    """Open a dump of the table, or a page of the API."""
    return of_a_page(file, columns, KEYS) if _is_page(file) else opened(file, columns)


def _is_page(file: Candidate) -> bool:
    return file.format == "json" and all(key.search(file.head) for key in PAGE)


LOG = logs.Log(
    source="litellm",
    time="starttime",
    columns={
        "request_id": "text",
        "call_type": "text",
        "api_key": "text",
        "spend": "amount",
        "prompt_tokens": "count",
        "completion_tokens": "count",
        "total_tokens": "count",
        "starttime": "time",
        "endtime": "time",
        "completionstarttime": "time",
        "request_duration_ms": "count",
        "model": "text",
        "custom_llm_provider": "text",
        "api_base": "text",
        "user": "text",
        "metadata": "text",
        "cache_hit": "text",
        "request_tags": "text",
        "team_id": "text",
        "end_user": "text",
        "session_id": "text",
        "status": "text",
        "agent_id": "text",
        "litellm_call_id": "text",
    },
    stated=("prompt_tokens", "completion_tokens", "metadata", "cache_hit"),
    opened=_opened,
)


def claims(candidate: Candidate) -> bool:
    """Claim dumps of the table, whatever columns were left out, and pages of it."""
    return _is_page(candidate) or (
        candidate.format in {"csv", "parquet"}
        and positions(candidate.columns).keys() >= TELLING
    )


def fetch(settings: Settings) -> list[Candidate]:
    """Copy the log from its database, where a setting says that there is one."""
    return database.fetch(settings, frozenset(LOG.columns))


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the calls of a month; a request id is one call."""
    sql = text_beside(__package__, "convert.sql")
    return newest(
        context,
        sql.format(
            rows=logs.rows(LOG, deliveries, period),
            decided=decided("stated"),
            input_audio=part("audio_in", "input_uncached_tokens"),
            input_image=part("image_in", "input_uncached_tokens"),
            output_audio=part("audio_out", "output_tokens"),
            output_image=part("image_out", "output_tokens"),
            provider=labels.provider("custom_llm_provider"),
            metadata_labels=labels.read("metadata"),
            spend_labels=labels.read("(metadata ->> '$.spend_logs_metadata')"),
            tag_labels=labels.read_tags("request_tags"),
            **labels.labels("tags", "spend_words", "words"),
        ),
    )


SOURCES = request_sources(
    Source(
        name="litellm",
        table="model_usage",
        description="Calls through LiteLLM, from its spend log.",
        expected=(
            'CSV or Parquet of "LiteLLM_SpendLogs" (request_id, startTime, spend, '
            "custom_llm_provider, ...), or pages of /spend/logs/v2"
        ),
        claims=claims,
        drops=partial(logs.drops, LOG),
        select=select,
        restates="rows",
        fetch=fetch,
    )
)
