"""Prometheus: hourly range queries of vLLM's counters and DCGM's gauges, by month.

Belongs here: series and samples. Both ends of a month are in its file, so the sample
of its first midnight is in two.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from sample_company.dcgm import Labels, Samples, gauges
from sample_company.files import gzip_json
from sample_company.months import HOUR, MONTHS, Month
from sample_company.serving import (
    INFERENCE,
    OFFICE,
    REPLICAS,
    RESTARTED,
    TELLS_SECONDS,
    Replica,
    Served,
    is_scraped,
    served,
)

_Counters = dict[tuple[str, str], Callable[[Served], int | Decimal]]
_COUNTERS: _Counters = {
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
_SECONDS: _Counters = {
    ("request_prefill_time_seconds_sum", ""): lambda hour: hour.prefill_seconds,
    ("request_decode_time_seconds_sum", ""): lambda hour: hour.decode_seconds,
}


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
    counters = _COUNTERS | (_SECONDS if replica.pod in TELLS_SECONDS else {})
    for (name, reason), count in counters.items():
        total: int | Decimal = 0
        samples: Samples = [(hours[0].start, "0")]
        for hour in hours:
            if hour.start == RESTARTED.get(replica.pod):
                total = 0
            total += count(hour)
            samples.append((hour.start + HOUR, str(total)))
        labels = {"__name__": f"vllm:{name}"} | _server(replica)
        yield labels | ({"finished_reason": reason} if reason else {}), samples


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
    seen = list(gauges())
    for month in MONTHS:
        for name, found in (("vllm", counted), ("dcgm", seen)):
            place = out / f"{name}-{month.period}.json.gz"
            gzip_json(place, _answer(month, found))
