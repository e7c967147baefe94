"""Read the runs and the metrics of an MLflow SQLite store as flat tables.

DuckDB's SQLite reader is an extension that must be downloaded, so Python's own
sqlite3 reads; runs aggregate their metrics inside SQLite, metrics come batch by batch:
a run has millions of them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa

from pipelines.landing.source import ExportError

# MLflow writes the largest number for infinity and 0 for NaN, which it marks.
FINITE = (
    "(not is_nan and typeof(value) in ('integer', 'real') "
    "and abs(value) < 1.7976931348623157e308)"
)
RUNS = """
with tag as (
    select
        run_uuid,
        max(case when key = 'mlflow.parentRunId' then value end) as parent_run_id,
        max(case when key = 'project' then value end) as project_name,
        coalesce(
            max(case when key = 'slurm_job_id' then value end),
            max(case when key = 'scheduler_job_id' then value end)
        ) as scheduler_job_id,
        max(case when key = 'sagemaker_job_arn' then value end) as resource_id,
        max(case when key = 'gpu_count' then value end) as gpu_count
    from tags group by run_uuid
),
step as (
    select
        run_uuid,
        min(step) as first_step,
        max(step) as last_step,
        max(case when key = 'checkpoint_step' and {finite} then value end)
            as last_checkpoint_step,
        group_concat(
            case
                when key = 'checkpoint_step'
                    then datetime(timestamp / 1000, 'unixepoch')
            end, ','
        ) as checkpoints_at,
        max(case when key = 'epoch' and {finite} then value end) as epoch_count
    from metrics where not is_nan group by run_uuid
),
latest as (
    select
        run_uuid,
        max(case when key = 'eval_accuracy' then value end) as eval_accuracy,
        max(case when key = 'eval_loss' then value end) as eval_loss,
        max(case when key = 'loss' then value end) as loss
    from latest_metrics where {finite} group by run_uuid
)
select
    runs.run_uuid as run_id, experiments.name as experiment_name,
    runs.name as run_name, parent_run_id, project_name, resource_id,
    -- A deleted run is a mistake or has a live twin; the job itself stays known from
    -- the scheduler.
    case when runs.lifecycle_stage != 'deleted' then scheduler_job_id end
        as scheduler_job_id,
    runs.status, gpu_count,
    -- A number that is no time stays one, so that it is named.
    coalesce(datetime(runs.start_time / 1000, 'unixepoch'), runs.start_time)
        as start_time,
    coalesce(datetime(runs.end_time / 1000, 'unixepoch'), runs.end_time) as end_time,
    first_step, last_step, last_checkpoint_step,
    checkpoints_at, epoch_count, eval_accuracy, eval_loss, loss
from runs
left join experiments on experiments.experiment_id = runs.experiment_id
left join tag on tag.run_uuid = runs.run_uuid
left join step on step.run_uuid = runs.run_uuid
left join latest on latest.run_uuid = runs.run_uuid
order by runs.run_uuid
"""
PERIODS = """
select distinct strftime('%Y-%m', start_time / 1000, 'unixepoch')
from runs where start_time between 946684800000 and 4102358400000 order by 1
"""
# The epoch is what the run logged at the same step; a value that is no number (NaN,
# infinity) says nothing. Repeated steps after an interruption are logged again.
METRICS = """
with epochs as (
    select run_uuid, step, max(value) as epoch
    from metrics where key = 'epoch' and {finite} group by run_uuid, step
)
select
    metrics.run_uuid, metrics.step, epochs.epoch, metrics.key,
    case when {finite} then metrics.value end,
    case when metrics.timestamp between 946684800000 and 4102358400000
        then metrics.timestamp end
from metrics
left join epochs
    on epochs.run_uuid = metrics.run_uuid and epochs.step = metrics.step
where {of_training}
order by metrics.run_uuid, metrics.key, metrics.timestamp, metrics.step, metrics.value
"""
METRIC_PERIODS = """
select distinct strftime('%Y-%m', timestamp / 1000, 'unixepoch')
from metrics
where {of_training} and timestamp between 946684800000 and 4102358400000 order by 1
"""
OF_TRAINING = (
    "metrics.key not in ('epoch', 'checkpoint_step') "
    "and metrics.key not like 'system/%'"
)
METRIC_SCHEMA = pa.schema(
    {
        "run_id": pa.string(),
        "step": pa.int64(),
        "epoch": pa.float64(),
        "metric_name": pa.string(),
        "metric_value": pa.float64(),
        "logged_ms": pa.int64(),
    }
)
_BATCH = 50_000


def is_store(path: Path) -> bool:
    """Return whether a file is an SQLite database with MLflow's tables."""
    try:
        with _open(path) as store:
            rows = store.execute("select name from sqlite_master").fetchall()
    except sqlite3.Error:
        return False
    return {"runs", "experiments", "latest_metrics"} <= {name for (name,) in rows}


def periods(path: Path, name: str) -> tuple[str, ...]:
    """Give the months in which the store's runs started.

    Raises:
        ExportError: the store cannot be read.
    """
    try:
        with _open(path) as store:
            return tuple(month for (month,) in store.execute(PERIODS))
    except sqlite3.Error as error:
        raise _unreadable(name) from error


def runs(path: Path) -> pa.Table:
    """Give one row per run, all columns text, as search_runs() saved as CSV has."""
    with _open(path) as store:
        cursor = store.execute(RUNS.replace("{finite}", FINITE))
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    columns = [
        pa.array([None if row[i] is None else str(row[i]) for row in rows], pa.string())
        for i in range(len(names))
    ]
    return pa.table(columns, names=names)


def metric_periods(path: Path, name: str) -> tuple[str, ...]:
    """Give the months in which the store's runs logged values.

    Raises:
        ExportError: the store cannot be read.
    """
    try:
        with _open(path) as store:
            months = store.execute(METRIC_PERIODS.format(of_training=OF_TRAINING))
            return tuple(month for (month,) in months)
    except sqlite3.Error as error:
        raise _unreadable(name) from error


def metrics(path: Path) -> pa.Table:
    """Give one row per logged value, with the columns of ``METRIC_SCHEMA``."""
    with _open(path) as store:
        query = METRICS.format(of_training=OF_TRAINING, finite=FINITE)
        cursor = store.execute(query)
        batches = []
        while rows := cursor.fetchmany(_BATCH):
            columns = [
                pa.array(column, kind)
                for column, kind in zip(
                    zip(*rows, strict=True), METRIC_SCHEMA.types, strict=True
                )
            ]
            batches.append(pa.record_batch(columns, schema=METRIC_SCHEMA))
    return pa.Table.from_batches(batches, METRIC_SCHEMA)


def _unreadable(name: str) -> ExportError:
    return ExportError(
        f"mlflow: {name}: the store cannot be read; copy it while MLflow is stopped, "
        "or save search_runs() as CSV"
    )


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as db:
        yield db
