"""sacct dumps: one attempt a record, its nodes, GPUs, times and outcome."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import TrainingSettings
from pipelines.sources.usage.slurm import SOURCE

FIELDS = {
    "JobIDRaw": "41",
    "JobID": "41",
    "JobName": "train",
    "Account": "research",
    "Cluster": "lumen",
    "State": "COMPLETED",
    "Submit": "2026-08-04T00:30:00",
    "Start": "2026-08-04T01:00:00",
    "End": "2026-08-04T03:00:00",
    "ElapsedRaw": "7200",
    "AllocNodes": "1",
    "AllocTRES": "cpu=8",
    "NodeList": "gpu-1",
}


def dump(*jobs, fields=tuple(FIELDS)):
    """Write a dump of jobs that differ from the usual one as said."""
    lines = ["|".join((FIELDS | job)[field] for field in fields) for job in jobs]
    return "\n".join(["|".join(fields), *lines]) + "\n"


def test_a_job_is_one_attempt_and_its_steps_are_none(put, convert):
    put("sacct.txt", dump({}, {"JobID": "41.batch"}, {"JobID": "41.0"}))

    rows = convert(
        SOURCE,
        "2026-08",
        "run_id, scheduler_job_id, run_name, project_name, status, "
        "started_at::text, ended_at::text, submitted_at::text, node_count",
    )

    assert rows == [
        (
            "slurm:lumen:41",
            "41",
            "train",
            "research",
            "completed",
            "2026-08-04 01:00:00",
            "2026-08-04 03:00:00",
            "2026-08-04 00:30:00",
            1,
        )
    ]


@pytest.mark.parametrize(
    ("tres", "gpus", "kind"),
    [
        ("cpu=96,gres/gpu=8,gres/gpu:a100=8,mem=1152G", 8, "a100"),
        ("cpu=96,gres/gpu:h100=4", 4, "h100"),
        ("gres/gpu:a100=2,gres/gpu:h100=3", 5, "a100"),
        ("gres/gpu=1", 1, None),
        ("cpu=32,mem=64G", 0, None),
    ],
)
def test_gpus_are_counted_once_though_sacct_says_them_twice(
    tres, gpus, kind, put, convert
):
    put("sacct.txt", dump({"AllocTRES": tres}))

    assert convert(SOURCE, "2026-08", "gpu_count, gpu_type") == [(Decimal(gpus), kind)]


@pytest.mark.parametrize(
    ("listed", "nodes"),
    [
        ("gpu-1", ["gpu-1"]),
        ("gpu-1,login", ["gpu-1", "login"]),
        ("gpu-[1-3]", ["gpu-1", "gpu-2", "gpu-3"]),
        ("gpu-[08-11]", ["gpu-08", "gpu-09", "gpu-10", "gpu-11"]),
        ("gpu-[01-02,7],login", ["gpu-01", "gpu-02", "gpu-7", "login"]),
        ("a[1-2],b[3,5]", ["a1", "a2", "b3", "b5"]),
        ("None assigned", ["None assigned"]),
    ],
)
def test_node_lists_are_written_out_with_their_zeros(listed, nodes, put, convert):
    put("sacct.txt", dump({"NodeList": listed}))

    assert convert(SOURCE, "2026-08", "node_names") == [(nodes,)]


def test_each_stretch_of_a_requeued_job_is_an_attempt_of_the_same_run(put, convert):
    again = {"Start": "2026-08-05T01:00:00", "End": "2026-08-05T02:00:00"}
    put("sacct.txt", dump({"State": "PREEMPTED"}, again))

    rows = convert(SOURCE, "2026-08", "attempt_id, run_id, status")

    run = "slurm:lumen:41"
    assert rows == [
        (f"{run}:2026-08-04T01:00:00", run, "preempted"),
        (f"{run}:2026-08-05T01:00:00", run, "completed"),
    ]


def test_a_job_that_still_ran_in_the_last_dump_has_ended_in_the_next(put, convert):
    put("august.txt", dump({"State": "RUNNING", "End": "Unknown"}), hour=1)
    running = convert(SOURCE, "2026-08", "status, ended_at")
    put("september.txt", dump({}), hour=2)

    rows = convert(SOURCE, "2026-08", "status, ended_at::text")

    assert running == [("running", None)]
    assert rows == [("completed", "2026-08-04 03:00:00")]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("CANCELLED by 1000", "cancelled"),
        ("CANCELLED", "cancelled"),
        ("TIMEOUT", "timeout"),
        ("NODE_FAIL", "failed"),
        ("OUT_OF_MEMORY", "failed"),
        ("REQUEUED", "preempted"),
    ],
)
def test_the_outcome_is_named_and_slurms_own_word_kept(state, status, put, convert):
    put("sacct.txt", dump({"State": state}))

    assert convert(SOURCE, "2026-08", "status, status_detail") == [(status, state)]


def test_a_job_that_never_started_held_nothing(put, convert):
    never = {"JobIDRaw": "42", "JobID": "42", "Start": "Unknown", "End": "Unknown"}
    put("sacct.txt", dump({}, never))

    assert convert(SOURCE, "2026-08", "scheduler_job_id") == [("41",)]


def test_local_times_become_utc_in_summer_and_in_winter(put, settings, convert):
    winter = {"Start": "2026-12-04T01:00:00", "End": "2026-12-04T03:00:00"}
    put("sacct.txt", dump({}, winter))
    berlin = settings.model_copy(
        update={"training": TrainingSettings(slurm_time_zone="Europe/Berlin")}
    )

    started = [
        convert(SOURCE, month, "started_at::text", with_settings=berlin)
        for month in ("2026-08", "2026-12")
    ]

    assert started == [[("2026-08-03 23:00:00",)], [("2026-12-04 00:00:00",)]]


def test_fields_that_sacct_was_not_asked_for_are_unknown(put, convert):
    needed = tuple(f for f in FIELDS if f not in {"JobName", "Cluster", "Submit"})
    put("sacct.txt", dump({}, fields=needed))

    rows = convert(SOURCE, "2026-08", "run_id, run_name, submitted_at")

    assert rows == [("slurm:41", None, None)]


def test_a_missing_field_is_refused_by_name_with_the_call_that_gives_it(put, settings):
    fields = tuple(f for f in FIELDS if f not in {"NodeList", "AllocTRES"})
    put("hpc/sacct.txt", dump({}, fields=fields))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "hpc/sacct.txt lacks AllocTRES, NodeList" in refusal.reason
    assert "sacct --parsable2 --format=JobIDRaw,JobID,State" in refusal.reason


def test_a_pipe_in_a_job_name_is_refused_by_file_and_line(put, settings):
    put("hpc/sacct.txt", dump({}, {"JobIDRaw": "42", "JobName": "a|b"}))

    with pytest.raises(ExportError, match=r"hpc/sacct\.txt[\s\S]*[Ll]ine: ?3"):
        convert_or_raise(settings)


def convert_or_raise(settings):
    landing = scan(settings, [SOURCE])
    if landing.refusals:
        raise ExportError(landing.refusals[0].reason)
    write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")
