"""OpenShift: the hourly CSV files of the Cost Management Metrics Operator.

``openshift`` fills ``kubernetes_allocation`` from what pods asked for and used,
``openshift_gpu`` fills ``gpu_usage`` from their use of NVIDIA GPUs. Belongs here: rows
of pods and of GPUs. Does not belong here: the operator's other files (nodes,
namespaces, volumes), which are counted only, and prices.
"""

from collections.abc import Sequence

from pipelines.landing.source import Candidate, Source
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import Column, scan
from pipelines.sources.formats.latest_by_key import LatestByKey

OF_THE_OPERATOR = {"report_period_start", "interval_start", "interval_end"}
PLACE = {
    "interval_start": "time",
    "interval_end": "time",
    "node": "text",
    "namespace": "text",
    "pod": "text",
}
POD = PLACE | {
    "resource_id": "text",
    "pod_labels": "text",
    "pod_usage_cpu_core_seconds": "amount",
    "pod_request_cpu_core_seconds": "amount",
    "pod_usage_memory_byte_seconds": "amount",
    "pod_request_memory_byte_seconds": "amount",
}
GPU = PLACE | {
    "gpu_uuid": "text",
    "gpu_model_name": "text",
    "gpu_memory_capacity_mib": "amount",
    "gpu_pod_uptime": "amount",
    "gpu_pod_utilization": "amount",
    "gpu_max_slices": "amount",
    "mig_instance_id": "text",
    "mig_profile": "text",
}
# Why a row cannot be true; NULL where it can.
POD_REASON = """case
    when not is_usage or pod is null then 'it says nothing of what a pod held'
    when interval_end < interval_start then 'it ends before it starts'
    when least(
        pod_usage_cpu_core_seconds, pod_request_cpu_core_seconds,
        pod_usage_memory_byte_seconds, pod_request_memory_byte_seconds
    ) < 0 then 'a quantity below zero'
end"""
GPU_REASON = """case
    when gpu_uuid is null then 'a GPU without UUID'
    when interval_end < interval_start then 'it ends before it starts'
    when mig_profile is not null
        and not regexp_matches(mig_profile, '(^|[^0-9])[1-9][0-9]?g\\.')
        then 'a MIG profile that names no slices'
    when
        try_cast(regexp_extract(mig_profile, '(\\d+)g\\.', 1) as double)
        > coalesce(nullif(gpu_max_slices, 0), 7)
        then 'a MIG profile larger than its GPU'
    when least(gpu_memory_capacity_mib, gpu_max_slices) < 0 then 'a quantity below zero'
    when gpu_pod_uptime < 0 or gpu_pod_uptime > 60
        then 'more or less minutes than an hour has'
    when gpu_pod_utilization < 0 or gpu_pod_utilization > 100
        then 'a value that its metric cannot have'
end"""


def is_gpu(candidate: Candidate) -> bool:
    """Claim the operator's file of NVIDIA GPUs."""
    return _is_of_operator(candidate) and "gpu_uuid" in candidate.columns


def is_other(candidate: Candidate) -> bool:
    """Claim the operator's other files; that of pods is one of them."""
    return _is_of_operator(candidate) and "gpu_uuid" not in candidate.columns


def _is_of_operator(candidate: Candidate) -> bool:
    return candidate.format == "csv" and set(candidate.columns) >= OF_THE_OPERATOR


def _opened(file: Candidate, known: Sequence[Column]) -> str:
    """Open a file; its times say +0000 and UTC, and an hour ends a second early."""
    is_usage = "pod_usage_cpu_core_seconds" in file.columns or is_gpu(file)
    in_file = [column for column in known if column.name != "is_usage"]
    return (
        "select * replace ("
        "replace(interval_start, ' +0000 UTC', '+00') as interval_start, "
        "replace(interval_end, ' +0000 UTC', '+00') as interval_end"
        f"), '{is_usage}' as is_usage from ({scan(file.path, in_file)})"
    )


def _rows(columns: dict[str, str], key: str, reason: str, sql: str) -> LatestByKey:
    log = logs.Log(
        source="openshift",
        time="interval_start",
        columns=columns | {"is_usage": "flag"},
        needed=("interval_end",),
        opened=_opened,
    )
    return LatestByKey(
        log,
        __package__,
        key=f"interval_start, node, namespace, pod, {key}",
        replaced="a newer row has its hour and pod",
        reason=reason,
        sql=sql,
    )


PODS = _rows(POD, "resource_id", POD_REASON, "convert.sql")
GPUS = _rows(GPU, "gpu_uuid, mig_instance_id", GPU_REASON, "gpus.sql")
EXPECTED = "CSV of the Cost Management Metrics Operator (report_period_start, ...)"
SOURCES = (
    Source(
        name="openshift",
        table="kubernetes_allocation",
        description="What pods of OpenShift asked for and used, by hour.",
        expected=EXPECTED,
        claims=is_other,
        drops=PODS.drops,
        select=PODS.select,
        tally=PODS.tally,
        restates="rows",
        version=2,
        family="openshift",
    ),
    Source(
        name="openshift_gpu",
        table="gpu_usage",
        description="What pods of OpenShift did with NVIDIA GPUs, by hour.",
        expected=EXPECTED,
        claims=is_gpu,
        drops=GPUS.drops,
        select=GPUS.select,
        tally=GPUS.tally,
        restates="rows",
        version=2,
        family="openshift",
    ),
)
