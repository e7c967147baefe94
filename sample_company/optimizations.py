"""What Lumenloop changes to save money: what was promised, and how far it is.

Belongs here: the list. What was saved is in the bills of the other modules.
"""

from pathlib import Path

from sample_company.files import csv_text, write_text

HEADER = (
    "optimization_id",
    "opportunity_id",
    "change",
    "optimization_type",
    "scope_type",
    "scope_value",
    "promised_monthly_saving",
    "currency",
    "state",
    "owner_team",
    "valid_from",
)
_ROWS = (
    ("prompt-prefix", "", "The chatbot's prompts begin with what can be cached",
     "cache", "model", "gpt-4o-2024-08-06", "400", "USD", "proposed", "marketing",
     "2026-09-21"),
    ("prompt-prefix", "", "The chatbot's prompts begin with what can be cached",
     "cache", "model", "gpt-4o-2024-08-06", "400", "USD", "done", "marketing",
     "2026-10-07"),
    ("covered-machines", "", "Pretraining goes back to machines that a plan covers",
     "machine", "ai_cost_class", "gpu", "4000", "USD", "accepted", "training",
     "2026-10-05"),
    ("covered-machines", "", "Pretraining goes back to machines that a plan covers",
     "machine", "ai_cost_class", "gpu", "4000", "USD", "done", "training",
     "2026-10-20"),
    ("embed-batch", "", "Documents are embedded in batches", "batch",
     "model", "text-embedding-3-small", "50", "USD", "accepted", "search",
     "2026-10-12"),
    ("rewrites-small", "", "Rewrites go to the small model", "small_model",
     "feature", "rewrites", "500", "USD", "dismissed", "search", "2026-10-19"),
    ("old-checkpoints", "colder_tier:7c2572b21f43",
     "Checkpoints of 2025 go to the deep archive", "storage", "ai_cost_class",
     "storage", "450", "USD", "accepted", "training", "2026-10-26"),
    ("train-spot", "", "Pretraining runs on Spot", "spot",
     "project", "foundation-models", "8000", "USD", "proposed", "training",
     "2026-10-26"),
)  # fmt: skip


def write_optimizations(out: Path) -> None:
    """Write the list of optimizations, one row per state."""
    write_text(out / "optimizations.csv", csv_text(HEADER, _ROWS))
