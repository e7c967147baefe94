"""Pipeline runs: what data pipelines did, as their scheduler tells it.

Every scheduler has its own tables (Airflow, Dagster, Databricks, Step Functions), and a
query of them gives these columns; the columns are the contract.
"""

from collections.abc import Sequence
from functools import partial
from importlib.resources import files

from pipelines.envelopes.filled_in import positions
from pipelines.landing.candidates import first_keys
from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Source,
    counted,
    quoted,
)
from pipelines.telemetry.requests import logs

_NEEDED = ("pipeline_name", "run_id", "status", "started_at")
STATUSES = ("succeeded", "failed", "cancelled", "timed_out", "running")
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
NEWEST = """
    select
        *,
        case when row_number() over (
            partition by pipeline_name, run_id order by age desc, row_number desc
        ) > 1 then 'a newer row has its run' end as left_out
    from ({rows})
"""


def claims(candidate: Candidate) -> bool:
    """Claim tables and JSON records with the columns that every run has."""
    if candidate.compression == "zip":
        return False
    if candidate.format == "json":
        return set(first_keys(candidate.head)) >= {*_NEEDED}
    return positions(candidate.columns).keys() >= {*_NEEDED}


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the runs that began in a month."""
    sql = files("pipelines.telemetry.pipeline_runs").joinpath("convert.sql")
    return sql.read_text("utf-8").format(
        rows=_rows(deliveries, period),
        statuses=", ".join(quoted(status) for status in STATUSES),
        list=", ".join(STATUSES),
    )


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of a month, those apart that a newer row corrects."""
    return counted(_rows(deliveries, period), "left_out")


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    return NEWEST.format(rows=logs.rows(LOG, deliveries, period))


SOURCE = Source(
    name="pipeline_runs",
    table="pipeline_runs",
    description="What data pipelines did: when, on what, and how it ended.",
    expected=f"CSV, JSON or Parquet of {', '.join(_NEEDED)}, ended_at, ...",
    claims=claims,
    drops=partial(logs.drops, LOG),
    select=select,
    tally=tally,
    restates="rows",
)
