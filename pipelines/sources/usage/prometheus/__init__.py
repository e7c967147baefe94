"""Prometheus: counters of model servers (vLLM, SGLang, ...) and GPU gauges (DCGM).

A file is the answer of a range query, or a CSV of samples. One file may hold both:
``prometheus`` fills ``model_usage`` from counters, ``prometheus_gpu`` fills
``gpu_usage`` from gauges. Belongs here: the meaning of each metric (``metrics.csv``)
and label (``labels.csv``). Does not belong here: what a GPU or a machine costs.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from pipelines.landing.source import Context, Delivery, Source, counted, quoted
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.usage.prometheus import reading
from pipelines.sources.usage.requests.truth import written_until

# What an hour of a server, and of a GPU, is a row of.
SERVER = (
    "hour, resource_id, model_id, workload_name, project_name, environment_name, "
    "server_role"
)
PHASES = (
    "prefill_seconds",
    "decode_seconds",
    "prefill_phase_seconds",
    "decode_phase_seconds",
)
# What only the server that answers counts.
ANSWERS = ("output_tokens", "requests", "latency_ms", "latency_requests")
GPU = (
    "hour, cluster_name, node_name, machine_id, gpu_id, mig_profile, namespace, "
    "pod_name"
)
GAUGES = (
    "engine",
    "utilization",
    "memory_used_mib",
    "memory_free_mib",
    "memory_reserved_mib",
    "power_watts",
)
# Two missed scrapes mean no more than that; DCGM reports what a GPU cannot measure as a
# number near 2^63.
GAP_STEPS = 3
SENTINEL = "1e15"
SUMMED = "summed into the row of its hour"


def select_usage(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give what model servers counted in the hours of a month."""
    _read(context, "model_usage", deliveries, period)
    phases = ",\n        ".join(
        f"sum(increase) filter (counter = '{name}') as {name}" for name in PHASES
    )
    answers = ",\n            ".join(
        f"case when server_role is distinct from 'prefill' then {name} end as {name}"
        for name in ANSWERS
    )
    return _sql("convert.sql").format(key=SERVER, phases=phases, answers=answers)


def select_gpus(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give what GPUs did in the hours of a month."""
    _read(context, "gpu_usage", deliveries, period)
    sums = ",\n        ".join(
        f"sum(value * seconds) filter (quantity = '{name}') as {name}, "
        f"sum(seconds) filter (quantity = '{name}') as {name}_seconds"
        for name in GAUGES
    )
    return _sql("gpus.sql").format(key=GPU, sums=sums)


def tally_usage(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the samples of a month, those of metrics that nobody reads among them."""
    _read(context, "model_usage", deliveries, period)
    read = _counted_by_reason(
        SERVER,
        """coalesce(left_out, case
        when bool_or(left_out is null and quantity != 'running')
            over (partition by {key})
            then {summed}
        else 'a queue of a server that counts nothing'
    end)""",
    )
    return f"{read} union all {reading.unread(deliveries, _first(period))}"


def tally_gpus(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the samples of a month; those of a queue are never rows themselves."""
    _read(context, "gpu_usage", deliveries, period)
    return _counted_by_reason(
        GPU,
        """coalesce(left_out, case
        when is_gpu then {summed}
        when bool_or(is_gpu and left_out is null) over (partition by hour, holder)
            then 'what its GPU was busy with'
        else 'a queue whose pod has no GPU samples'
    end)""",
    )


def _counted_by_reason(key: str, reason: str) -> str:
    """Count samples by reason; of those that are summed up one stands for its row."""
    summed = f"""case when row_number() over (
        partition by {key}, left_out is null, quantity = 'queue'
        order by sampled_at, age, row_number
    ) > 1 then {quoted(SUMMED)} end"""
    judged = reason.format(key=key, summed=summed)
    return counted(
        f"select delivery_id, {judged} as reason from prometheus_samples", "reason"
    )


def _read(
    context: Context, table: str, deliveries: Sequence[Delivery], period: str
) -> None:
    """Put the samples of a month into a table that rows and counts are made of."""
    clocks = (f"({quoted(d.delivery_id)}, {written_until(d)})" for d in deliveries)
    samples = _sql("samples.sql").format(
        rows=reading.rows(deliveries),
        metrics=reading.metrics(),
        table=quoted(table),
        month=_first(period),
        clocks=", ".join(clocks),
        sentinel=SENTINEL,
        gap_steps=GAP_STEPS,
    )
    context.db.execute(f"create or replace temp table prometheus_samples as {samples}")


def _first(period: str) -> str:
    return f"timestamp '{datetime.fromisoformat(f'{period}-01')}'"


def _sql(name: str) -> str:
    return text_beside(__package__, name)


EXPECTED = (
    'the answer of /api/v1/query_range ("resultType": "matrix") of vllm:*, sglang:*, '
    "trtllm_*, llamacpp:*, tgi_*, nv_* or DCGM_FI_* metrics, or CSV of time, metric, "
    "labels, value"
)
SOURCES = (
    Source(
        name="prometheus",
        table="model_usage",
        description=(
            "What self-hosted model servers counted (vLLM, SGLang, TensorRT-LLM, TGI, "
            "llama.cpp, Triton), by hour, server and model."
        ),
        expected=EXPECTED,
        claims=reading.claims,
        drops=partial(reading.drops, "model_usage"),
        select=select_usage,
        tally=tally_usage,
        restates="rows",
        version=4,
        family="prometheus",
    ),
    Source(
        name="prometheus_gpu",
        table="gpu_usage",
        description="What GPUs did, from DCGM and Triton, by hour, GPU and pod.",
        expected=EXPECTED,
        claims=reading.claims,
        drops=partial(reading.drops, "gpu_usage"),
        select=select_gpus,
        tally=tally_gpus,
        restates="rows",
        version=4,
        family="prometheus",
    ),
)
