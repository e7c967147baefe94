"""SageMaker training jobs: the answers of DescribeTrainingJob, one or many in a file.

A job is a resource of its own on the bill: its ARN is all that an attempt needs to meet
its cost. Belongs here: a job's times (seconds since 1970 or ISO times, as the tool
wrote them), its outcome and its machines. Does not belong here: what it cost.
"""

from collections.abc import Sequence

from pipelines.landing.source import Candidate, Source
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import Column
from pipelines.sources.formats.latest_by_key import LatestByKey
from pipelines.sources.formats.records import documents

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
# 2100 in seconds: what is later is no time.
MOST = 4_102_444_800
PATHS = {name: paths for name, (_, *paths) in COLUMNS.items()}
TIMES = [name for name, (kind, *_) in COLUMNS.items() if kind == "time"]
# One that never started is in the month of its creation.
REASON = """case
    when started_at is null then 'never started'
    when ended_at < started_at then 'it ends before it starts'
    when least(instances, billable_seconds) < 0 then 'a quantity below zero'
end"""


def claims(candidate: Candidate) -> bool:
    """Claim descriptions of jobs; a list of summaries names no machines."""
    return candidate.format == "json" and all(
        f'"{key}"' in candidate.head
        for key in ("TrainingJobArn", "TrainingJobStatus", "ResourceConfig")
    )


def opened(file: Candidate, known: Sequence[Column]) -> str:
    """Give a SELECT of a file's jobs: one document, a list of them, or one a line."""
    del known
    iso = ", ".join(
        f"case when try_cast({name} as double) between 0 and {MOST} then "
        f"cast(to_timestamp(cast({name} as double)) as varchar) else {name} end "
        f"as {name}"
        for name in TIMES
    )
    shape = "array" if file.head.lstrip().startswith("[") else "unstructured"
    jobs = documents(file, PATHS, shape)
    return f"select row_number() over () as row_number, * replace ({iso}) from ({jobs})"


LOG = logs.Log(
    source="sagemaker",
    time="known_at",
    columns={name: kind for name, (kind, *_) in COLUMNS.items()},
    needed=("arn",),
    opened=opened,
)
ROWS = LatestByKey(
    LOG, __package__, key="arn", replaced="a newer answer has its job", reason=REASON
)
SOURCE = Source(
    name="sagemaker",
    table="training_attempts",
    description="Training jobs of SageMaker, by the ARN that the bill names.",
    expected='answers of DescribeTrainingJob ("TrainingJobArn", "ResourceConfig", ...)',
    claims=claims,
    drops=ROWS.drops,
    select=ROWS.select,
    tally=ROWS.tally,
    restates="rows",
    version=2,
)
