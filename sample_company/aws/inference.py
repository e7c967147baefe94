"""The AWS machine that serves Lumenloop's own model, billed by the day.

Belongs here: EC2 of the cluster ``inference``. What runs on it is in ``serving``.
"""

from decimal import Decimal

from sample_company.aws.compute import machine
from sample_company.aws.line import (
    SEARCH_TAGS,
    ZONE,
    Line,
    Price,
    dollars,
    usage,
)
from sample_company.months import DAY, Month
from sample_company.serving import (
    INFERENCE,
    MACHINE,
    MACHINE_GPUS,
    MACHINE_UP,
)
from sample_company.story import SEARCH

G6_12XLARGE = machine(MACHINE, 48, "192 GiB", MACHINE_GPUS)
RATE = Decimal("4.6016")


def inference_lines(month: Month) -> list[Line]:
    """Give the machine's days of a month."""
    wording = f"{dollars(RATE)} per On Demand Linux {MACHINE} Instance Hour"
    return [
        usage(
            SEARCH,
            (day, day + DAY),
            G6_12XLARGE,
            f"BoxUsage:{MACHINE}",
            Decimal(24),
            Price(RATE, "Hrs", wording),
            line_item_operation="RunInstances",
            line_item_availability_zone=ZONE,
            line_item_resource_id=INFERENCE.resource_id,
            resource_tags=SEARCH_TAGS
            | {
                "aws:eks:cluster-name": INFERENCE.name,
                "user:slurm-node": INFERENCE.node,
            },
        )
        for day in month.days()
        if MACHINE_UP[0] <= day < MACHINE_UP[1]
    ]
