"""Migration scenarios: the same work on other machines, as somebody proposes it.

No bill knows how fast a machine is that was never used: what would be moved, where to,
how much faster the other one is and what its latency is. A later row of the same id
takes the place of the earlier one; what it saves is in ``fct_migration_scenarios``.
"""

from pipelines.sources.formats.csv_cells import TYPES, Check, listed
from pipelines.sources.formats.owner_list import FROM, TO, ListColumn, OwnerList

# What machines are named by: the columns of the mart fct_gpu_hour_costs, or what the
# list of deployments says is served on them.
SCOPE_TYPES = ("account", "machine_type", "resource", "workload", "deployment")
MIGRATION_SCENARIOS = OwnerList(
    name="migration_scenarios",
    description="The same work on other machines, as somebody proposes it.",
    grain="One row per scenario and first day.",
    key=("scenario_id",),
    columns=(
        ListColumn(
            "scenario_id",
            TYPES["text"],
            "Names the scenario, once per first day.",
            required=True,
        ),
        ListColumn(
            "change", TYPES["text"], "What is proposed, in words.", required=True
        ),
        ListColumn(
            "scope_type",
            listed(SCOPE_TYPES),
            "What names the present machines: account (its machines with GPUs), "
            "machine_type, resource (its id or name), workload, or deployment (of the "
            "list of deployments).",
            required=True,
        ),
        ListColumn("scope_value", TYPES["text"], "Which one.", required=True),
        ListColumn(
            "target_provider_name",
            TYPES["text"],
            "Who would provide the other machine, as its bill spells it.",
            required=True,
        ),
        ListColumn(
            "target_instance_type",
            TYPES["text"],
            "The other machine's type.",
            required=True,
        ),
        ListColumn(
            "target_region_id",
            TYPES["text"],
            "Where it would be; blank where its price is the same everywhere.",
        ),
        ListColumn(
            "target_unit_count",
            TYPES["count"],
            "How many of them; blank for as many as the present work needs by "
            "relative_throughput.",
        ),
        ListColumn(
            "target_unit_price",
            TYPES["number"],
            "The quoted price of an hour of one; blank takes that of the bill or the "
            "list.",
        ),
        ListColumn(
            "currency",
            TYPES["currency"],
            "ISO 4217 currency of the quote, the migration and the present cost.",
            required=True,
            staged_as="billing_currency",
        ),
        ListColumn(
            "relative_throughput",
            TYPES["number"],
            "The work that one of them does in the time of a present one, as measured.",
            required=True,
        ),
        ListColumn(
            "latency_ms",
            TYPES["number"],
            "The present latency in milliseconds, as measured.",
        ),
        ListColumn(
            "target_latency_ms",
            TYPES["number"],
            "The latency of the other one, measured the same way.",
        ),
        ListColumn(
            "latency_limit_ms",
            TYPES["number"],
            "The acceptable latency; blank allows no more than the present one.",
        ),
        ListColumn(
            "migration_cost",
            TYPES["number"],
            "What the move costs once; blank for nothing.",
        ),
        ListColumn(
            "commitment_months",
            TYPES["whole"],
            "For how long the new one has to be paid; blank or 0 for no term.",
        ),
        ListColumn("owner_team", TYPES["text"], "Who proposes it."),
        FROM,
        TO,
    ),
    checks={
        "relative_throughput": Check("relative_throughput > 0", "a number above 0"),
    },
)
