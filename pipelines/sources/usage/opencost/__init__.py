"""OpenCost and Kubecost: the workloads of a Kubernetes cluster and what they held.

Belongs here: the answer of ``/allocation`` as JSON, the CSV export, and the Parquet
exporter's files. Does not belong here: money; their costs are list prices, and only
weights for splitting the bill of a node.
"""

from collections.abc import Sequence
from functools import partial

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Source,
    counted,
    quoted,
)
from pipelines.sources.formats import logs, odd_rows
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.usage.opencost.reading import FIELDS, is_allocation, opened

LOG = logs.Log(
    source="opencost",
    time="window_start",
    columns={field["name"]: field["kind"] for field in FIELDS},
    opened=opened,
)
# What a row is one of; containers of a pod are summed up.
KEY = (
    "window_start, window_end, cluster_name, node, namespace, controller_kind, "
    "controller, pod, allocation_kind"
)
# What of a node is held or idle.
HELD = (
    "cpu_requested_core_hours",
    "cpu_used_core_hours",
    "memory_requested_gib_hours",
    "memory_used_gib_hours",
    "gpu_requested_hours",
    "gpu_used_hours",
    "cpu_weight",
    "memory_weight",
    "gpu_weight",
    "storage_weight",
    "network_weight",
    "other_weight",
)
IDLE_NAMES = "__(idle|unallocated|unmounted)__$"
# A day of the CSV export has no end; names end with __idle__ where nobody held it.
MARKED = """
    with named as (
        select
            * replace (
                coalesce(window_end, window_start + interval 1 day) as window_end
            ),
            coalesce(cluster, nullif({cluster}, '')) as cluster_name,
            case
                when regexp_matches(
                    coalesce(allocation_name, pod, namespace, ''), '{idle_names}'
                ) then 'idle'
                else 'workload'
            end as allocation_kind
        from ({rows})
    ),

    judged as (
        select
            *,
            case
                when odd is not null then odd
                when window_end <= window_start then 'a window that ends as it begins'
                when minutes < 0 then 'a quantity below zero'
                -- Idle is a difference: convert.sql takes 0 for less than nothing.
                when allocation_kind = 'idle' then null
                when
                    least(cpu_requested, cpu_used, memory_requested, memory_used) < 0
                    or least(gpu_hours, gpu_requested, gpu_used) < 0
                    then 'a quantity below zero'
                when
                    least(
                        cpu_cost + coalesce(cpu_adjustment, 0),
                        memory_cost + coalesce(memory_adjustment, 0),
                        gpu_cost + coalesce(gpu_adjustment, 0)
                    ) < 0
                    then 'a cost weight below zero'
            end as own_reason
        from named
    ),

    once as (
        select
            *,
            coalesce(own_reason, case when row_number() over (
                partition by {key}, container, allocation_name, own_reason is null
                order by age desc, row_number desc
            ) > 1 then 'a newer row has its window and workload' end) as left_out
        from judged
    )

    select
        *,
        row_number() over (
            partition by {key}, left_out is null order by age, row_number
        ) as place
    from once
"""


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the allocations of the windows that begin in a month."""
    sql = text_beside(__package__, "convert.sql")
    rows = _marked(context, deliveries, period)
    clamped = ", ".join(
        f"case when {name} < 0 and allocation_kind = 'idle' then 0 else {name} end "
        f"as {name}"
        for name in HELD
    )
    return sql.format(rows=rows, key=KEY, clamped=clamped)


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the allocations of a month: one container stands for its pod."""
    return counted(
        _marked(context, deliveries, period),
        "coalesce(left_out, case when place > 1 then 'summed into its pod' end)",
    )


def claims(candidate: Candidate) -> bool:
    """Claim allocations, not assets or cloud costs."""
    return is_allocation(candidate)


def _marked(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    return MARKED.format(
        rows=odd_rows.rows(LOG, deliveries, period),
        cluster=quoted(context.settings.opencost.cluster_name),
        idle_names=IDLE_NAMES,
        key=KEY,
    )


SOURCE = Source(
    name="opencost",
    table="kubernetes_allocation",
    description=(
        "Who held how much of a Kubernetes cluster, from OpenCost or Kubecost: by "
        "window, node and pod or controller."
    ),
    expected=(
        'the answer of /allocation ("cpuCoreRequestAverage"), the CSV export (Date, '
        "Namespace, ..., TotalCost) or the Parquet exporter's files"
    ),
    claims=claims,
    drops=partial(odd_rows.drops, LOG),
    select=select,
    tally=tally,
    restates="rows",
    version=2,
    uses=("opencost.cluster_name",),
)
