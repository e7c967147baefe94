"""AWS machines of the training nodes, and the savings plan of one of them.

Belongs here: EC2 by the hour. A node's hours come from the story, so that they cover
its Slurm jobs.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from sample_company.aws.line import (
    ZONE,
    Line,
    Price,
    Product,
    dollars,
    line,
    usage,
)
from sample_company.months import HOUR, Month, Span, at
from sample_company.seeded import between, hex_id, money
from sample_company.story import (
    C6I_1,
    G5,
    P4D_1,
    P4D_2,
    PAYER,
    TRAINING,
    Node,
    windows,
)

EC2 = "Amazon Elastic Compute Cloud"
SPOT = Product("AmazonEC2", EC2)
SAVINGS_PLANS = Product("ComputeSavingsPlans", "Savings Plans for AWS Compute usage")


def machine(instance_type: str, vcpu: int, memory: str, gpus: int = 0) -> Product:
    """Describe an instance type as the price list does."""
    details = {
        "instance_type": instance_type,
        "instance_type_family": instance_type.partition(".")[0],
        "instance_family": "GPU instance" if gpus else "General purpose",
        "operating_system": "Linux",
        "tenancy": "Shared",
        "vcpu": str(vcpu),
        "memory": memory,
    }
    if gpus:
        details["gpu"] = str(gpus)
    return Product("AmazonEC2", EC2, "Compute Instance", details)


P4D_24XLARGE = machine("p4d.24xlarge", 96, "1152 GiB", 8)
C6I_8XLARGE = machine("c6i.8xlarge", 32, "64 GiB")
P4D_RATE = Decimal("21.957642")
PLAN_RATE = Decimal("15.8095022")
C6I_RATE = Decimal("1.36")

_PLAN_ID = "0b6f3c1e-5d0a-4c52-9a43-7e21c9a8f010"
PLAN: Line = {
    "savings_plan_savings_plan_a_r_n": f"arn:aws:savingsplans::{PAYER}:savingsplan/{_PLAN_ID}",  # noqa: E501
    "savings_plan_offering_type": "ComputeSavingsPlans",
    "savings_plan_payment_option": "No Upfront",
    "savings_plan_purchase_term": "1yr",
    "savings_plan_start_time": at("01-20 00:00"),
    "savings_plan_end_time": at("01-20 00:00") + timedelta(days=365),
}


def hourly(node: Node, month: Month) -> Iterator[tuple[Span, Decimal, int]]:
    """Give the hours in which a node was up: how much of each, in which window."""
    for number, window in enumerate(windows(node)):
        span = month.within(window)
        if span is None:
            continue
        hour = span[0].replace(minute=0)
        while hour < span[1]:
            up = min(hour + HOUR, span[1]) - max(hour, span[0])
            yield (hour, hour + HOUR), Decimal(int(up.total_seconds())) / 3600, number
            hour += HOUR


def node_tags(node: Node, project: str) -> dict[str, str]:
    """Give the tags of a training node."""
    return {
        "user:environment": "research",
        "user:project": project,
        "user:slurm-node": node.name,
        "user:team": "training",
    }


def _instance(*key: object) -> str:
    return "i-0" + hex_id(16, "instance", *key)


def _on_demand(node: Node, month: Month, product: Product, rate: Decimal) -> list[Line]:
    kind = node.machine
    wording = f"{dollars(rate)} per On Demand Linux {kind} Instance Hour"
    project = "data-prep" if node is C6I_1 else "foundation-models"
    return [
        usage(
            TRAINING,
            span,
            product,
            f"BoxUsage:{kind}",
            amount,
            Price(rate, "Hrs", wording),
            line_item_operation="RunInstances",
            line_item_availability_zone=ZONE,
            line_item_resource_id=_instance(node.name),
            resource_tags=node_tags(node, project),
        )
        for span, amount, _ in hourly(node, month)
    ]


def _covered(span: Span, amount: Decimal) -> list[Line]:
    """Give an hour that the savings plan pays for, and the line that cancels it."""
    wording = f"{dollars(P4D_RATE)} per On Demand Linux p4d.24xlarge Instance Hour"
    covered = usage(
        TRAINING,
        span,
        P4D_24XLARGE,
        "BoxUsage:p4d.24xlarge",
        amount,
        Price(P4D_RATE, "Hrs", wording),
        line_item_operation="RunInstances",
        line_item_availability_zone=ZONE,
        line_item_resource_id=_instance(P4D_1.name),
        resource_tags=node_tags(P4D_1, "foundation-models"),
        **PLAN,
    )
    covered |= {
        "line_item_line_item_type": "SavingsPlanCoveredUsage",
        "savings_plan_savings_plan_effective_cost": money(amount * PLAN_RATE),
        "savings_plan_savings_plan_rate": f"{PLAN_RATE:.10f}",
    }
    cost = money(-amount * P4D_RATE)
    cancelled = covered | {
        "line_item_line_item_type": "SavingsPlanNegation",
        "line_item_unblended_cost": cost,
        "line_item_blended_cost": cost,
        "line_item_line_item_description": "SavingsPlanNegation used by AccountId : "
        f"{TRAINING} and UsageSku : BoxUsage:p4d.24xlarge",
        "pricing_public_on_demand_cost": Decimal(0),
        "savings_plan_savings_plan_effective_cost": Decimal(0),
    }
    return [covered, cancelled]


def _plan_fee(hour: datetime, used: Decimal) -> Line:
    return line(
        "SavingsPlanRecurringFee",
        PAYER,
        (hour, hour + HOUR),
        SAVINGS_PLANS,
        "ComputeSP:1yrNoUpfront",
        line_item_unblended_cost=PLAN_RATE,
        line_item_line_item_description="1 year No Upfront Compute Savings Plan",
        pricing_unit="Hrs",
        savings_plan_recurring_commitment_for_billing_period=PLAN_RATE,
        savings_plan_total_commitment_to_date=PLAN_RATE,
        savings_plan_used_commitment=money(used * PLAN_RATE),
        **PLAN,
    )


def _planned(month: Month) -> list[Line]:
    up = {span[0]: amount for span, amount, _ in hourly(P4D_1, month)}
    made = [
        covered
        for hour, amount in up.items()
        for covered in _covered((hour, hour + HOUR), amount)
    ]
    made += [_plan_fee(hour, up.get(hour, Decimal(0))) for hour in month.hours()]
    return made


def _spot(node: Node, month: Month) -> list[Line]:
    kind, made = node.machine, []
    for span, amount, window in hourly(node, month):
        rate = between("2.05", "2.55", "spot", node.name, span[0]).quantize(
            Decimal("0.0001")
        )
        tags = node_tags(node, "ranking")
        if window == 0 and node is G5[1]:  # started by hand, without the usual tags
            tags = {"user:slurm-node": node.name}
        wording = (
            f"{kind} Linux/UNIX Spot Instance-hour in US East (Virginia) in VPC Zone #4"
        )
        spot = usage(
            TRAINING,
            span,
            SPOT,
            f"SpotUsage:{kind}",
            amount,
            Price(rate, "Hrs", wording),
            line_item_operation="RunInstances:SV004",
            line_item_resource_id=_instance(node.name, window),
            resource_tags=tags,
        )
        unpriced = ("pricing_public_on_demand_cost", "pricing_public_on_demand_rate")
        for column in (*unpriced, "pricing_term", "pricing_rate_code"):
            del spot[column]
        made.append(spot)
    return made


def compute_lines(month: Month) -> list[Line]:
    """Give every EC2 line of a month."""
    return [
        *_planned(month),
        *_on_demand(P4D_2, month, P4D_24XLARGE, P4D_RATE),
        *_on_demand(C6I_1, month, C6I_8XLARGE, C6I_RATE),
        *(spot for node in G5 for spot in _spot(node, month)),
    ]
