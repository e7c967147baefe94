"""Ray jobs: the list that Ray's Jobs API gives, ``GET /api/jobs/``.

Ray knows when a job ran, but names no machine of the bill: only the node of its driver,
by an id of its own. Belongs here: a job's times, its outcome, and its ``metadata``, in
which its owner names what it held. Fields: JobDetails in docs.ray.io. Does not belong
here: tasks and actors inside a job.
"""

from collections.abc import Sequence

from pipelines.landing.source import Candidate, Source
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import Column
from pipelines.sources.formats.latest_by_key import LatestByKey
from pipelines.sources.formats.records import documents

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
# 2100 in milliseconds: what is later is no time.
MOST = 4_102_444_800_000
PATHS = {name: paths for name, (_, *paths) in COLUMNS.items()}
TIMES = [name for name, (kind, *_) in COLUMNS.items() if kind == "time"]


def claims(candidate: Candidate) -> bool:
    """Claim lists of jobs of Ray's Jobs API."""
    return candidate.format == "json" and all(
        f'"{key}"' in candidate.head
        for key in ("submission_id", "entrypoint", "runtime_env")
    )


def opened(file: Candidate, known: Sequence[Column]) -> str:
    """Give a SELECT of a list's jobs; what never started has no time and no row."""
    del known
    moments = ", ".join(
        f"case when try_cast({name} as double) between 0 and {MOST} then "
        f"cast(make_timestamp(cast({name} as bigint) * 1000) as varchar) || 'Z' "
        f"else {name} end as {name}"
        for name in TIMES
    )
    jobs = documents(file, PATHS, "array")
    return (
        f"select row_number() over () as row_number, * replace ({moments}) "
        f"from ({jobs}) where started_at is not null"
    )


LOG = logs.Log(
    source="ray",
    time="started_at",
    columns={name: kind for name, (kind, *_) in COLUMNS.items()},
    needed=("job_id",),
    opened=opened,
)
ROWS = LatestByKey(
    LOG,
    __package__,
    key="job_id",
    replaced="a newer list has its job",
    reason="""case
        when ended_at < started_at then 'it ends before it starts'
        when gpu_count < 0 then 'a quantity below zero'
    end""",
)
SOURCE = Source(
    name="ray",
    table="training_attempts",
    description="Jobs of a Ray cluster, with the machines that their metadata names.",
    expected='the list of Ray\'s Jobs API ("submission_id", "entrypoint", ...)',
    claims=claims,
    drops=ROWS.drops,
    select=ROWS.select,
    tally=ROWS.tally,
    restates="rows",
    version=2,
)
