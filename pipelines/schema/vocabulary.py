"""Words that several tables and lists use alike."""

# The levels that costs are reported by: those of the mart fct_showback_daily.
SCOPE_TYPES = (
    "total",
    "source",
    "provider",
    "ai_cost_class",
    "team",
    "project",
    "feature",
    "tenant",
    "environment",
    "model",
    "workload",
)
COST_BASES = ("billed", "effective")
