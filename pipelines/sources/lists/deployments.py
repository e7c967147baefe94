"""Deployments: which machine serves which model when, as their owner writes it down.

No bill and no metric says it reliably. A newer row corrects a stretch by its deployment
and its start; a deployment that moves is two rows.
"""

from pipelines.sources.formats.csv_cells import TYPES, Check
from pipelines.sources.formats.logs import TYPES as TOOL_TYPES
from pipelines.sources.formats.owner_list import ListColumn, OwnerList

DEPLOYMENTS = OwnerList(
    name="deployments",
    description="Which resource serves which model when.",
    grain="One row per deployment and stretch of time.",
    restates="rows",
    month_of="valid_from",
    key=("deployment_id", "valid_from"),
    replaced="a newer row has its deployment and start",
    version=2,
    columns=(
        ListColumn(
            "deployment_id", TYPES["text"], "Names the deployment.", required=True
        ),
        ListColumn(
            "model_id", TYPES["text"], "The model that it serves.", required=True
        ),
        ListColumn("workload_name", TYPES["text"], "The service or endpoint."),
        ListColumn("environment_name", TYPES["text"], "production, staging, ..."),
        ListColumn(
            "cluster_name", TYPES["text"], "The Kubernetes cluster, or the site."
        ),
        ListColumn("namespace", TYPES["text"], "Its Kubernetes namespace."),
        ListColumn(
            "node_name",
            TYPES["text"],
            "The machine; it meets the bill through the node tag or the resource name.",
        ),
        ListColumn(
            "resource_id",
            TYPES["text"],
            "What serves (machine, endpoint, provisioned throughput), as the ledger's "
            "ResourceId spells it.",
        ),
        ListColumn(
            "gpu_count",
            TOOL_TYPES["amount"],
            "GPUs that it holds; a MIG slice counts as its fraction.",
        ),
        ListColumn("precision", TYPES["text"], "fp16, fp8, int4, ..."),
        ListColumn(
            "decoding",
            TYPES["text"],
            "standard, speculative, ...; blank means standard.",
        ),
        ListColumn(
            "valid_from", TYPES["time"], "Since when it serves (UTC).", required=True
        ),
        ListColumn(
            "valid_to",
            TYPES["time"],
            "Until when (UTC, exclusive); blank while it does.",
        ),
    ),
    checks={
        "node_name": Check(
            "coalesce(resource_id, node_name, workload_name) is not null",
            "it, or a resource_id or workload_name",
        ),
        "gpu_count": Check("gpu_count > 0", "more than 0"),
        "valid_to": Check(
            "valid_to > valid_from",
            "a time later than valid_from",
        ),
    },
)
