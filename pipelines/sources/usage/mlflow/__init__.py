"""MLflow: its SQLite store, and ``search_runs()`` saved as CSV.

Belongs here: runs, steps, checkpoints (the values of a metric named
``checkpoint_step``) and metrics. Does not belong here: machines, which MLflow does not
know; a run finds them by its tags ``slurm_job_id`` or ``sagemaker_job_arn``.
"""

from collections.abc import Iterator, Sequence

import duckdb

from pipelines.landing.candidates import sniff
from pipelines.landing.source import (
    LOOK_INSIDE,
    Candidate,
    Context,
    Delivery,
    Drop,
    ExportError,
    Source,
    counted,
    quoted,
)
from pipelines.sources.formats.csv_files import by_position
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.usage.mlflow import metrics, store

HEADER = {"run_id", "experiment_id", "status", "start_time", "end_time"}
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
METRICS = (
    "eval_accuracy",
    "eval_loss",
    "loss",
    "epoch_count",
    "last_checkpoint_step",
)
INFINITE = "1.7976931348623157e308"
# What has no time has no month; it is counted in the first one of its export.
RUNS = """
with read as (
    select
        *,
        {started} as started_at,
        {ended} as ended_at,
        coalesce(strftime({started}, '%Y-%m'), first_month) as month
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
),

judged as (
    select
        *,
        case
            when run_id is null then 'a run without an id'
            when start_time is null then 'never started'
            when started_at is null then 'a start that is no time'
            when end_time is not null and ended_at is null then 'an end that is no time'
            when ended_at < started_at then 'it ends before it starts'
            when
                gpu_count is not null
                and coalesce(try_cast(gpu_count as decimal(38, 12)), -1) < 0
                then 'a number of GPUs that is none'
        end as own_reason
    from read
)

select
    *,
    coalesce(own_reason, case when row_number() over (
        partition by run_id, own_reason is null
        order by export_order desc, row_number desc
    ) > 1 then 'a newer export has it' end) as left_out
from judged
"""
# A time that names no zone is UTC; 1970 and 9999 are none.
MOMENT = """case
    when try_cast({name} as timestamptz)
        between timestamptz '2000-01-01' and timestamptz '2099-12-31'
        then timezone('UTC', try_cast({name} as timestamptz))
end"""
STARTED, ENDED = (MOMENT.format(name=name) for name in ("start_time", "end_time"))
MONTHS = f"""
select
    list(distinct strftime({STARTED}, '%Y-%m')) filter (where {STARTED} is not null),
    min(row_number) filter (where {STARTED} is null and start_time is not null),
    arg_min(start_time, row_number) filter (
        where {STARTED} is null and start_time is not null
    )
from (select *, row_number() over () as row_number from ({{runs}}))
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
    finite = ", ".join(
        f"case when abs(try_cast({name} as double)) < {INFINITE} "
        f"then try_cast({name} as double) end as {name}"
        for name in METRICS
    )
    runs = _all_runs(context, deliveries)
    return sql.format(runs=runs, finite=finite, period=quoted(period))


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the runs of a period, those apart that a newer export has again."""
    rows = f"select * from ({_all_runs(context, deliveries)}) where month = "
    return counted(rows + quoted(period), "left_out")


def _all_runs(context: Context, deliveries: Sequence[Delivery]) -> str:
    """Give all runs, the month that each started in, and why it is left out."""
    parts = [_runs(context.db, order, item) for order, item in enumerate(deliveries)]
    runs = " union all by name ".join(parts)
    return RUNS.format(runs=runs, started=STARTED, ended=ENDED)


def _periods(candidate: Candidate) -> tuple[str, ...]:
    if candidate.format == "sqlite":
        return store.periods(candidate.path, candidate.name)
    try:
        with duckdb.connect(config=LOOK_INSIDE) as db:
            row = db.execute(MONTHS.format(runs=_csv(candidate))).fetchone()
    except duckdb.Error as error:
        raise ExportError(
            f"mlflow: {candidate.name}: a row has more or fewer cells than the header; "
            "save search_runs() again, by to_csv()"
        ) from error
    assert row is not None
    months, odd_row, odd = row
    if odd_row is not None and not months:
        raise ExportError(
            f"mlflow: {candidate.name}, row {odd_row}: start_time is {odd!r}, expected "
            "a time like 2026-08-13 05:46:57+00:00"
        )
    return tuple(sorted(months or ()))


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
    return f"select *, {origin} from ({_csv(sniff(path, path.parent))})"


def _csv(file: Candidate) -> str:
    """Read what an attempt uses of search_runs(); empty cells are NULL."""
    picked = ", ".join(
        f"nullif(trim(c{file.columns.index(csv_name)}), '') as {name}"
        if csv_name in file.columns
        else f"cast(null as varchar) as {name}"
        for name, csv_name in CSV_COLUMNS.items()
    )
    return f"select {picked} from {by_position(file)}"


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
    version=2,
)
SOURCES = (SOURCE, metrics.SOURCE)
