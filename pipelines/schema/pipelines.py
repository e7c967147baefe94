"""What data pipelines did."""

from pipelines.focus.schema import MONEY
from pipelines.schema.table import ORIGIN, Column, Table

PIPELINE_RUNS = Table(
    "pipeline_runs",
    "What data pipelines did: one row per run.",
    "One row per run of a data pipeline.",
    (
        Column("run_id", "VARCHAR", "The run's id, unique within its pipeline."),
        Column("pipeline_name", "VARCHAR", "The pipeline or job."),
        Column(
            "resource_id",
            "VARCHAR",
            "What it ran on, as the ledger's ResourceId or ResourceName spells it, or"
            " the machine's node tag.",
        ),
        Column(
            "project_name",
            "VARCHAR",
            "The project that it belongs to; NULL where none is named.",
        ),
        Column(
            "environment_name",
            "VARCHAR",
            "The environment that it belongs to; NULL where none is named.",
        ),
        Column(
            "status", "VARCHAR", "succeeded, failed, cancelled, timed_out or running."
        ),
        Column(
            "processed_gb",
            MONEY,
            "What it read, in GB; NULL where it was not counted.",
        ),
        Column("started_at", "TIMESTAMP", "When it began."),
        Column(
            "ended_at", "TIMESTAMP", "When it ended, exclusive; NULL while it runs."
        ),
        *ORIGIN,
    ),
)
