"""Model variants: how good and how fast a model is as it is served, as measured.

No bill knows what a smaller precision does to an answer, but an evaluation does. A row
holds from its first day on, until a later row of the same variant. What it means for
cost is in the mart ``fct_model_variants_monthly``.
"""

from pipelines.sources.formats.csv_cells import TYPES, Check
from pipelines.sources.formats.logs import TYPES as TOOL_TYPES
from pipelines.sources.formats.owner_list import FROM, TO, ListColumn, OwnerList

MODEL_VARIANTS = OwnerList(
    name="model_variants",
    description="How good and how fast a variant of a model is, by its owner's test.",
    grain="One row per provider, model, precision, decoding and first day.",
    key=("model_id", "provider_name", "precision", "decoding"),
    columns=(
        ListColumn(
            "provider_name",
            TYPES["text"],
            "Who bills the model, spelled as in the ledger, or `self-hosted`.",
            required=True,
        ),
        ListColumn(
            "model_id",
            TYPES["text"],
            "The model, spelled as in `fct_inference_costs_daily`.",
            required=True,
        ),
        ListColumn(
            "precision",
            TYPES["lower_case"],
            "fp16, bf16, fp8, int8, int4, ...; blank where it is unknown, as of a "
            "vendor's model.",
            blank="'unknown'",
        ),
        ListColumn(
            "decoding",
            TYPES["lower_case"],
            "standard, speculative, ...",
            blank="'standard'",
        ),
        ListColumn(
            "evaluation_name",
            TYPES["text"],
            "The evaluation; only variants of the same one are compared.",
            required=True,
        ),
        ListColumn(
            "judged_answer_count",
            TOOL_TYPES["count"],
            "Answers that were evaluated.",
            required=True,
        ),
        ListColumn(
            "passing_answer_count",
            TOOL_TYPES["count"],
            "The part of them that passed.",
            required=True,
        ),
        ListColumn(
            "gpu_name",
            TYPES["text"],
            "The GPU that its speed was measured on; blank where none was.",
        ),
        ListColumn(
            "tokens_per_gpu_second",
            TYPES["number"],
            "Output tokens a second and GPU under full load, as measured; blank where "
            "it was not.",
        ),
        FROM,
        TO,
    ),
    checks={
        "judged_answer_count": Check("judged_answer_count >= 0", "0 or more"),
        "passing_answer_count": Check(
            "passing_answer_count between 0 and judged_answer_count",
            "no more than judged_answer_count",
        ),
        "tokens_per_gpu_second": Check(
            "tokens_per_gpu_second is null "
            "or (tokens_per_gpu_second > 0 and gpu_name is not null)",
            "more than 0, and the gpu_name that it was measured on",
        ),
    },
)
