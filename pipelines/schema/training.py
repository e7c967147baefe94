"""What training runs did, attempt by attempt and value by value."""

from pipelines.focus.schema import MONEY
from pipelines.schema.table import ORIGIN, Column, Table

TRAINING_ATTEMPTS = Table(
    "training_attempts",
    "Stretches of training runs: machines, times, checkpoints.",
    "One row per continuous stretch of a training run.",
    (
        Column(
            "run_id",
            "VARCHAR",
            "The run that the attempt belongs to, unique among all sources.",
        ),
        Column("attempt_id", "VARCHAR", "The attempt; unique within its source."),
        Column(
            "parent_run_id",
            "VARCHAR",
            "The run that a nested run logs for; such rows cost nothing themselves.",
        ),
        Column("run_name", "VARCHAR", "The run's own name."),
        Column("experiment_name", "VARCHAR", "The experiment that groups runs."),
        Column("project_name", "VARCHAR", "Whose run it is."),
        Column(
            "scheduler_job_id",
            "VARCHAR",
            "The scheduler's job; equal values join a tracker's run to the "
            "scheduler's record of its machines.",
        ),
        Column(
            "status",
            "VARCHAR",
            "completed, failed, cancelled, preempted, timeout or running.",
        ),
        Column("status_detail", "VARCHAR", "The status in the source's own words."),
        Column("submitted_at", "TIMESTAMP", "When the job entered the queue (UTC)."),
        Column("started_at", "TIMESTAMP", "When the attempt took its machines (UTC)."),
        Column(
            "ended_at",
            "TIMESTAMP",
            "When it gave them back (UTC); NULL while it runs.",
        ),
        Column("node_count", "INTEGER", "How many machines it held."),
        Column("gpu_count", MONEY, "How many GPUs it held on all machines together."),
        Column("gpu_type", "VARCHAR", "The GPU in the scheduler's word."),
        Column(
            "node_names",
            "VARCHAR[]",
            "The machines by name; they meet the bill through the node tag or the "
            "resource name.",
        ),
        Column(
            "resource_ids",
            "VARCHAR[]",
            "The machines by the provider's resource id, where the job is a resource "
            "itself.",
        ),
        Column("first_step", "BIGINT", "First training step that it logged."),
        Column("last_step", "BIGINT", "Last training step that it logged."),
        Column("last_checkpoint_step", "BIGINT", "Step of its last checkpoint."),
        Column(
            "checkpoints_at",
            "TIMESTAMP[]",
            "When it wrote checkpoints (UTC), ascending.",
        ),
        Column("epoch_count", MONEY, "Epochs that it finished."),
        Column("metric_name", "VARCHAR", "Which metric metric_value is."),
        Column("metric_value", "DOUBLE", "What the run reached."),
        *ORIGIN,
    ),
    notes="A run that was interrupted and resumed has several.",
)
TRAINING_METRICS = Table(
    "training_metrics",
    "What training runs logged, value by value.",
    "One row per value that a training run logged.",
    (
        Column("run_id", "VARCHAR", "The run that logged it, as in training_attempts."),
        Column("step", "BIGINT", "The training step that it was logged at."),
        Column(
            "epoch",
            MONEY,
            "How many epochs were done then: what the run logged as `epoch` at the "
            "same step; NULL where it logged none.",
        ),
        Column("metric_name", "VARCHAR", "What was measured, in the run's own word."),
        Column("metric_value", "DOUBLE", "The value; what is no number is left out."),
        Column("logged_at", "TIMESTAMP", "When it was logged (UTC)."),
        *ORIGIN,
    ),
)
