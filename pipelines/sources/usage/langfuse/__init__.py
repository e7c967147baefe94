"""Langfuse's observations: the generations of traces, as exported or from its API.

Langfuse's usage_details are disjoint: it takes cached tokens out of ``input`` and
reasoning out of ``output`` when it stores them, and ``total`` repeats them all. What a
program sends it as usage_details it keeps as it is, and ``total`` shows what that is.
Belongs here: tokens, model and labels of a generation. Does not belong here: prompts
and answers (input, output), which are not read.
"""

import re
from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import Candidate, Context, Delivery, Source, quoted
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import Column, positions
from pipelines.sources.formats.package_files import rows_beside, text_beside
from pipelines.sources.formats.records import of_a_page, opened
from pipelines.sources.usage.requests import labels, request_sources
from pipelines.sources.usage.requests.evidence import decided, part
from pipelines.sources.usage.requests.newest import newest

TELLING = {"trace_id", "parent_observation_id", "usage_details"}
# Classes of which one count may stand under two keys; they are summed by convert.sql.
DISTINCT = {"read", "write"}
# Of a JSON file only the first keys are sure to stand before the first long prompt.
EARLY = [re.compile(rf'"{key}"\s*:') for key in ("trace_id", "parent_observation_id")]
# Pages of its API write names in another way.
PAGE = [
    re.compile(rf'"{key}"\s*:') for key in ("data", "traceId", "parentObservationId")
]


def _key(column: str) -> str:
    """Give the key of a column in the API: ``traceId`` of ``trace_id``."""
    first, *others = column.split("_")
    return first + "".join(word.capitalize() for word in others)


def _opened(file: Candidate, columns: Sequence[Column]) -> str:
    """Open an export, or a page of the API, whose first version says ``model``."""
    if not _is_page(file):
        return opened(file, columns)
    keys = {column.name: [_key(column.name)] for column in columns}
    return of_a_page(
        file, columns, keys | {"provided_model_name": ["providedModelName", "model"]}
    )


def _is_page(file: Candidate) -> bool:
    return file.format == "json" and all(key.search(file.head) for key in PAGE)


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
    opened=_opened,
)


def claims(candidate: Candidate) -> bool:
    """Claim exports of observations, and pages of them."""
    if candidate.format == "json":
        return _is_page(candidate) or all(key.search(candidate.head) for key in EARLY)
    return positions(candidate.columns).keys() >= TELLING


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the generations of a month, each as it was updated last."""
    sql = text_beside(__package__, "convert.sql")
    calls = sql.format(
        rows=logs.rows(LOG, deliveries, period),
        decided=decided("stated", cached_inside=False, reasoning_inside=False),
        **_counts(),
        provider=labels.provider("stated_provider"),
        metadata_labels=labels.read("metadata"),
        is_truncated=labels.truncated("finish_reason"),
        **labels.labels("words"),
    )
    order = "updated_at desc nulls last, age desc, row_number desc"
    return newest(context, calls, reason="no_call", order=order)


def _counts() -> dict[str, str]:
    """Give the SQL of the counters of a list of counts, by the class of their keys."""
    classes = rows_beside(__package__, "keys.csv")
    cases = " ".join(
        f"when regexp_matches(lower(u.key), {quoted(row['pattern'])}) "
        f"then {quoted(row['class'])}"
        for row in classes
    )
    summed = [row["class"] for row in classes if row["class"] not in DISTINCT]
    others = "list_filter(counts, lambda c: c.class is null and c.value > 0)"
    keys = f"list_sort(list_transform({others}, lambda c: c.key))"
    return {
        "class": f"case {cases} end",
        "sums": ",\n".join(
            "list_sum(list_transform(list_filter(counts, lambda c: "
            f"c.class = '{name}'), lambda c: c.value)) as {name}"
            for name in dict.fromkeys(summed)
        ),
        "other_quantity": f"list_sum(list_transform({others}, lambda c: c.value))",
        "other_unit": f"nullif(array_to_string({keys}, ' + '), '')",
        "input_sum": _sum("input", "part_in", "audio_in", "image_in"),
        "output_sum": _sum("output", "part_out", "audio_out", "image_out"),
        "audio_in": part("audio_in", "input_uncached_tokens"),
        "image_in": part("image_in", "input_uncached_tokens"),
        "audio_out": part("audio_out", "output_tokens"),
        "image_out": part("image_out", "output_tokens"),
    }


def _sum(*names: str) -> str:
    """Give the SQL of a sum of counters; NULL where none of them is stated."""
    added = " + ".join(f"coalesce({name}, 0)" for name in names)
    return f"case when coalesce({', '.join(names)}) is not null then {added} end"


SOURCES = request_sources(
    Source(
        name="langfuse",
        table="model_usage",
        description="Generations that Langfuse traced.",
        expected=(
            "Langfuse's observations as CSV, JSON, JSON lines or Parquet (id, "
            "trace_id, parent_observation_id, usage_details, ...), or pages of its API"
        ),
        claims=claims,
        drops=partial(logs.drops, LOG),
        select=select,
        restates="rows",
    )
)
