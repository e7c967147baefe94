"""SageMaker: the answers of DescribeTrainingJob for jobs that no tracker knows."""

from pathlib import Path

from sample_company.files import write_json
from sample_company.story import UNTRACKED, FineTuning


def _described(job: FineTuning) -> dict[str, object]:
    seconds = job.minutes * 60
    return {
        "TrainingJobName": job.name,
        "TrainingJobArn": job.arn,
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "ResourceConfig": {
            "InstanceType": job.instance_type,
            "InstanceCount": 1,
            "VolumeSizeInGB": 200,
        },
        "CreationTime": job.start.timestamp() - 214.37,
        "TrainingStartTime": job.start.timestamp(),
        "TrainingEndTime": job.end.timestamp(),
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": seconds,
        "EnableManagedSpotTraining": job.spot,
        "FinalMetricDataList": [{"MetricName": "eval:accuracy", "Value": 0.9137}],
        "Tags": [{"Key": "project", "Value": "query-router"}],
    }


def write_sagemaker(out: Path) -> None:
    """Write one file with a list of jobs."""
    write_json(out / "training-jobs.json", [_described(job) for job in UNTRACKED])
