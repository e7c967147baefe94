"""AWS services that train and serve models: SageMaker and EKS.

Belongs here: training jobs, the endpoint with its savings plan, and the cluster
with the split of its nodes over the pods.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from sample_company.aws.compute import machine
from sample_company.aws.line import (
    SEARCH_TAGS,
    ZONE,
    Line,
    Price,
    Product,
    dollars,
    line,
    usage,
)
from sample_company.months import DAY, HOUR, Month, at
from sample_company.seeded import hex_id, money
from sample_company.story import (
    FINE_TUNINGS,
    PAYER,
    SEARCH,
    UNTRACKED,
    FineTuning,
)

SAGEMAKER = "Amazon SageMaker"
_ML_RATES = {"ml.g5.12xlarge": Decimal("7.09"), "ml.p4d.24xlarge": Decimal("25.251288")}
_SPOT_SHARE = Decimal("0.4")


def _job_hours(job: FineTuning, month: Month) -> Iterator[Line]:
    rate = _ML_RATES[job.instance_type] * (_SPOT_SHARE if job.spot else 1)
    meter = "TrSpt" if job.spot else "Train"
    product = Product(
        "AmazonSageMaker",
        SAGEMAKER,
        "ML Instance",
        {"instance_type": job.instance_type},
    )
    wording = (
        f"{dollars(rate)} per {meter} {job.instance_type} hour in US East (N. Virginia)"
    )
    hour = job.start.replace(minute=0)
    while hour < job.end:
        up = min(hour + HOUR, job.end) - max(hour, job.start)
        if month.start <= hour < month.end:
            yield usage(
                SEARCH,
                (hour, hour + HOUR),
                product,
                f"USE1-{meter}:{job.instance_type}",
                Decimal(int(up.total_seconds())) / 3600,
                Price(rate, "Hrs", wording),
                line_item_operation="RunInstance",
                line_item_resource_id=job.arn,
                resource_tags=SEARCH_TAGS | {"user:project": "ranker"},
            )
        hour += HOUR


_ENDPOINT_SINCE = at("08-04 00:00")
_SECOND_COPY = (at("10-12 00:00"), at("10-20 00:00"))
_ENDPOINT_RATE = Decimal("1.408")
_PLAN_RATE = Decimal("0.9")
_PLAN_ID = "c41d7f52-90be-4e0d-8a6b-1f3e5d7792aa"
ML_PLAN: Line = {
    "savings_plan_savings_plan_a_r_n": f"arn:aws:savingsplans::{PAYER}:savingsplan/{_PLAN_ID}",  # noqa: E501
    "savings_plan_offering_type": "SageMakerSavingsPlans",
    "savings_plan_payment_option": "Partial Upfront",
    "savings_plan_purchase_term": "1yr",
    "savings_plan_start_time": at("08-01 00:00"),
    "savings_plan_end_time": at("08-01 00:00") + timedelta(days=365),
}
ML_PLAN_PRODUCT = Product(
    "MachineLearningSavingsPlans", "Savings Plans for Machine Learning"
)
ML_PLAN_UPFRONT = _PLAN_RATE / 2 * 24 * 365


def _endpoint_day(day: datetime) -> Line:
    kind = "ml.g5.xlarge"
    wording = f"{dollars(_ENDPOINT_RATE)} per Host {kind} hour in US East (N. Virginia)"
    return usage(
        SEARCH,
        (day, day + DAY),
        Product("AmazonSageMaker", SAGEMAKER, "ML Instance", {"instance_type": kind}),
        f"USE1-Host:{kind}",
        Decimal(24),
        Price(_ENDPOINT_RATE, "Hrs", wording),
        line_item_operation="RunInstance",
        line_item_resource_id=f"arn:aws:sagemaker:us-east-1:{SEARCH}:endpoint/ranker",
        resource_tags=SEARCH_TAGS | {"user:project": "ranker"},
    )


def _plan_day(day: datetime, used: Decimal) -> Line:
    half = _PLAN_RATE * 24 / 2
    return line(
        "SavingsPlanRecurringFee",
        PAYER,
        (day, day + DAY),
        ML_PLAN_PRODUCT,
        "SageMakerSP:1yrPartialUpfront",
        line_item_usage_amount=Decimal(24),
        line_item_unblended_cost=half,
        line_item_line_item_description="1 year Partial Upfront SageMaker Savings Plan",
        pricing_unit="Hrs",
        savings_plan_amortized_upfront_commitment_for_billing_period=half,
        savings_plan_recurring_commitment_for_billing_period=half,
        savings_plan_total_commitment_to_date=2 * half,
        savings_plan_used_commitment=used,
        **ML_PLAN,
    )


def _endpoint(month: Month) -> Iterator[Line]:
    for day in month.days():
        used = _PLAN_RATE * 24 if day >= _ENDPOINT_SINCE else Decimal(0)
        if used:
            hosted = _endpoint_day(day)
            covered = ML_PLAN | {
                "line_item_line_item_type": "SavingsPlanCoveredUsage",
                "savings_plan_savings_plan_effective_cost": used,
                "savings_plan_savings_plan_rate": f"{_PLAN_RATE:.10f}",
            }
            cost = -_ENDPOINT_RATE * 24
            yield hosted | covered
            yield (
                hosted
                | covered
                | {
                    "line_item_line_item_type": "SavingsPlanNegation",
                    "line_item_unblended_cost": cost,
                    "line_item_blended_cost": cost,
                    "line_item_line_item_description": "SavingsPlanNegation used by "
                    f"AccountId : {SEARCH} and UsageSku : USE1-Host:ml.g5.xlarge",
                    "pricing_public_on_demand_cost": Decimal(0),
                    "savings_plan_savings_plan_effective_cost": Decimal(0),
                }
            )
        if _SECOND_COPY[0] <= day < _SECOND_COPY[1]:
            yield _endpoint_day(day)
        yield _plan_day(day, used)


_EKS_RATE = Decimal("1.212")
_G5_2XLARGE = machine("g5.2xlarge", 8, "32 GiB", 1)
_RESOURCES = (("vCPU", "0.10", 8), ("GB", "0.02", 32), ("Accelerator", "0.88", 1))
_PODS = (("reranker", "0.58", "0.08"), ("embedder", "0.27", "0.07"))


def _pod_shares(day: datetime, parent: str, node: str) -> Iterator[Line]:
    cost = _EKS_RATE * 24
    for pod, used, unused in _PODS:
        uid = hex_id(8, "pod", pod, node)
        tags = SEARCH_TAGS | {
            "aws:eks:cluster-name": "serving",
            "aws:eks:namespace": "search",
            "aws:eks:node": node,
            "aws:eks:workload-name": pod,
            "aws:eks:workload-type": "Deployment",
        }
        for resource, weight, size in _RESOURCES:
            share = cost * Decimal(weight)
            yield line(
                "Usage",
                SEARCH,
                (day, day + DAY),
                Product("AmazonEKS", "Amazon Elastic Kubernetes Service"),
                f"USE1-EKS-EC2-{resource}-Hours",
                line_item_operation="EKSPod-EC2",
                line_item_usage_amount=Decimal(0),
                line_item_resource_id="arn:aws:eks:us-east-1:"
                f"{SEARCH}:pod/serving/search/{pod}/{uid}",
                line_item_line_item_description=f"{resource} hours of a pod",
                split_line_item_actual_usage=size * 24 * Decimal(used),
                split_line_item_parent_resource_id=parent,
                split_line_item_public_on_demand_split_cost=share * Decimal(used),
                split_line_item_public_on_demand_unused_cost=share * Decimal(unused),
                split_line_item_reserved_usage=size * 24 * Decimal(used),
                split_line_item_split_cost=money(share * Decimal(used)),
                split_line_item_split_usage=size * 24 * Decimal(used),
                split_line_item_split_usage_ratio=used,
                split_line_item_unused_cost=money(share * Decimal(unused)),
                resource_tags=tags,
            )


def _cluster(month: Month) -> Iterator[Line]:
    wording = f"{dollars(_EKS_RATE)} per On Demand Linux g5.2xlarge Instance Hour"
    for day in month.days():
        for node in ("serving-1", "serving-2"):
            parent = "i-0" + hex_id(16, "eks", node)
            yield usage(
                SEARCH,
                (day, day + DAY),
                _G5_2XLARGE,
                "BoxUsage:g5.2xlarge",
                Decimal(24),
                Price(_EKS_RATE, "Hrs", wording),
                line_item_operation="RunInstances",
                line_item_availability_zone=ZONE,
                line_item_resource_id=parent,
                resource_tags={
                    "aws:eks:cluster-name": "serving",
                    "user:environment": "production",
                    "user:team": "platform",
                },
            )
            yield from _pod_shares(day, parent, node)


def service_lines(month: Month) -> list[Line]:
    """Give every line of a month's managed training and serving."""
    tuned = (*FINE_TUNINGS, *UNTRACKED)
    jobs = (made for job in tuned for made in _job_hours(job, month))
    return [*jobs, *_endpoint(month), *_cluster(month)]
