"""Model variants: how good and how fast a model is as it is served, as its owner tests.

No bill knows what a smaller precision does to an answer, so it is a CSV that a person
or an evaluation keeps. A row holds from its first day on, until a later row of the same
variant. What it means for cost is in the mart ``fct_model_variants_monthly``.
"""

from collections.abc import Sequence
from dataclasses import replace

from pipelines.landing.source import Context, Delivery
from pipelines.sources.formats.csv_cells import TYPES, Known
from pipelines.sources.formats.effective_dated_list import Rules
from pipelines.sources.formats.package_files import text_beside

_ONCE = (
    "count(*) over (partition by provider_name, model_id, lower(precision), "
    "lower(decoding), valid_from) = 1"
)
_SPEED = (
    "tokens_per_gpu_second is null "
    "or (tokens_per_gpu_second > 0 and gpu_name is not null)"
)
VARIANTS = Rules(
    source="model_variants",
    known=(
        Known("provider_name", TYPES["text"], is_needed=True),
        Known("model_id", TYPES["text"], is_needed=True),
        Known("precision", TYPES["text"], is_needed=False),
        Known("decoding", TYPES["text"], is_needed=False),
        Known("evaluation_name", TYPES["text"], is_needed=True),
        Known("judged_answer_count", TYPES["whole"], is_needed=True),
        Known("passing_answer_count", TYPES["whole"], is_needed=True),
        Known("gpu_name", TYPES["text"], is_needed=False),
        Known("tokens_per_gpu_second", TYPES["number"], is_needed=False),
    ),
    checks={
        "model_id": (_ONCE, "one whose variant no other row of that day has"),
        "passing_answer_count": (
            "passing_answer_count <= judged_answer_count",
            "no more than judged_answer_count",
        ),
        "tokens_per_gpu_second": (
            _SPEED,
            "more than 0, and the gpu_name that it was measured on",
        ),
    },
)


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the measurements that begin in a month."""
    sql = text_beside(__package__, "convert.sql")
    rows = VARIANTS.select(context, deliveries, period)
    return sql.format(rows=rows)


SOURCE = replace(
    VARIANTS.as_source(
        "How good and how fast a variant of a model is, by its owner's test."
    ),
    select=select,
)
