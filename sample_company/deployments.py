"""The owner's list of deployments: one row per replica of a model that is served."""

from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.serving import REPLICAS, Replica

_HEADER = (
    "deployment_id",
    "model_id",
    "workload_name",
    "environment_name",
    "cluster_name",
    "namespace",
    "node_name",
    "resource_id",
    "gpu_count",
    "precision",
    "valid_from",
    "valid_to",
)


def _row(replica: Replica) -> tuple[str, ...]:
    return (
        replica.pod,
        replica.model,
        replica.deployment,
        "production",
        replica.cluster.name,
        replica.cluster.namespace,
        replica.cluster.node,
        replica.cluster.resource_id,
        str(len(replica.gpus)),
        replica.precision,
        f"{replica.up[0]:%Y-%m-%dT%H:%M:%SZ}",
        "",
    )


def write_deployments(out: Path) -> None:
    """Write the list; every replica of it still serves."""
    rows = (_row(replica) for replica in REPLICAS)
    write_text(out / "deployments.csv", csv_text(_HEADER, rows))
