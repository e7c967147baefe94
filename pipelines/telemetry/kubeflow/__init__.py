"""Kubeflow's training jobs: ``kubectl get ... -o json`` of jobs, their pods and nodes.

A job says when it ran and how it ended, a pod on which node and with how many GPUs, and
a node which machine of the bill it is (``spec.providerID``). Belongs here: PyTorchJob
and its like of the Training Operator (kubeflow.org/v1), TrainJob of the Trainer
(trainer.kubeflow.org). Fields: the types of both in github.com/kubeflow.
"""

from collections.abc import Sequence
from functools import partial
from importlib.resources import files

from pipelines.envelopes.filled_in import Known
from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Source,
    counted,
    quoted,
)
from pipelines.telemetry.requests import logs

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
JUDGED = """
    select
        *,
        coalesce(own_reason, case when row_number() over (
            partition by uid, own_reason is null order by age desc, row_number desc
        ) > 1 then 'a newer list has its job' end) as left_out
    from (
        select
            *,
            case
                when started_at is null then 'never started'
                when ended_at < started_at then 'it ends before it starts'
            end as own_reason
        from ({rows})
    )
"""


def claims(candidate: Candidate) -> bool:
    """Claim lists of Kubernetes that hold a training job."""
    return (
        candidate.format == "json"
        and '"items"' in candidate.head
        and "kubeflow.org/v1" in candidate.head
    )


def opened(file: Candidate, known: Sequence[Known]) -> str:
    """Give a SELECT of a list's jobs, each with what its pods and nodes say of it."""
    del known
    sql = files("pipelines.telemetry.kubeflow").joinpath("jobs.sql").read_text("utf-8")
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


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the jobs that started in a month, each from its newest list."""
    del context
    sql = files("pipelines.telemetry.kubeflow").joinpath("convert.sql")
    return sql.read_text("utf-8").format(rows=_judged(deliveries, period))


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the jobs of a month; one that never started is in that of its creation."""
    del context
    return counted(_judged(deliveries, period), "left_out")


def _judged(deliveries: Sequence[Delivery], period: str) -> str:
    return JUDGED.format(rows=logs.rows(LOG, deliveries, period))


SOURCE = Source(
    name="kubeflow",
    table="training_attempts",
    description="Training jobs of Kubeflow, with the machines that their pods ran on.",
    expected=(
        "kubectl get pytorchjobs,pods,nodes -o json (or trainjobs), one list with "
        '"items"'
    ),
    claims=claims,
    drops=partial(logs.drops, LOG),
    select=select,
    tally=tally,
    restates="rows",
)
