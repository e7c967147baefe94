"""MLflow: a tracking store of the Slurm runs, a ``search_runs()`` CSV of SageMaker's.

Belongs here: runs, tags, parameters and metrics. A run that was interrupted logs the
steps after its last checkpoint twice, because it repeats them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.mlflow_store import StoredRun, write_store
from sample_company.months import STORY_END
from sample_company.seeded import hex_id, noise
from sample_company.story import FINE_TUNINGS, RUNS, Attempt, FineTuning, Run

STEPS_PER_EPOCH = 24_000
_STATUS = {"COMPLETED": "FINISHED", "RUNNING": "RUNNING"}
_POINTS = 5  # loss values per attempt, besides the last step
_SWEEP_JOB = 4103
# Runs that went on after the epoch of their best checkpoint.
_LEARNED_BY = {4213: 4, 4313: 5, 4205: 3}
_DELETED_JOB = 4106


@dataclass(slots=True)
class _Log:
    """Collects metric rows: key, value, milliseconds, step."""

    rows: list[tuple[str, float, int, int]] = field(default_factory=list)

    def add(self, key: str, value: float, when: datetime, step: int) -> None:
        self.rows.append((key, round(value, 4), milliseconds(when), step))


def milliseconds(when: datetime) -> int:
    """Give milliseconds since 1970."""
    return int(when.timestamp()) * 1000


def _loss(run: Run, step: int) -> float:
    wobble = float(noise("loss", run.job, step)) * 0.04
    return 1.62 + 2.4 * math.exp(-step / 30_000) + wobble


def _eval_loss(run: Run, epoch: int) -> float:
    """Fall fast, then slowly, and rise again after the epoch that learned enough."""
    wobble = float(noise("eval_loss", run.job, epoch)) * 0.01
    learned = 1.74 + 0.9 * math.exp(-0.9 * epoch) + wobble
    return learned + 0.03 * max(0, epoch - _LEARNED_BY.get(run.job, epoch))


def _attempt_steps(run: Run, attempt: Attempt, first: int) -> range:
    done = int(attempt.hours * run.steps_per_hour)
    return range(first, first + done + 1)


def _log_attempt(log: _Log, run: Run, attempt: Attempt, first: int) -> int:
    """Log one attempt; give the step from which the next one resumes."""
    end = min(attempt.end, STORY_END)
    seen = Attempt(attempt.start, end, attempt.state)
    steps = _attempt_steps(run, seen, first)

    def when(step: int) -> datetime:
        return seen.start + timedelta(
            seconds=(step - first) * 3600 // run.steps_per_hour
        )

    gap = max(1, (steps[-1] - first) // _POINTS)
    shown = sorted({*range(first + gap, steps[-1], gap), steps[-1]})
    for step in shown:
        log.add("loss", _loss(run, step), when(step), step)
    for step in range(STEPS_PER_EPOCH, steps[-1] + 1, STEPS_PER_EPOCH):
        if step > first:
            epoch = step // STEPS_PER_EPOCH
            log.add("epoch", epoch, when(step), step)
            log.add("eval_loss", _eval_loss(run, epoch), when(step), step)
    if steps[-1] % STEPS_PER_EPOCH:
        log.add("epoch", steps[-1] / STEPS_PER_EPOCH, when(steps[-1]), steps[-1])
    every = run.checkpoint_every
    saved = [step for step in range(every, steps[-1] + 1, every) if step > first]
    if attempt.state == "COMPLETED" and steps[-1] not in saved:
        saved.append(steps[-1])
    for step in saved:
        log.add("checkpoint_step", step, when(step), step)
    if attempt.state == "COMPLETED":
        accuracy = 0.61 + float(noise("accuracy", run.job)) * 0.3
        for back, step in ((0.06, shown[len(shown) // 2]), (0, steps[-1])):
            log.add("eval_accuracy", accuracy - back, when(step), step)
    return saved[-1] if saved else first


def _metrics(run: Run) -> tuple[tuple[str, float, int, int], ...]:
    log, first = _Log(), 0
    for attempt in run.attempts:
        first = _log_attempt(log, run, attempt, first)
    return tuple(log.rows)


def _stored(run: Run) -> StoredRun:
    node = run.nodes[0]
    status = _STATUS.get(run.last.state, "FAILED")
    if run.last.state.startswith("CANCELLED"):
        status = "KILLED"
    open_ended = run.last.end > STORY_END
    return StoredRun(
        uuid=hex_id(32, "mlflow", run.job),
        name=run.name,
        experiment=run.project,
        status=status,
        start=milliseconds(run.start),
        end=None if open_ended else milliseconds(run.last.end),
        tags={
            "mlflow.runName": run.name,
            "mlflow.source.type": "JOB",
            "mlflow.user": "svc-train",
            "project": run.project,
            "slurm_job_id": str(run.job),
        },
        params={
            "gpu_type": node.gpu_type,
            "gpus": str(len(run.nodes) * node.gpus),
            "learning_rate": "0.0003" if node.partition == "spot" else "0.00012",
            "steps_per_epoch": str(STEPS_PER_EPOCH),
        },
        metrics=_metrics(run),
    )


def _children(parent: StoredRun) -> Iterator[StoredRun]:
    """Give the runs of a sweep: they overlap their parent and hold no job of it."""
    length = ((parent.end or parent.start) - parent.start) // 3
    for number, rate in enumerate(("0.0001", "0.0003", "0.001")):
        start = parent.start + number * length
        last = number == 2
        yield StoredRun(
            uuid=hex_id(32, "mlflow", parent.name, rate),
            name=f"{parent.name}-{number + 1}",
            experiment=parent.experiment,
            status="FAILED" if last else "FINISHED",
            start=start,
            end=start + length,
            tags={
                "mlflow.parentRunId": parent.uuid,
                "mlflow.runName": f"{parent.name}-{number + 1}",
                "project": parent.experiment,
            },
            params={"learning_rate": rate},
            metrics=(("loss", 2.31 + number * 0.2, start + length, 9000),),
        )


def stored_runs() -> list[StoredRun]:
    """Give every run of the store."""
    made = []
    for run in RUNS:
        if not run.steps_per_hour:
            continue
        stored = _stored(run)
        made.append(stored)
        if run.job == _SWEEP_JOB:
            made += _children(stored)
        if run.job == _DELETED_JOB:
            made.append(
                StoredRun(
                    uuid=hex_id(32, "mlflow", run.job, "logged twice"),
                    name=stored.name,
                    experiment=stored.experiment,
                    status="FINISHED",
                    start=stored.start,
                    end=stored.end,
                    tags=stored.tags,
                    params=stored.params,
                    metrics=stored.metrics[-1:],
                    deleted=(stored.end or stored.start) + 3_600_000,
                )
            )
    return made


FINE_TUNING_HEADER = (
    "run_id",
    "experiment_id",
    "status",
    "artifact_uri",
    "start_time",
    "end_time",
    "metrics.loss",
    "metrics.eval_accuracy",
    "metrics.epoch",
    "params.base_model",
    "params.epochs",
    "tags.mlflow.runName",
    "tags.project",
    "tags.sagemaker_job_arn",
)


def _fine_tuning(job: FineTuning) -> tuple[str, ...]:
    run_id = hex_id(32, "mlflow", job.name)
    accuracy = 0.78 + float(noise("accuracy", job.name)) * 0.15
    epochs = "1" if job.failed else "3"
    return (
        run_id,
        "7",
        "FAILED" if job.failed else "FINISHED",
        f"s3://lumenloop-mlflow/7/{run_id}/artifacts",
        f"{job.start:%Y-%m-%d %H:%M:%S+00:00}",
        f"{job.end:%Y-%m-%d %H:%M:%S+00:00}",
        f"{0.41 + float(noise('loss', job.name)) * 0.3:.4f}",
        "" if job.failed else f"{accuracy:.4f}",
        f"{float(epochs):.1f}",
        "lumen-7b" if "rewriter" in job.name else "rerank-v3",
        "3",
        job.name,
        "query-rewriter" if "rewriter" in job.name else "ranker",
        job.arn,
    )


def write_mlflow(out: Path) -> None:
    """Write the store and the CSV."""
    write_store(out / "mlflow.db", stored_runs())
    rows = [_fine_tuning(job) for job in FINE_TUNINGS]
    write_text(out / "finetune-runs.csv", csv_text(FINE_TUNING_HEADER, rows))
