"""Trade options: machines that somebody proposes to swap for other ones.

No bill knows how fast a machine is that was never rented, so it is a CSV that a person
keeps beside the exports: what is swapped, for what, how much faster the other one was
and what it answered in. A later row of the same id takes the place of the earlier one.
"""

from pipelines.sources.formats.csv_cells import TYPES, Known, listed
from pipelines.sources.formats.effective_dated_list import Rules

# What machines are named by: the columns of the mart fct_gpu_hour_costs, or what the
# list of deployments says is served on them.
SCOPE_TYPES = ("account", "machine_type", "resource", "workload", "deployment")
TRADE_OPTIONS = Rules(
    source="trade_options",
    known=(
        Known("trade_id", TYPES["text"], is_needed=True),
        Known("change", TYPES["text"], is_needed=True),
        Known("scope_type", listed(SCOPE_TYPES), is_needed=True),
        Known("scope_value", TYPES["text"], is_needed=True),
        Known("target_provider_name", TYPES["text"], is_needed=True),
        Known("target_instance_type", TYPES["text"], is_needed=True),
        Known("target_region_id", TYPES["text"], is_needed=False),
        Known("target_unit_count", TYPES["count"], is_needed=False),
        Known("target_unit_price", TYPES["number"], is_needed=False),
        Known("currency", TYPES["currency"], is_needed=True),
        Known("relative_throughput", TYPES["number"], is_needed=True),
        Known("latency_ms", TYPES["number"], is_needed=False),
        Known("target_latency_ms", TYPES["number"], is_needed=False),
        Known("latency_limit_ms", TYPES["number"], is_needed=False),
        Known("migration_cost", TYPES["number"], is_needed=False),
        Known("commitment_months", TYPES["whole"], is_needed=False),
        Known("owner_team", TYPES["text"], is_needed=False),
    ),
    checks={
        "trade_id": (
            "count(*) over (partition by trade_id, valid_from) = 1",
            "an id that no other trade of that day has",
        ),
        "relative_throughput": ("relative_throughput > 0", "a number above 0"),
    },
)

SOURCE = TRADE_OPTIONS.as_source(
    "Machines that somebody proposes to swap for other ones."
)
