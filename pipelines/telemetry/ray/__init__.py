"""Ray jobs: the list that Ray's Jobs API gives, ``GET /api/jobs/``.

Ray knows when a job ran, but names no machine of the bill: only the node of its driver,
by an id of its own. The job's ``metadata``, which its owner writes when submitting it,
says what it held. Fields: JobDetails in docs.ray.io.
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

# Column -> its type, and where it stands in a job; the first one that is there. Times
# are milliseconds since 1970.
COLUMNS = {
    "job_id": ("text", "submission_id", "job_id"),
    "status": ("text", "status"),
    "detail": ("text", "error_type", "status"),
    "started_at": ("time", "start_time"),
    "ended_at": ("time", "end_time"),
    "run_name": ("text", "metadata.run_name"),
    "experiment_name": ("text", "metadata.experiment"),
    "project_name": ("text", "metadata.project"),
    "node_names": ("text", "metadata.node_names"),
    "resource_ids": ("text", "metadata.resource_ids"),
    "gpu_count": ("amount", "metadata.gpu_count"),
}
TIMES = [name for name, (kind, *_) in COLUMNS.items() if kind == "time"]
JUDGED = """
    select
        *,
        case
            when ended_at < started_at then 'it ends before it starts'
            when row_number() over (
                partition by job_id order by age desc, row_number desc
            ) > 1 then 'a newer list has its job'
        end as left_out
    from ({rows})
"""


def claims(candidate: Candidate) -> bool:
    """Claim lists of jobs of Ray's Jobs API."""
    return candidate.format == "json" and all(
        f'"{key}"' in candidate.head
        for key in ("submission_id", "entrypoint", "runtime_env")
    )


def opened(file: Candidate, known: Sequence[Known]) -> str:
    """Give a SELECT of a list's jobs; what never started has no time and no row."""
    del known
    picked = []
    for name, (_kind, *paths) in COLUMNS.items():
        said = ", ".join(f"job ->> {quoted('$.' + path)}" for path in paths)
        picked.append(f"nullif(coalesce({said}, ''), '') as {name}")
    moments = ", ".join(
        f"coalesce(cast(make_timestamp(try_cast({name} as bigint) * 1000) as varchar) "
        f"|| 'Z', {name}) as {name}"
        for name in TIMES
    )
    return (
        f"select row_number() over () as row_number, * replace ({moments}) "
        f"from (select {', '.join(picked)} from (select json as job "
        f"from read_json({quoted(file.path)}, format = 'array', records = false, "
        f"auto_detect = false, compression = '{file.compression or 'none'}', "
        "columns = {json: 'JSON'}) where json ->> '$.start_time' is not null))"
    )


LOG = logs.Log(
    source="ray",
    time="started_at",
    columns={name: kind for name, (kind, *_) in COLUMNS.items()},
    needed=("job_id",),
    opened=opened,
)


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the jobs that started in a month, each from its newest list."""
    del context
    sql = files("pipelines.telemetry.ray").joinpath("convert.sql")
    return sql.read_text("utf-8").format(rows=_judged(deliveries, period))


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the jobs of a month that started; one that is pending has no month."""
    del context
    return counted(_judged(deliveries, period), "left_out")


def _judged(deliveries: Sequence[Delivery], period: str) -> str:
    return JUDGED.format(rows=logs.rows(LOG, deliveries, period))


SOURCE = Source(
    name="ray",
    table="training_attempts",
    description="Jobs of a Ray cluster, with the machines that their metadata names.",
    expected='the list of Ray\'s Jobs API ("submission_id", "entrypoint", ...)',
    claims=claims,
    drops=partial(logs.drops, LOG),
    select=select,
    tally=tally,
    restates="rows",
)
