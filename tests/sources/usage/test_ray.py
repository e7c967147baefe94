"""Ray's Jobs API: one attempt per job, on the machines that its metadata names."""

import json
from decimal import Decimal

import pytest

from pipelines.sources.usage.ray import SOURCE

START = 1_786_752_000_000  # 2026-08-15 00:00:00 UTC, in milliseconds
HOUR = 3_600_000
JOB = {
    "type": "SUBMISSION",
    "job_id": "02000000",
    "submission_id": "raysubmit_1",
    "driver_info": {"id": "02000000", "node_ip_address": "10.0.0.4", "pid": "17"},
    "status": "SUCCEEDED",
    "entrypoint": "python train.py",
    "message": "Job finished successfully.",
    "error_type": None,
    "start_time": START,
    "end_time": START + 3 * HOUR,
    "metadata": {
        "run_name": "ranker-v5",
        "project": "ranking",
        "experiment": "rankers",
        "node_names": "gpu-1, gpu-2",
        "gpu_count": "12",
    },
    "runtime_env": {},
    "driver_exit_code": 0,
}


def test_a_job_is_an_attempt_on_the_machines_of_its_metadata(put, convert):
    put("jobs.json", json.dumps([JOB]))

    rows = convert(
        SOURCE,
        "2026-08",
        "run_id, run_name, experiment_name, project_name, scheduler_job_id, status, "
        "started_at::text, ended_at::text, gpu_count, node_names, resource_ids",
    )

    assert rows == [
        (
            "ray:raysubmit_1",
            "ranker-v5",
            "rankers",
            "ranking",
            "raysubmit_1",
            "completed",
            "2026-08-15 00:00:00",
            "2026-08-15 03:00:00",
            Decimal(12),
            ["gpu-1", "gpu-2"],
            None,
        )
    ]


def test_a_job_without_metadata_holds_no_machine_and_a_driver_has_its_job_id(
    put, convert
):
    put("jobs.json", json.dumps([JOB | {"submission_id": None, "metadata": {}}]))

    assert convert(SOURCE, "2026-08", "run_name, node_names, resource_ids") == [
        ("02000000", None, None)
    ]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("RUNNING", "running"),
        ("STOPPED", "cancelled"),
        ("FAILED", "failed"),
        ("SUCCEEDED", "completed"),
    ],
)
def test_a_status_is_one_of_ours(said, status, put, convert):
    put("jobs.json", json.dumps([JOB | {"status": said}]))

    assert convert(SOURCE, "2026-08", "status") == [(status,)]


def test_a_newer_list_ends_a_job_that_ran_and_a_pending_one_is_none(
    put, convert, reasons
):
    pending = JOB | {"submission_id": "raysubmit_2", "start_time": None}
    put("old.json", json.dumps([JOB | {"status": "RUNNING", "end_time": None}]))
    put("new.json", json.dumps([JOB, pending]), 1)

    assert convert(SOURCE, "2026-08", "status") == [("completed",)]
    assert reasons() == {"a newer list has its job": 1}


def test_a_job_that_ends_before_it_starts_is_left_out_by_name(put, convert, reasons):
    put("jobs.json", json.dumps([JOB | {"end_time": START - 1}]))

    assert convert(SOURCE, "2026-08", "run_id") == []
    assert reasons() == {"it ends before it starts": 1}


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"metadata": {"gpu_count": "all"}}, "gpu_count is not a number"),
        ({"metadata": {"gpu_count": "NaN"}}, "gpu_count is not a number"),
        ({"metadata": {"gpu_count": "-8"}}, "a quantity below zero"),
        ({"start_time": "soon"}, "started_at is not a time like"),
        ({"start_time": 99999999999999999}, "started_at is not a time like"),
        ({"start_time": 0}, "started_at is not a time like"),
        ({"end_time": "late"}, "ended_at is not a time like"),
        ({"end_time": START - 1}, "it ends before it starts"),
        ({"submission_id": None, "job_id": None}, "job_id is empty"),
    ],
)
def test_an_odd_job_is_left_out_by_name_and_stops_no_other(
    odd, reason, put, convert, reasons
):
    put("ray/jobs.json", json.dumps([JOB, JOB | {"submission_id": "other"} | odd]))

    assert len(convert(SOURCE, "2026-08", "attempt_id")) == 1
    [(said, count)] = reasons().items()
    assert said.startswith(reason)
    assert count == 1
