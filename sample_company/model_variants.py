"""What search's evaluation found out: how good and how fast variants of models are.

Belongs here: the owner's own list. Which variant is served is in ``serving``.
"""

from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.serving import REPLICAS

HEADER = (
    "provider_name",
    "model_id",
    "precision",
    "decoding",
    "evaluation_name",
    "judged_answer_count",
    "passing_answer_count",
    "gpu_name",
    "tokens_per_gpu_second",
    "valid_from",
    "valid_to",
)
_LLAMA, _QWEN = REPLICAS[0].model, REPLICAS[-1].model
_ANSWERS, _LABELS = "answers-1200", "labels-400"
# Fewer bits are faster and less exact; guessing ahead is faster and as exact. Nobody
# has tried yet how fast the shops' labels would be in four bits.
_SERVED = (
    (_LLAMA, "fp16", "standard", _ANSWERS, 1200, 1112, "L4", "214", "2026-08-11"),
    (_LLAMA, "fp8", "standard", _ANSWERS, 1200, 1109, "L4", "351", "2026-08-11"),
    (_LLAMA, "int4", "standard", _ANSWERS, 1200, 1027, "L4", "498", "2026-08-11"),
    (_LLAMA, "fp8", "speculative", _ANSWERS, 1200, 1108, "L4", "447", "2026-10-12"),
    (_QWEN, "int8", "standard", _LABELS, 400, 377, "L40S", "905", "2026-08-14"),
    (_QWEN, "int4", "standard", _LABELS, 400, 371, "", "", "2026-08-14"),
)
# The same questions at the APIs that search uses.
_RENTED = (
    ("AWS", "Claude Sonnet 4.5", _ANSWERS, 1200, 1174, "2026-08-11"),
    ("AWS", "NovaLite", _ANSWERS, 1200, 1031, "2026-08-11"),
    ("OpenAI", "gpt-4o-2024-08-06", _ANSWERS, 1200, 1151, "2026-08-11"),
    ("OpenAI", "gpt-4o-mini-2024-07-18", _ANSWERS, 1200, 1066, "2026-08-11"),
)


def write_model_variants(out: Path) -> None:
    """Write the list; every measurement of it still holds."""
    served = [("self-hosted", *map(str, row), "") for row in _SERVED]
    api_models = [
        (provider, model, "", "", *map(str, judged), "", "", first, "")
        for provider, model, *judged, first in _RENTED
    ]
    write_text(out / "model_variants.csv", csv_text(HEADER, [*served, *api_models]))
