"""OpenShift's Cost Management Metrics Operator on the office's GPU server, in October.

Belongs here: the operator's hourly CSV files. Before October nobody kept them.
"""

from collections.abc import Iterator
from pathlib import Path

from sample_company.files import csv_text, write_gzip
from sample_company.months import OCTOBER
from sample_company.seeded import between, digest
from sample_company.serving import OFFICE, REPLICAS, Served, served

_PERIOD = ("report_period_start", "report_period_end", "interval_start", "interval_end")
_POD_HEADER = (
    *_PERIOD,
    "node",
    "namespace",
    "pod",
    "pod_usage_cpu_core_seconds",
    "pod_request_cpu_core_seconds",
    "pod_limit_cpu_core_seconds",
    "pod_usage_memory_byte_seconds",
    "pod_request_memory_byte_seconds",
    "pod_limit_memory_byte_seconds",
    "node_capacity_cpu_cores",
    "node_capacity_cpu_core_seconds",
    "node_capacity_memory_bytes",
    "node_capacity_memory_byte_seconds",
    "node_role",
    "resource_id",
    "pod_labels",
)
_GPU_HEADER = (
    *_PERIOD,
    "node",
    "namespace",
    "pod",
    "gpu_uuid",
    "gpu_model_name",
    "gpu_vendor_name",
    "gpu_memory_capacity_mib",
    "gpu_pod_uptime",
    "gpu_pod_utilization",
    "gpu_max_slices",
    "mig_instance_id",
    "mig_profile",
    "mig_strategy",
)
_GIB_HOUR = 1024**3 * 3600
_CORES, _MEMORY_GIB = 32, 256
_REPLICA = next(replica for replica in REPLICAS if replica.cluster == OFFICE)


def _interval(hour: Served) -> tuple[str, ...]:
    start, second = hour.start, "%F %T +0000 UTC"
    end = f"{start:%F %H}:59:59 +0000 UTC"
    period = (OCTOBER.start, OCTOBER.end)
    return (*(f"{moment:{second}}" for moment in (*period, start)), end)


def _pod(hour: Served) -> tuple[str, ...]:
    used = between("1.5", "3.5", "office cpu", hour.start)
    memory = between("18", "22", "office memory", hour.start)
    return (
        *_interval(hour),
        OFFICE.node,
        OFFICE.namespace,
        _REPLICA.pod,
        f"{used * 3600:.6f}",
        f"{8 * 3600:.6f}",
        "",
        f"{memory * _GIB_HOUR:.6f}",
        f"{32 * _GIB_HOUR:.6f}",
        "",
        f"{_CORES:.6f}",
        f"{_CORES * 3600:.6f}",
        f"{_MEMORY_GIB * 1024**3:.6f}",
        f"{_MEMORY_GIB * _GIB_HOUR:.6f}",
        "worker",
        OFFICE.resource_id,
        f"label_app:{_REPLICA.deployment}",
    )


def _gpu(hour: Served) -> tuple[str, ...]:
    uuid = digest("gpu", OFFICE.node).hex()
    # The model is small and the card is large: an answer takes half a second of it.
    answers = hour.stopped + hour.cut_off + hour.aborted
    return (
        *_interval(hour),
        OFFICE.node,
        OFFICE.namespace,
        _REPLICA.pod,
        f"GPU-{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}",
        "NVIDIA L40S",
        "nvidia0",
        "46068",
        "60.000000",
        f"{answers / 72:.6f}",
        "",
        "",
        "",
        "",
    )


def _hours() -> Iterator[Served]:
    return (h for h in served(_REPLICA) if OCTOBER.start <= h.start < OCTOBER.end)


def write_openshift(out: Path) -> None:
    """Write the hours of October: what the pod used, and what its GPU did."""
    month = f"{OCTOBER.start:%Y%m}"
    for kind, header, row in (
        ("pod", _POD_HEADER, _pod),
        ("nvidia-gpu", _GPU_HEADER, _gpu),
    ):
        text = csv_text(header, (row(hour) for hour in _hours()))
        write_gzip(out / f"cm-openshift-{kind}-usage-{month}.csv.gz", text)
