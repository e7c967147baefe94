"""Langfuse's observations export: the generations of traces, in any of its formats.

Langfuse's usage_details are disjoint: it takes cached tokens out of ``input`` and
reasoning out of ``output`` when it stores them, and ``total`` repeats them all. Belongs
here: tokens, model and labels of a generation. Does not belong here: prompts and
answers (input, output), which are not read.
"""

import re
from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import positions
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.usage.requests import labels, request_sources
from pipelines.sources.usage.requests.newest import newest

TELLING = {"trace_id", "parent_observation_id", "usage_details"}
# Of a JSON file only the first keys are sure to stand before the first long prompt.
EARLY = [re.compile(rf'"{key}"\s*:') for key in ("trace_id", "parent_observation_id")]
LOG = logs.Log(
    source="langfuse",
    time="start_time",
    columns={
        "id": "text",
        "trace_id": "text",
        "project_id": "text",
        "environment": "text",
        "type": "text",
        "start_time": "time",
        "end_time": "time",
        "name": "text",
        "metadata": "text",
        "level": "text",
        "provided_model_name": "text",
        "usage_details": "text",
        "cost_details": "text",
        "total_cost": "amount",
        "completion_start_time": "time",
        "user_id": "text",
        "session_id": "text",
        "prompt_name": "text",
        "prompt_version": "text",
        "updated_at": "time",
    },
    needed=("id", "type"),
    stated=("type", "provided_model_name", "usage_details"),
)


def claims(candidate: Candidate) -> bool:
    """Claim exports of observations."""
    if candidate.format == "json":
        return all(key.search(candidate.head) for key in EARLY)
    return positions(candidate.columns).keys() >= TELLING


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the generations of a month, each as it was updated last."""
    sql = text_beside(__package__, "convert.sql")
    calls = sql.format(
        rows=logs.rows(LOG, deliveries, period),
        provider=labels.provider("stated_provider"),
        metadata_labels=labels.read("metadata"),
        is_truncated=labels.truncated("finish_reason"),
        **labels.labels("words"),
    )
    order = "updated_at desc nulls last, age desc, row_number desc"
    return newest(context, calls, reason="no_call", order=order)


SOURCES = request_sources(
    Source(
        name="langfuse",
        table="model_usage",
        description="Generations that Langfuse traced.",
        expected=(
            "Langfuse's observations as CSV, JSON, JSON lines or Parquet (id, "
            "trace_id, parent_observation_id, usage_details, ...)"
        ),
        claims=claims,
        drops=partial(logs.drops, LOG),
        select=select,
        restates="rows",
    )
)
