"""What machines did: GPUs, and the pods of Kubernetes nodes."""

from pipelines.focus.schema import MONEY
from pipelines.schema.table import ORIGIN, Column, Table

GPU_USAGE = Table(
    "gpu_usage",
    "What GPUs did, hour by hour: observed, allocated, busy.",
    "One row per hour and GPU, or MIG slice of one (gpu_fraction).",
    (
        Column(
            "window_start",
            "TIMESTAMP",
            "First moment (UTC) of the window that the counters count.",
        ),
        Column("window_end", "TIMESTAMP", "End of the window, exclusive."),
        Column("cluster_name", "VARCHAR", "The Kubernetes cluster, or the site."),
        Column(
            "node_name",
            "VARCHAR",
            "The machine; it meets the bill through the node tag or the resource name.",
        ),
        Column(
            "resource_id",
            "VARCHAR",
            "The machine as the ledger's ResourceId spells it, where the source knows"
            " it.",
        ),
        Column(
            "gpu_id",
            "VARCHAR",
            "The GPU's UUID, or its index on the node; a MIG slice's own id.",
        ),
        Column("gpu_model", "VARCHAR", "The GPU in the source's word."),
        Column(
            "mig_profile",
            "VARCHAR",
            "The slice's profile (1g.10gb); NULL for a whole GPU.",
        ),
        Column(
            "gpu_fraction",
            MONEY,
            "Which part of a physical GPU it is; 1 for a whole one.",
        ),
        Column(
            "namespace", "VARCHAR", "The Kubernetes namespace of the pod that held it."
        ),
        Column("pod_name", "VARCHAR", "The pod that held it; NULL where none did."),
        Column(
            "workload_name",
            "VARCHAR",
            "The deployment, service or model server of the pod.",
        ),
        Column(
            "observed_hours",
            MONEY,
            "Hours of the window for which there are samples; what is missing is not "
            "0 %.",
        ),
        Column(
            "allocated_hours", MONEY, "Observed hours in which a pod or job held it."
        ),
        Column(
            "busy_hours", MONEY, "Observed hours in which it worked, by busy_signal."
        ),
        Column(
            "memory_used_gib_hours", MONEY, "GPU memory in use, in GiB, times hours."
        ),
        Column("memory_total_gib", MONEY, "The GPU's memory in GiB."),
        Column(
            "kv_cache_used_ratio",
            MONEY,
            "The share of its model server's KV cache that was in use, on average; "
            "NULL where no server reports it.",
        ),
        Column(
            "energy_kwh", MONEY, "Energy that it took, where the source measures it."
        ),
        Column(
            "busy_signal", "VARCHAR", "What busy_hours is made of: the metric's name."
        ),
        *ORIGIN,
    ),
    notes="A missing sample is not 0 %: observed_hours says for how much of the window "
    "there are samples, and busy_hours and allocated_hours are of those. Busy is "
    "the share of time in which the engine or the serving queue worked.",
)
KUBERNETES_ALLOCATION = Table(
    "kubernetes_allocation",
    "Who held how much of a Kubernetes node.",
    "One row per window, cluster, node and pod or controller.",
    (
        Column(
            "window_start",
            "TIMESTAMP",
            "First moment (UTC) of the window that the counters count.",
        ),
        Column("window_end", "TIMESTAMP", "End of the window, exclusive."),
        Column("cluster_name", "VARCHAR", "The Kubernetes cluster, or the site."),
        Column(
            "node_name",
            "VARCHAR",
            "The machine; it meets the bill through the node tag or the resource name.",
        ),
        Column(
            "resource_id",
            "VARCHAR",
            "The machine as the ledger's ResourceId spells it, where the source knows"
            " it.",
        ),
        Column("namespace", "VARCHAR", "Namespace of the pod."),
        Column("controller_kind", "VARCHAR", "deployment, statefulset, job, ..."),
        Column("controller_name", "VARCHAR", "The controller's name."),
        Column(
            "pod_name", "VARCHAR", "The pod; NULL where the export is by controller."
        ),
        Column("labels", "JSON", "Labels as a JSON object."),
        Column(
            "allocation_kind",
            "VARCHAR",
            "`workload`, or `idle`: what the tool itself calls idle or unallocated.",
        ),
        Column("cpu_requested_core_hours", MONEY, "Core hours requested."),
        Column("cpu_used_core_hours", MONEY, "Core hours used."),
        Column("memory_requested_gib_hours", MONEY, "GiB hours of memory requested."),
        Column("memory_used_gib_hours", MONEY, "GiB hours of memory used."),
        Column(
            "memory_used_max_gib",
            MONEY,
            "The most GiB of memory that it used at once in the window; NULL where the "
            "source does not say.",
        ),
        Column("gpu_requested_hours", MONEY, "GPU hours requested."),
        Column("gpu_used_hours", MONEY, "GPU hours used; NULL where unknown."),
        Column(
            "cpu_weight",
            MONEY,
            "What the tool's list price makes of the CPU: a weight, no money.",
        ),
        Column("memory_weight", MONEY, "The same of memory."),
        Column("gpu_weight", MONEY, "The same of GPUs."),
        Column("storage_weight", MONEY, "The same of volumes."),
        Column("network_weight", MONEY, "The same of traffic."),
        Column(
            "other_weight",
            MONEY,
            "The same of the rest (load balancers, shared, external).",
        ),
        *ORIGIN,
    ),
    notes="Weights are the tool's own list prices: they split the node's bill and are "
    "never money beside it.",
)
