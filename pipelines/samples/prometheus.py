"""Prometheus: hourly range queries of vLLM's counters and DCGM's gauges, by month.

Belongs here: series and samples. Both ends of a month are in its file, so the sample
of its first midnight is in two.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from pipelines.samples.files import gzip_json
from pipelines.samples.months import HOUR, MONTHS, Month
from pipelines.samples.seeded import between, digest
from pipelines.samples.serving import (
    INFERENCE,
    MACHINE_GPUS,
    MACHINE_UP,
    OFFICE,
    REPLICAS,
    RESTARTED,
    Replica,
    Served,
    is_scraped,
    served,
)

Labels = dict[str, str]
Samples = list[tuple[datetime, str]]
_COUNTERS: dict[tuple[str, str], Callable[[Served], int]] = {
    ("prompt_tokens_total", ""): lambda hour: hour.tokens_in,
    ("prefix_cache_queries_total", ""): lambda hour: hour.tokens_in,
    ("prefix_cache_hits_total", ""): lambda hour: hour.cached,
    ("generation_tokens_total", ""): lambda hour: hour.tokens_out,
    ("request_success_total", "stop"): lambda hour: hour.stopped,
    ("request_success_total", "length"): lambda hour: hour.cut_off,
    ("request_success_total", "abort"): lambda hour: hour.aborted,
    ("e2e_request_latency_seconds_sum", ""): lambda hour: hour.seconds,
    ("e2e_request_latency_seconds_count", ""): lambda hour: hour.stopped + hour.cut_off,
}
_L4_MIB = 23_034


def _server(replica: Replica) -> Labels:
    cluster = replica.cluster
    labels = {
        "cluster": cluster.name,
        "engine": "0",
        "environment": "production",
        "instance": f"10.4.2.{30 + replica.gpus[0]}:8000",
        "job": "vllm",
        "model_name": replica.model,
        "namespace": cluster.namespace,
        "node": cluster.node,
        "pod": replica.pod,
        "service": replica.deployment,
    }
    return labels | ({"instance_id": cluster.resource_id} if cluster != OFFICE else {})


def _counted(replica: Replica) -> Iterator[tuple[Labels, Samples]]:
    hours = list(served(replica))
    for (name, reason), count in _COUNTERS.items():
        total = 0
        samples: Samples = [(hours[0].start, "0")]
        for hour in hours:
            if hour.start == RESTARTED.get(replica.pod):
                total = 0
            total += count(hour)
            samples.append((hour.start + HOUR, str(total)))
        labels = {"__name__": f"vllm:{name}"} | _server(replica)
        yield labels | ({"finished_reason": reason} if reason else {}), samples


def _gauges(gpu: int) -> Iterator[tuple[Labels, Samples]]:
    """Give what DCGM saw of a GPU; without a replica nothing works on it."""
    owners = {
        hour.start: (replica, hour)
        for replica in REPLICAS
        if replica.cluster == INFERENCE and gpu in replica.gpus
        for hour in served(replica)
    }
    made: dict[tuple[str, str], Samples] = {}
    hour = MACHINE_UP[0]
    while hour < MACHINE_UP[1]:
        replica, work = owners.get(hour, (None, None))
        busy = work.busy if work else 0
        used = 20_412 if replica else 3
        watts = 17 + 55 * busy + between("0", "1", "watts", gpu, hour)
        for name, value in (
            ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", str(busy)),
            ("DCGM_FI_DEV_FB_USED", str(used)),
            ("DCGM_FI_DEV_FB_FREE", str(_L4_MIB - used)),
            ("DCGM_FI_DEV_POWER_USAGE", f"{watts:.1f}"),
        ):
            samples = made.setdefault((name, replica.pod if replica else ""), [])
            samples.append((hour + HOUR, value))
        hour += HOUR
    for (name, pod), samples in made.items():
        held = {"exported_namespace": INFERENCE.namespace, "exported_pod": pod}
        yield {"__name__": name} | (held if pod else {}) | _gpu(gpu), samples


def _gpu(gpu: int) -> Labels:
    uuid = digest("gpu", INFERENCE.node, gpu).hex()
    return {
        "Hostname": INFERENCE.node,
        "UUID": f"GPU-{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}",
        "cluster": INFERENCE.name,
        "device": f"nvidia{gpu}",
        "gpu": str(gpu),
        "instance_id": INFERENCE.resource_id,
        "modelName": "NVIDIA L4",
        "namespace": "gpu-operator",
        "node": INFERENCE.node,
        "pod": "nvidia-dcgm-exporter-9xk4d",
    }


def _answer(month: Month, found: list[tuple[Labels, Samples]]) -> dict[str, object]:
    result = []
    for labels, samples in found:
        values = [
            [int(moment.timestamp()), value]
            for moment, value in samples
            if month.start <= moment <= month.end
            and (labels["cluster"] != INFERENCE.name or is_scraped(moment))
        ]
        if values:
            result.append({"metric": labels, "values": values})
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


def write_prometheus(out: Path) -> None:
    """Write what the servers counted and what the GPUs did, a file each and month."""
    counted = [series for replica in REPLICAS for series in _counted(replica)]
    gauges = [series for gpu in range(MACHINE_GPUS) for series in _gauges(gpu)]
    for month in MONTHS:
        for name, found in (("vllm", counted), ("dcgm", gauges)):
            place = out / f"{name}-{month.period}.json.gz"
            gzip_json(place, _answer(month, found))
