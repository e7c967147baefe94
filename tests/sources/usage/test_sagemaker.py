"""SageMaker's training jobs: one attempt each, by the ARN that the bill names."""

import json

import pytest

from pipelines.landing.deliveries import scan
from pipelines.sources.usage.sagemaker import SOURCE

ARN = "arn:aws:sagemaker:us-east-1:210000000002:training-job/judge"
JOB = {
    "TrainingJobName": "judge",
    "TrainingJobArn": ARN,
    "TrainingJobStatus": "Completed",
    "SecondaryStatus": "Completed",
    "ResourceConfig": {"InstanceType": "ml.g5.12xlarge", "InstanceCount": 2},
    "CreationTime": 1_786_752_000.123,
    "TrainingStartTime": "2026-08-15T00:10:00Z",
    "TrainingEndTime": "2026-08-15T03:10:00+00:00",
    "TrainingTimeInSeconds": 10800,
    "BillableTimeInSeconds": 4500,
    "EnableManagedSpotTraining": True,
    "FinalMetricDataList": [{"MetricName": "eval:f1", "Value": 0.91}],
    "ExperimentConfig": {"ExperimentName": "judges"},
    "Tags": [{"Key": "Project", "Value": "answers"}],
}


def test_a_job_is_one_attempt_with_what_it_was_billed(put, convert):
    put("job.json", JOB)

    rows = convert(
        SOURCE,
        "2026-08",
        "attempt_id, run_name, experiment_name, project_name, status, "
        "submitted_at::text, started_at::text, ended_at::text, node_count, "
        "resource_ids, metric_name, metric_value, x_BilledInstanceHours, x_IsSpot",
    )

    # 4,500 s on two instances are two and a half hours.
    assert rows == [
        (
            ARN,
            "judge",
            "judges",
            "answers",
            "completed",
            "2026-08-15 00:00:00.123",
            "2026-08-15 00:10:00",
            "2026-08-15 03:10:00",
            2,
            [ARN],
            "eval:f1",
            0.91,
            2.5,
            True,
        )
    ]


@pytest.mark.parametrize("shape", ["list", "lines", "indented"])
def test_a_file_holds_one_job_a_list_or_one_a_line(shape, put, convert):
    jobs = [JOB, JOB | {"TrainingJobArn": ARN + "-2"}]
    texts = {
        "list": json.dumps(jobs),
        "lines": "".join(json.dumps(job) + "\n" for job in jobs),
        "indented": "\n".join(json.dumps(job, indent=2) for job in jobs),
    }
    put("jobs.json", texts[shape])

    assert convert(SOURCE, "2026-08", "attempt_id") == [(ARN,), (ARN + "-2",)]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"TrainingJobStatus": "Failed", "SecondaryStatus": "Failed"}, "failed"),
        ({"TrainingJobStatus": "Stopped", "SecondaryStatus": "Stopped"}, "cancelled"),
        (
            {"TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxRuntimeExceeded"},
            "timeout",
        ),
        (
            {"TrainingJobStatus": "Failed", "SecondaryStatus": "Interrupted"},
            "preempted",
        ),
        (
            {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"},
            "running",
        ),
    ],
)
def test_a_status_is_one_of_ours(said, status, put, convert):
    put("job.json", JOB | said)

    assert convert(SOURCE, "2026-08", "status") == [(status,)]


def test_instances_may_stand_in_groups(put, convert):
    groups = [{"InstanceCount": 3}, {"InstanceCount": 1}]
    put("job.json", JOB | {"ResourceConfig": {"InstanceGroups": groups}})

    assert convert(SOURCE, "2026-08", "node_count, x_BilledInstanceHours") == [(4, 5)]


def test_a_newer_answer_corrects_a_job_that_ran(put, convert, reasons):
    running = JOB | {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Training"}
    running = {k: v for k, v in running.items() if k != "TrainingEndTime"}
    put("old.json", running)
    put("new.json", JOB, 1)

    assert convert(SOURCE, "2026-08", "status") == [("completed",)]
    assert reasons() == {"a newer answer has its job": 1}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"TrainingStartTime": None}, "never started"),
        ({"TrainingEndTime": "2026-08-14T00:00:00Z"}, "it ends before it starts"),
    ],
)
def test_a_job_that_held_nothing_is_left_out_by_name(
    said, reason, put, convert, reasons
):
    put("job.json", JOB | said)

    assert convert(SOURCE, "2026-08", "attempt_id") == []
    assert reasons() == {reason: 1}


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"TrainingStartTime": "soon"}, "known_at is not a time like"),
        ({"TrainingStartTime": 1e300}, "known_at is not a time like"),
        ({"TrainingEndTime": "late"}, "ended_at is not a time like"),
        ({"BillableTimeInSeconds": "much"}, "billable_seconds is not a whole number"),
        ({"BillableTimeInSeconds": -5}, "a quantity below zero"),
        ({"ResourceConfig": {"InstanceCount": -1}}, "a quantity below zero"),
        ({"ResourceConfig": {"InstanceCount": "two"}}, "instances is not a whole"),
        ({"EnableManagedSpotTraining": "maybe"}, "is_spot is not true or false"),
    ],
)
def test_an_odd_job_is_left_out_by_name_and_stops_no_other(
    odd, reason, put, convert, reasons
):
    other = JOB | {"TrainingJobArn": f"{ARN}-other"} | odd
    put("ml/jobs.json", json.dumps([JOB, other]))

    assert convert(SOURCE, "2026-08", "attempt_id") == [(ARN,)]
    [(said, count)] = reasons().items()
    assert said.startswith(reason)
    assert count == 1


@pytest.mark.parametrize(
    ("found", "metric"),
    [
        ([{"MetricName": "loss", "Value": "NaN"}], (None, None)),
        (
            [{"MetricName": "a", "Value": "Infinity"}, {"MetricName": "b", "Value": 2}],
            ("b", 2.0),
        ),
        ([{"MetricName": "a", "Value": "low"}], (None, None)),
        ({}, (None, None)),
    ],
)
def test_a_metric_that_is_no_number_gives_way_to_the_next(found, metric, put, convert):
    put("ml/jobs.json", json.dumps([JOB | {"FinalMetricDataList": found}]))

    assert convert(SOURCE, "2026-08", "metric_name, metric_value") == [metric]


def test_a_list_of_summaries_is_no_description(put, settings):
    summary = {"TrainingJobArn": ARN, "TrainingJobStatus": "Completed"}
    put("list.json", {"TrainingJobSummaries": [summary]})

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "no source recognizes it" in refusal.reason
