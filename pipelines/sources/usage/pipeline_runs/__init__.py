"""Pipeline runs: what data pipelines did, as their scheduler recorded it.

Every scheduler has its own tables (Airflow, Dagster, Databricks, Step Functions), and a
query of them gives these columns; the columns are the contract. Belongs here: that
contract. Does not belong here: any scheduler's own schema.
"""

from pipelines.landing.candidates import first_object
from pipelines.landing.source import Candidate, Source, quoted
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import positions
from pipelines.sources.formats.latest_by_key import LatestByKey

_NEEDED = ("pipeline_name", "run_id", "status", "started_at")
STATUSES = ("succeeded", "failed", "cancelled", "timed_out", "running")
# Why a row cannot be true; NULL where it can.
REASON = f"""case
    when lower(status) not in ({", ".join(quoted(status) for status in STATUSES)})
        then 'a status that is none of {", ".join(STATUSES)}'
    when processed_gb < 0 then 'a quantity below zero'
    when ended_at < started_at then 'it ends before it starts'
    when ended_at is null and lower(status) != 'running'
        then 'it has ended, and its end is unknown'
end"""
LOG = logs.Log(
    source="pipeline_runs",
    time="started_at",
    columns={
        "run_id": "text",
        "pipeline_name": "text",
        "resource_id": "text",
        "project_name": "text",
        "environment_name": "text",
        "status": "text",
        "processed_gb": "amount",
        "started_at": "time",
        "ended_at": "time",
    },
    needed=_NEEDED,
    stated=_NEEDED,
)
# A run that was still running has an end in a newer file.
ROWS = LatestByKey(
    LOG,
    __package__,
    key="pipeline_name, run_id",
    replaced="a newer row has its run",
    reason=REASON,
)


def claims(candidate: Candidate) -> bool:
    """Claim tables and JSON records with the columns that every run has."""
    if candidate.format == "json":
        return set(first_object(candidate.head)) >= {*_NEEDED}
    return positions(candidate.columns).keys() >= {*_NEEDED}


SOURCE = Source(
    name="pipeline_runs",
    table="pipeline_runs",
    description="What data pipelines did: when, on what, and how it ended.",
    expected=f"CSV, JSON or Parquet of {', '.join(_NEEDED)}, ended_at, ...",
    claims=claims,
    drops=ROWS.drops,
    select=ROWS.select,
    tally=ROWS.tally,
    restates="rows",
    version=2,
)
