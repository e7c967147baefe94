"""MLflow: its SQLite store, and ``search_runs()`` saved as CSV.

Belongs here: runs, steps, checkpoints (the values of a metric named
``checkpoint_step``) and metrics. Does not belong here: machines, which MLflow does not
know; a run finds them by its tags ``slurm_job_id`` or ``sagemaker_job_arn``.
"""

from collections.abc import Iterator, Sequence

import duckdb

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    ExportError,
    Source,
    counted,
    file_list,
    quoted,
)
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.usage.mlflow import metrics, store

HEADER = {"run_id", "experiment_id", "status", "start_time", "end_time"}
MONTHS = """
select distinct strftime(cast(start_time as timestamp), '%Y-%m')
from read_csv($file, header = true, all_varchar = true)
order by all
"""
# Columns of search_runs() that an attempt uses; a CSV has those that its runs have.
CSV_COLUMNS = {
    "run_id": "run_id",
    "status": "status",
    "start_time": "start_time",
    "end_time": "end_time",
    "experiment_name": "tags.experiment_name",
    "experiment_id": "experiment_id",
    "run_name": "tags.mlflow.runName",
    "parent_run_id": "tags.mlflow.parentRunId",
    "project_name": "tags.project",
    "scheduler_job_id": "tags.slurm_job_id",
    "resource_id": "tags.sagemaker_job_arn",
    "gpu_count": "tags.gpu_count",
    "epoch_count": "metrics.epoch",
    "last_checkpoint_step": "metrics.checkpoint_step",
    "eval_accuracy": "metrics.eval_accuracy",
    "eval_loss": "metrics.eval_loss",
    "loss": "metrics.loss",
}
# What never started has no month; it is counted in the first one of its export.
RUNS = """
select
    *,
    case
        when start_time is null then 'never started'
        when row_number() over (partition by run_id order by export_order desc) > 1
            then 'a newer export has it'
    end as left_out,
    coalesce(strftime(cast(start_time as timestamp), '%Y-%m'), first_month) as month
from (
    select
        *,
        cast(null as varchar) as first_step,
        cast(null as varchar) as last_step,
        cast(null as varchar) as experiment_id,
        cast(null as varchar) as checkpoints_at
    from (select null as run_id) where false
    union all by name
    {runs}
)
"""


def claims(candidate: Candidate) -> bool:
    """Claim SQLite files and CSV files with the columns of search_runs()."""
    if candidate.format == "sqlite":
        return store.is_store(candidate.path)
    return candidate.format == "csv" and set(candidate.columns) >= HEADER


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Take each store and each CSV as a drop of its own.

    Raises:
        ExportError: a file cannot be read.
    """
    for candidate in candidates:
        yield Drop(
            files=(candidate,),
            periods=_periods(candidate),
            scope="",
            delivered_at=candidate.modified,
        )


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the runs that started in a period, each from its newest export."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(runs=_all_runs(context, deliveries), period=quoted(period))


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the runs of a period, those apart that a newer export has again."""
    rows = f"select * from ({_all_runs(context, deliveries)}) where month = "
    return counted(rows + quoted(period), "left_out")


def _all_runs(context: Context, deliveries: Sequence[Delivery]) -> str:
    """Give all runs, the month that each started in, and why it is left out."""
    parts = [_runs(context.db, order, item) for order, item in enumerate(deliveries)]
    return RUNS.format(runs=" union all by name ".join(parts))


def _periods(candidate: Candidate) -> tuple[str, ...]:
    if candidate.format == "sqlite":
        return store.periods(candidate.path, candidate.name)
    try:
        with duckdb.connect() as db:
            rows = db.execute(MONTHS, {"file": str(candidate.path)}).fetchall()
    except duckdb.Error as error:
        raise ExportError(f"mlflow: {candidate.name}: {error}") from error
    return tuple(month for (month,) in rows if month)


def _runs(db: duckdb.DuckDBPyConnection, order: int, delivery: Delivery) -> str:
    origin = (
        f"{order} as export_order, {quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(min(delivery.periods, default=''))} as first_month, "
        "row_number() over () as row_number"
    )
    path = delivery.files[0]
    if store.is_store(path):
        db.register(f"mlflow_store_{order}", store.runs(path))
        return f"select *, {origin} from mlflow_store_{order}"
    read = f"read_csv({file_list(delivery)}, header = true, all_varchar = true)"
    present = {row[0] for row in db.execute(f"describe from {read}").fetchall()}
    fields = ", ".join(
        f'"{csv_name}" as {name}' if csv_name in present else f"null as {name}"
        for name, csv_name in CSV_COLUMNS.items()
    )
    return f"select {fields}, {origin} from {read}"


SOURCE = Source(
    name="mlflow",
    table="training_attempts",
    description=(
        "Training runs of MLflow: steps, checkpoints, epochs and the metric that they "
        "reached. It names the job that held the machines."
    ),
    expected="MLflow's SQLite store, or search_runs() saved as CSV",
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
)
SOURCES = (SOURCE, metrics.SOURCE)
