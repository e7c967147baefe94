"""Kubeflow's training jobs: ``kubectl get ... -o json`` of jobs, their pods and nodes.

A job has its times and its outcome, a pod its node and its GPUs, and a node the machine
of the bill (``spec.providerID``). Belongs here: PyTorchJob and its like of the Training
Operator (kubeflow.org/v1), TrainJob of the Trainer (trainer.kubeflow.org). Fields: the
types of both in github.com/kubeflow. Does not belong here: what the machines cost.
"""

from collections.abc import Sequence

from pipelines.landing.source import Candidate, Source, quoted
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import Column
from pipelines.sources.formats.latest_by_key import LatestByKey
from pipelines.sources.formats.package_files import text_beside

COLUMNS = {
    "uid": "text",
    "namespace": "text",
    "name": "text",
    "project_name": "text",
    "experiment_name": "text",
    "condition": "text",
    "reason": "text",
    "known_at": "time",
    "created_at": "time",
    "started_at": "time",
    "ended_at": "time",
    "gpu_count": "amount",
    "node_count": "count",
    "node_names": "text",
    "resource_ids": "text",
}
# One that never started is in the month of its creation.
REASON = """case
    when started_at is null then 'never started'
    when ended_at < started_at then 'it ends before it starts'
    when gpu_count < 0 then 'a quantity below zero'
end"""


def claims(candidate: Candidate) -> bool:
    """Claim lists of Kubernetes that hold a training job."""
    return (
        candidate.format == "json"
        and '"items"' in candidate.head
        and "kubeflow.org/v1" in candidate.head
    )


def opened(file: Candidate, known: Sequence[Column]) -> str:
    """Give a SELECT of a list's jobs, each with what its pods and nodes say of it."""
    del known
    sql = text_beside(__package__, "jobs.sql")
    return sql.format(
        file=quoted(file.path),
        compression=quoted(file.compression or "none"),
        largest=max(64 * 1024**2, file.size * (20 if file.compression else 2)),
    )


LOG = logs.Log(
    source="kubeflow",
    time="known_at",
    columns=COLUMNS,
    needed=("uid", "name"),
    opened=opened,
)
ROWS = LatestByKey(
    LOG, __package__, key="uid", replaced="a newer list has its job", reason=REASON
)
SOURCE = Source(
    name="kubeflow",
    table="training_attempts",
    description="Training jobs of Kubeflow, with the machines that their pods ran on.",
    expected=(
        "kubectl get pytorchjobs,pods,nodes -o json (or trainjobs), one list with "
        '"items"'
    ),
    claims=claims,
    drops=ROWS.drops,
    select=ROWS.select,
    tally=ROWS.tally,
    restates="rows",
    version=2,
)
