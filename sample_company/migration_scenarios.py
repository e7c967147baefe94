"""The machines that Lumenloop's engineers would swap, and what they measured of others.

Belongs here: the list. What the present machines cost and do is in the bills and
the telemetry of the other modules.
"""

from pathlib import Path

from sample_company.ferrum import NODE_PRICE
from sample_company.files import csv_text, write_text
from sample_company.seeded import plain
from sample_company.serving import REPLICAS
from sample_company.story import P4D_2

HEADER = (
    "scenario_id",
    "change",
    "scope_type",
    "scope_value",
    "target_provider_name",
    "target_instance_type",
    "target_region_id",
    "target_unit_count",
    "target_unit_price",
    "currency",
    "relative_throughput",
    "latency_ms",
    "target_latency_ms",
    "latency_limit_ms",
    "migration_cost",
    "commitment_months",
    "owner_team",
    "valid_from",
)
_H100 = ("Ferrum", "ferrum.h100x8", "", "", plain(NODE_PRICE), "USD", "2.4")
_ANSWERS = ("workload", REPLICAS[0].deployment)
_ROWS = (
    ("second-node-to-ferrum", "The second A100 node goes to Ferrum's H100 nodes",
     "resource", P4D_2.name, *_H100, "", "", "", "3000", "", "training", "2026-10-20"),
    # Its first node is under a Savings Plan that is paid for all the same.
    ("pretraining-to-ferrum", "All pretraining goes to Ferrum's H100 nodes",
     "machine_type", P4D_2.machine, *_H100, "", "", "", "9000", "6", "training",
     "2026-10-20"),
    ("pretraining-to-h200", "All pretraining goes to H200 nodes of the same cloud",
     "machine_type", P4D_2.machine, "AWS", "p5en.48xlarge", "us-east-1", "", "", "USD",
     "3.1", "", "", "", "2000", "", "training", "2026-10-22"),
    ("answers-to-l40s", "Answers come from two machines with an L40S each",
     *_ANSWERS, "AWS", "g6e.xlarge", "us-east-1", "", "1.861", "USD", "0.65",
     "2700", "3400", "3000", "1500", "", "search", "2026-10-26"),
    ("answers-to-a10g", "Answers come from a machine with four A10G",
     *_ANSWERS, "AWS", "g5.12xlarge", "us-east-1", "", "", "USD", "1.1",
     "2700", "2500", "3000", "800", "", "search", "2026-10-26"),
)  # fmt: skip


def write_migration_scenarios(out: Path) -> None:
    """Write the list of migration scenarios."""
    write_text(out / "migration_scenarios.csv", csv_text(HEADER, _ROWS))
