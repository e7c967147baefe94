"""OpenCost: one answer of its API a month, with a map of allocations for each day.

Belongs here: who held what of the cluster ``inference``. The prices are OpenCost's own,
and sum to those of the machine.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sample_company.files import gzip_json
from sample_company.months import DAY, HOUR, MONTHS, Month
from sample_company.seeded import between
from sample_company.serving import INFERENCE, MACHINE_UP, REPLICAS, Replica

_GIB = 1024**3
_NODE = {"cpu": Decimal(48), "ram": Decimal(192), "gpu": Decimal(4)}
_PRICES = {"cpu": Decimal("0.02"), "ram": Decimal("0.0025"), "gpu": Decimal("0.7904")}
_REPLICA = {"cpu": Decimal(10), "ram": Decimal(40), "gpu": Decimal(2)}
_OTHERS = (
    ("gpu-operator", "daemonset", "nvidia-dcgm-exporter", "nvidia-dcgm-exporter-9xk4d"),
    ("monitoring", "statefulset", "prometheus", "prometheus-0"),
)
_OTHER = {"cpu": Decimal(1), "ram": Decimal(3), "gpu": Decimal(0)}

Allocation = dict[str, object]


def _allocation(
    day: datetime,
    name: str,
    properties: dict[str, object],
    held: dict[str, Decimal],
    hours: Decimal,
) -> Allocation:
    """Give an allocation of what was held for some hours of a day."""
    used = {
        part: amount * between("0.3", "0.8", "used", name, day, part)
        for part, amount in held.items()
    }
    costs = {part: held[part] * hours * _PRICES[part] for part in held}
    window = {"start": f"{day:%FT%TZ}", "end": f"{day + DAY:%FT%TZ}"}
    return {
        "name": name,
        "properties": {"cluster": INFERENCE.name, **properties},
        "window": window,
        "start": f"{day + DAY - int(hours) * HOUR:%FT%TZ}",
        "end": window["end"],
        "minutes": int(hours * 60),
        "cpuCoreRequestAverage": _rounded(held["cpu"]),
        "cpuCoreUsageAverage": _rounded(used["cpu"]),
        "cpuCoreHours": _rounded(held["cpu"] * hours),
        "cpuCost": _rounded(costs["cpu"]),
        "cpuCostAdjustment": 0,
        "ramByteRequestAverage": _rounded(held["ram"] * _GIB),
        "ramByteUsageAverage": _rounded(used["ram"] * _GIB),
        "ramByteHours": _rounded(held["ram"] * _GIB * hours),
        "ramCost": _rounded(costs["ram"]),
        "ramCostAdjustment": 0,
        "gpuCount": _rounded(held["gpu"]),
        "gpuHours": _rounded(held["gpu"] * hours),
        "gpuCost": _rounded(costs["gpu"]),
        "gpuCostAdjustment": 0,
        "networkCost": 0,
        "loadBalancerCost": 0,
        "pvCost": 0,
        "pvs": None,
        "externalCost": 0,
        "sharedCost": 0,
        "totalCost": _rounded(sum(costs.values(), Decimal(0))),
    }


def _rounded(number: Decimal) -> float:
    return round(float(number), 5)


def _pod(namespace: str, kind: str, controller: str, pod: str) -> dict[str, object]:
    return {
        "node": INFERENCE.node,
        "providerID": f"aws:///us-east-1d/{INFERENCE.resource_id}",
        "namespace": namespace,
        "controllerKind": kind,
        "controller": controller,
        "pod": pod,
        "labels": {"app": controller},
    }


def _hours(replica: Replica, day: datetime) -> Decimal:
    up = min(replica.up[1], day + DAY) - max(replica.up[0], day)
    return Decimal(max(int(up / HOUR), 0))


def _day(day: datetime) -> Iterator[Allocation]:
    idle = {part: amount * 24 for part, amount in _NODE.items()}
    for replica in REPLICAS:
        hours = _hours(replica, day)
        if replica.cluster != INFERENCE or not hours:
            continue
        place = _pod(INFERENCE.namespace, "deployment", replica.deployment, replica.pod)
        yield _allocation(day, replica.pod, place, _REPLICA, hours)
        idle = {part: left - _REPLICA[part] * hours for part, left in idle.items()}
    for other in _OTHERS:
        yield _allocation(day, other[-1], _pod(*other), _OTHER, Decimal(24))
        idle = {part: left - _OTHER[part] * 24 for part, left in idle.items()}
    left = {part: amount / 24 for part, amount in idle.items()}
    yield _allocation(day, "__idle__", {}, left, Decimal(24))


def _answer(month: Month) -> dict[str, object]:
    steps = [
        {made["name"]: made for made in _day(day)}
        for day in month.days()
        if MACHINE_UP[0] <= day < MACHINE_UP[1]
    ]
    return {"code": 200, "status": "success", "data": steps}


def write_opencost(out: Path) -> None:
    """Write one answer per month."""
    for month in MONTHS:
        gzip_json(out / f"allocation-{month.period}.json.gz", _answer(month))
