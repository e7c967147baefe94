"""SageMaker training jobs: the answers of DescribeTrainingJob, one or many in a file.

A job is a resource of its own on the bill: its ARN is all that an attempt needs to
meet its cost. Times are seconds since 1970 or ISO times, as the tool wrote them.
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

# Column -> its type, and where it stands in the answer; the first one that is there.
COLUMNS = {
    "arn": ("text", "TrainingJobArn"),
    "name": ("text", "TrainingJobName"),
    "status": ("text", "TrainingJobStatus"),
    "secondary_status": ("text", "SecondaryStatus"),
    "known_at": ("time", "TrainingStartTime", "CreationTime"),
    "created_at": ("time", "CreationTime"),
    "started_at": ("time", "TrainingStartTime"),
    "ended_at": ("time", "TrainingEndTime"),
    "instances": (
        "count",
        "ResourceConfig.InstanceCount",
        "ResourceConfig.SelectedInstanceCount",
    ),
    "groups": ("text", "ResourceConfig.InstanceGroups"),
    "billable_seconds": ("count", "BillableTimeInSeconds"),
    "is_spot": ("flag", "EnableManagedSpotTraining"),
    "experiment": ("text", "ExperimentConfig.ExperimentName"),
    "tags": ("text", "Tags"),
    "metrics": ("text", "FinalMetricDataList"),
}
TIMES = [name for name, (kind, *_) in COLUMNS.items() if kind == "time"]
JUDGED = """
    select
        *,
        coalesce(own_reason, case when row_number() over (
            partition by arn, own_reason is null order by age desc, row_number desc
        ) > 1 then 'a newer answer has its job' end) as left_out
    from (
        select
            *,
            case
                when started_at is null then 'never started'
                when ended_at < started_at then 'it ends before it starts'
            end as own_reason
        from ({rows})
    )
"""


def claims(candidate: Candidate) -> bool:
    """Claim descriptions of jobs; a list of summaries names no machines."""
    return candidate.format == "json" and all(
        f'"{key}"' in candidate.head
        for key in ("TrainingJobArn", "TrainingJobStatus", "ResourceConfig")
    )


def opened(file: Candidate, known: Sequence[Known]) -> str:
    """Give a SELECT of a file's jobs: one document, a list of them, or one a line."""
    del known
    picked = []
    for name, (_kind, *paths) in COLUMNS.items():
        said = ", ".join(f"job ->> {quoted('$.' + path)}" for path in paths)
        picked.append(f"nullif(coalesce({said}, ''), '') as {name}")
    iso = ", ".join(
        f"coalesce(cast(to_timestamp(try_cast({name} as double)) as varchar), {name}) "
        f"as {name}"
        for name in TIMES
    )
    shape = "array" if file.head.lstrip().startswith("[") else "unstructured"
    return (
        f"select row_number() over () as row_number, * replace ({iso}) "
        f"from (select {', '.join(picked)} from (select json as job "
        f"from read_json({quoted(file.path)}, format = '{shape}', records = false, "
        f"auto_detect = false, compression = '{file.compression or 'none'}', "
        "columns = {json: 'JSON'})))"
    )


LOG = logs.Log(
    source="sagemaker",
    time="known_at",
    columns={name: kind for name, (kind, *_) in COLUMNS.items()},
    needed=("arn",),
    opened=opened,
)


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the jobs that started in a month, each from its newest answer."""
    del context
    sql = files("pipelines.telemetry.sagemaker").joinpath("convert.sql")
    return sql.read_text("utf-8").format(rows=_judged(deliveries, period))


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the jobs of a month; one that never started is in that of its creation."""
    del context
    return counted(_judged(deliveries, period), "left_out")


def _judged(deliveries: Sequence[Delivery], period: str) -> str:
    return JUDGED.format(rows=logs.rows(LOG, deliveries, period))


SOURCE = Source(
    name="sagemaker",
    table="training_attempts",
    description="Training jobs of SageMaker, by the ARN that the bill names.",
    expected='answers of DescribeTrainingJob ("TrainingJobArn", "ResourceConfig", ...)',
    claims=claims,
    drops=partial(logs.drops, LOG),
    select=select,
    tally=tally,
    restates="rows",
)
