"""DCGM: what its exporter saw of each GPU, hour by hour.

Belongs here: the GPUs of the cluster ``inference`` and, since October, the one of the
platform team's reserved machine, whose jobs leave most of it free.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sample_company.azure.details import hours_up
from sample_company.cluster_jobs import KUBEFLOW, MACHINE, NAMESPACE, NODE
from sample_company.months import HOUR, OCTOBER
from sample_company.seeded import between, digest
from sample_company.serving import INFERENCE, MACHINE_GPUS, MACHINE_UP, REPLICAS
from sample_company.serving import served as served_by

Labels = dict[str, str]
Samples = list[tuple[datetime, str]]
# Adapters of a small model, one short text at a time: much memory stays free, too.
_TUNING_MIB, _TUNING_BUSY = 17_740, ("0.12", "0.21")


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU as its exporter names it, and the watts that it takes idle and working."""

    cluster: str
    node: str
    resource_id: str
    number: int
    model: str
    mib: int
    exporter: str
    watts: tuple[int, int]

    @property
    def labels(self) -> Labels:
        """The labels of each of its series."""
        uuid = digest("gpu", self.node, self.number).hex()
        return {
            "Hostname": self.node,
            "UUID": f"GPU-{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}",
            "cluster": self.cluster,
            "device": f"nvidia{self.number}",
            "gpu": str(self.number),
            "instance_id": self.resource_id,
            "modelName": self.model,
            "namespace": "gpu-operator",
            "node": self.node,
            "pod": self.exporter,
        }


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a GPU: who held it, how busy it was, how much memory was taken."""

    start: datetime
    held: Labels
    busy: Decimal
    used_mib: int


def gauges() -> Iterator[tuple[Labels, Samples]]:
    """Give the series of every GPU; without a pod nothing works on it."""
    for number in range(MACHINE_GPUS):
        gpu = Gpu(
            INFERENCE.name,
            INFERENCE.node,
            INFERENCE.resource_id,
            number,
            "NVIDIA L4",
            23_034,
            "nvidia-dcgm-exporter-9xk4d",
            (17, 55),
        )
        yield from _series(gpu, _serving(number))
    gpu = Gpu(
        "platform",
        NODE,
        MACHINE.lower(),
        0,
        "NVIDIA A100 80GB PCIe",
        81_920,
        "nvidia-dcgm-exporter-t5w2c",
        (46, 230),
    )
    yield from _series(gpu, _tuning())


def _held(namespace: str, pod: str) -> Labels:
    return {"exported_namespace": namespace, "exported_pod": pod}


def _serving(number: int) -> Iterator[Hour]:
    owners = {
        hour.start: (replica, hour)
        for replica in REPLICAS
        if replica.cluster == INFERENCE and number in replica.gpus
        for hour in served_by(replica)
    }
    start = MACHINE_UP[0]
    while start < MACHINE_UP[1]:
        if start in owners:
            replica, work = owners[start]
            held = _held(INFERENCE.namespace, replica.pod)
            yield Hour(start, held, work.busy, 20_412)
        else:
            yield Hour(start, {}, Decimal(0), 3)
        start += HOUR


def _tuning() -> Iterator[Hour]:
    """Give the hours in which the reserved machine was up, with its jobs or without."""
    for day in OCTOBER.days():
        for number in range(hours_up(OCTOBER, day)):
            start = day + number * HOUR
            jobs = [job for job in KUBEFLOW if job[1] <= start < job[1] + job[2] * HOUR]
            if jobs:
                busy = between(*_TUNING_BUSY, "tuning", start).quantize(Decimal("1E-4"))
                held = _held(NAMESPACE, f"{jobs[0][0]}-master-0")
                yield Hour(start, held, busy, _TUNING_MIB)
            else:
                yield Hour(start, {}, Decimal(0), 4)


def _series(gpu: Gpu, hours: Iterator[Hour]) -> Iterator[tuple[Labels, Samples]]:
    made: dict[tuple[str, str], tuple[Labels, Samples]] = {}
    for hour in hours:
        idle, working = gpu.watts
        warmth = between("0", "1", "watts", gpu.number, hour.start)
        for name, value in (
            ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", str(hour.busy)),
            ("DCGM_FI_DEV_FB_USED", str(hour.used_mib)),
            ("DCGM_FI_DEV_FB_FREE", str(gpu.mib - hour.used_mib)),
            ("DCGM_FI_DEV_POWER_USAGE", f"{idle + working * hour.busy + warmth:.1f}"),
        ):
            labels = {"__name__": name} | hour.held | gpu.labels
            key = name, hour.held.get("exported_pod", "")
            _, samples = made.setdefault(key, (labels, []))
            samples.append((hour.start + HOUR, value))
    yield from made.values()
