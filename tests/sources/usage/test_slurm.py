"""sacct dumps: one attempt a record, its nodes, GPUs, times and outcome."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
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
        ("gres/gpu=1,gres/gpu:h100=1", 1, "h100"),
        # Two of an A100's seven slices: 2 / 7.
        ("gres/gpu:a100_1g.5gb=2", "0.285714285714", "a100_1g.5gb"),
        ("gres/gpu=2,gres/gpu:a100_1g.5gb=2", "0.285714285714", "a100_1g.5gb"),
        # One whole GPU and three sevenths of another: 1 + 3/7.
        (
            "gres/gpu=2,gres/gpu:h100=1,gres/gpu:h100_3g.40gb=1",
            "1.428571428571",
            "h100",
        ),
        # An A30 has four slices: 1/4.
        ("gres/gpu:a30_1g.6gb=1", "0.25", "a30_1g.6gb"),
        ("gres/gpu:1g.6gb=1", "0.25", "1g.6gb"),
        ("gres/gpu:nvidia_h100_80gb_hbm3=4", 4, "nvidia_h100_80gb_hbm3"),
        ("gres/gpu=0.5", "0.5", None),
        ("gpu:0.5", "0.5", None),
        ("gres/gpu:h100:2", 2, "h100"),
        # Three GPUs, of which two are named.
        ("gres/gpu=3,gres/gpu:h100=2", 3, "h100"),
        ("gres/gpu=1,gres/shard=4", 1, None),
        ("gres/gpumem=80G,gres/gpuutil=90", 0, None),
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
        ("rack[1-2]n[1-2]", ["rack1n1", "rack1n2", "rack2n1", "rack2n2"]),
        ("a[1-2]-ib,b", ["a1-ib", "a2-ib", "b"]),
        ("a[1]b[2]c[03-04]d", ["a1b2c03d", "a1b2c04d"]),
        ("n[9-11]", ["n10", "n11", "n9"]),
        ("n[001,10]", ["n001", "n10"]),
        ("10.0.0.[1-2]", ["10.0.0.1", "10.0.0.2"]),
        ("ip-10-0-01-5", ["ip-10-0-01-5"]),
        ("None assigned", None),
        ("", None),
    ],
)
def test_node_lists_are_written_out_with_their_zeros(listed, nodes, put, convert):
    count = str(len(nodes or []))
    put("sacct.txt", dump({"NodeList": listed, "AllocNodes": count}))

    assert convert(SOURCE, "2026-08", "node_names") == [(nodes,)]


def test_each_stretch_of_a_requeued_job_is_an_attempt_of_the_same_run(put, convert):
    again = {
        "Start": "2026-08-05T01:00:00",
        "End": "2026-08-05T02:00:00",
        "ElapsedRaw": "3600",
    }
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


@pytest.mark.parametrize("tres", ["gres/shard=2", "cpu=8,gres/shard:h100=2", ""])
def test_how_many_gpus_shards_are_is_unknown_and_not_0(tres, put, convert):
    put("sacct.txt", dump({"AllocTRES": tres}))

    assert convert(SOURCE, "2026-08", "gpu_count") == [(None,)]


BAD = {"JobIDRaw": "42", "JobID": "42"}


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        ({"JobName": "a|b"}, "more or fewer fields than the header names"),
        ({"End": "2026-08-04T00:59:00"}, "it ends before it starts"),
        ({"Start": "Tomorr 12:30"}, "a Start that is no time"),
        ({"Start": "2026-13-04T01:00:00"}, "a Start that is no time"),
        ({"End": "yesterday"}, "an End that is no time"),
        ({"End": "9999-12-31T00:00:00"}, "an End that is no time"),
        ({"Start": "0001-01-01T00:00:00"}, "a Start that is no time"),
        ({"Start": "1970-01-01T00:00:00"}, "a Start that is no time"),
        ({"Start": "999999999999"}, "a Start that is no time"),
        ({"End": "Unknown"}, "it has ended, and its End is unknown"),
        # From 01:00 to 03:00 are 7200 seconds, not 10800.
        ({"ElapsedRaw": "10800"}, "it ran longer than from its Start to its End"),
        ({"NodeList": "gpu[01-03,0+"}, "a NodeList that cannot be read"),
        ({"NodeList": "gpu[3-1]"}, "a NodeList that cannot be read"),
        ({"NodeList": "n[1-90000]m[1-90000]"}, "a NodeList that cannot be read"),
        ({"NodeList": "a!b"}, "a NodeList that cannot be read"),
        ({"NodeList": "a,b"}, "NodeList names another number of nodes than AllocNodes"),
        ({"NodeList": "a,a", "AllocNodes": "2"}, "NodeList names another number"),
        ({"AllocTRES": "gres/gpu=-1"}, "a number of GPUs that is none"),
        ({"AllocTRES": "gres/gpu:h100=many"}, "a number of GPUs that is none"),
        ({"JobIDRaw": ""}, "a record without a job id"),
        ({"State": "PENDING"}, "never started"),
        ({"Start": "None", "End": "None"}, "never started"),
        (
            {
                "State": "CANCELLED by 7",
                "End": "2026-08-04T01:00:00",
                "NodeList": "None assigned",
                "AllocTRES": "",
                "AllocNodes": "0",
                "ElapsedRaw": "0",
            },
            "never started",
        ),
    ],
)
def test_an_odd_record_is_left_out_by_name_and_stops_no_other(
    odd, reason, put, convert, reasons
):
    put("sacct.txt", dump({}, BAD | odd))

    assert convert(SOURCE, "2026-08", "scheduler_job_id") == [("41",)]
    [(said, count)] = reasons().items()
    assert said.startswith(reason)
    assert count == 1


@pytest.mark.parametrize(
    ("separator", "closes"), [("|", True), ("^", False), ("::", False), ("\t", True)]
)
def test_any_separator_is_read(separator, closes, put, convert):
    lines = [separator.join(line.split("|")) for line in dump({}).splitlines()]
    end = separator if closes else ""
    put("sacct.txt", "".join(f"{line}{end}\n" for line in lines))

    rows = convert(SOURCE, "2026-08", "scheduler_job_id, node_names, run_name")

    assert rows == [("41", ["gpu-1"], "train")]


def test_dumps_that_were_put_together_have_their_header_twice(put, convert, reasons):
    put("sacct.txt", dump({}) + dump({"JobIDRaw": "42", "JobID": "42"}))

    assert convert(SOURCE, "2026-08", "scheduler_job_id") == [("41",), ("42",)]
    assert reasons() == {}


def test_a_name_that_is_not_utf8_is_read(put, convert):
    put("sacct.txt", dump({"JobName": "Jürgen"}).encode("latin-1"))

    assert convert(SOURCE, "2026-08", "run_name") == [("Jürgen",)]


def test_seconds_since_1970_are_utc_whatever_the_zone(put, settings, convert):
    # 2026-08-04T01:00:00Z is 1785805200 s.
    times = {"Submit": "1785801600", "Start": "1785805200", "End": "1785812400"}
    put("sacct.txt", dump(times))

    rows = convert(
        SOURCE,
        "2026-08",
        "submitted_at::text, started_at::text, ended_at::text",
        with_settings=in_zone(settings, "America/New_York"),
    )

    assert rows == [
        ("2026-08-04 00:00:00", "2026-08-04 01:00:00", "2026-08-04 03:00:00")
    ]


def in_zone(settings, zone):
    training = TrainingSettings(slurm_time_zone=zone)
    return settings.model_copy(update={"training": training})


@pytest.mark.parametrize(
    "case",
    [
        # 01:30 EDT is 05:30 UTC; 01:45 EST is 06:45 UTC: 75 minutes.
        ("America/New_York", "11-01T01:30", "11-01T01:45", "4500", "05:30 06:45"),
        ("America/New_York", "11-01T01:30", "11-01T01:45", "01:15:00", "05:30 06:45"),
        # A quarter of an hour can be either; the first one counts.
        ("America/New_York", "11-01T01:30", "11-01T01:45", "900", "05:30 05:45"),
        # From 01:30 to 02:30 EST (07:30 UTC) is an hour from EST, two from EDT.
        ("America/New_York", "11-01T01:30", "11-01T02:30", "3600", "06:30 07:30"),
        ("America/New_York", "11-01T01:30", "11-01T02:30", "7200", "05:30 07:30"),
        # It ends by the clock before it starts: 01:50 EDT to 01:10 EST, 20 minutes.
        ("America/New_York", "11-01T01:50", "11-01T01:10", "1200", "05:50 06:10"),
        # In spring 01:30 EST (06:30 UTC) to 03:30 EDT (07:30 UTC) is one hour.
        ("America/New_York", "03-08T01:30", "03-08T03:30", "3600", "06:30 07:30"),
        # Berlin's clocks go back at 03:00 CEST: 02:30 CEST is 00:30 UTC.
        ("Europe/Berlin", "10-25T02:30", "10-25T02:30", "3600", "00:30 01:30"),
        # Lord Howe goes back by half an hour at 02:00: 01:45 is 14:45 or 15:15 UTC.
        ("Australia/Lord_Howe", "04-05T01:45", "04-05T01:45", "1800", "14:45 15:15"),
        # Suspended for 10 minutes: 05:30 to 06:45 less 600 s.
        ("America/New_York", "11-01T01:30", "11-01T01:45", "3900", "05:30 06:45"),
        ("America/New_York", "11-01T01:30", "11-01T01:45", "", "05:30 05:45"),
        ("Asia/Kolkata", "11-01T01:30", "11-01T01:45", "900", "20:00 20:15"),
        ("UTC", "11-01T01:30", "11-01T24:00", "1-00:00:00", None),
        ("UTC", "11-01T01:00", "11-02T24:00", "1-23:00:00", "01:00 00:00"),
    ],
)
def test_elapsed_tells_which_of_two_equal_clock_times_is_meant(
    case, put, settings, convert
):
    zone, start, end, elapsed, utc = case
    raw = elapsed if elapsed.isdigit() else ""
    job = {
        "Start": f"2026-{start}:00",
        "End": f"2026-{end}:00",
        "Submit": "2026-01-01T00:00:00",
        "ElapsedRaw": raw,
        "Elapsed": "" if raw else elapsed,
    }
    put("sacct.txt", dump(job, fields=(*FIELDS, "Elapsed")))

    rows = convert(
        SOURCE,
        f"2026-{start[:2]}",
        "strftime(started_at, '%H:%M') || ' ' || strftime(ended_at, '%H:%M')",
        with_settings=in_zone(settings, zone),
    )

    assert rows == ([] if utc is None else [(utc,)])


def test_the_two_starts_of_one_clock_time_are_two_attempts(put, settings, convert):
    # Preempted after 10 minutes of the first 01:30; again from the second to 02:30.
    first = {"Start": "2026-11-01T01:30:00", "End": "2026-11-01T01:40:00"}
    again = {"Start": "2026-11-01T01:30:00", "End": "2026-11-01T02:30:00"}
    first |= {"ElapsedRaw": "600", "State": "PREEMPTED"}
    put("sacct.txt", dump(first, again | {"ElapsedRaw": "3600"}))

    rows = convert(
        SOURCE,
        "2026-11",
        "attempt_id, started_at::text",
        with_settings=in_zone(settings, "America/New_York"),
    )

    assert rows == [
        ("slurm:lumen:41:2026-11-01T05:30:00Z", "2026-11-01 05:30:00"),
        ("slurm:lumen:41:2026-11-01T06:30:00Z", "2026-11-01 06:30:00"),
    ]


RUNNING = {"State": "RUNNING", "End": "Unknown", "ElapsedRaw": "60"}
LATER = {"End": "2026-08-04T04:00:00", "ElapsedRaw": "10800"}


@pytest.mark.parametrize(
    "dumps",
    [
        (RUNNING, {}, "03"),
        # Copied in the wrong order: what has ended does not run again.
        ({}, RUNNING, "03"),
        ({"State": "RUNNING"} | LATER, {}, "03"),
        ({}, LATER, "04"),
        (LATER, {}, "04"),
    ],
)
def test_the_record_that_is_further_on_counts_whatever_its_files_time(
    dumps, put, convert, reasons
):
    older, newer, ended = dumps
    put("a.txt", dump(older), hour=1)
    put("b.txt", dump(newer), hour=2)

    rows = convert(SOURCE, "2026-08", "status, strftime(ended_at, '%H')")

    assert rows == [("completed", ended)]
    assert reasons() == {"another record of the attempt is further on": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "JobID|JobName|Partition|Account|AllocCPUS|State|ExitCode\n",
            "lacks JobIDRaw, Start, End, AllocTRES, NodeList; expected sacct",
        ),
        (
            "   JobID    JobName      State  ExitCode\n-------- --- --- ---\n",
            "has columns of fixed width, which cut values; expected sacct",
        ),
        (dump({}).replace("|", ","), None),
        (dump({"AllocTRES": "cpu=8,mem=1G"}).replace("|", ","), "fields of its header"),
        (dump({})[:-20], "ends in the middle of a line; copy the file again"),
        (
            dump({"Start": "Tomorr 12:30"}),
            "row 1: Start is 'Tomorr 12:30', expected a time like 2026-08-13T05:46:57",
        ),
    ],
)
def test_a_dump_that_cannot_be_used_is_refused_in_a_sentence(text, said, put, settings):
    put("hpc/sacct.txt", text)

    refusals = scan(settings, [SOURCE]).refusals

    if said is None:
        assert refusals == ()
    else:
        [refusal] = refusals
        assert "slurm: hpc/sacct.txt" in refusal.reason
        assert said in refusal.reason
        assert "Error" not in refusal.reason
        assert "\n" not in refusal.reason


def test_tasks_of_an_array_and_parts_of_a_mixed_job_are_jobs_and_steps_are_none(
    put, convert, reasons
):
    ids = ("50_3", "50_3.batch", "50_3.0", "60+1", "60+1.extern", "70_[4-9]")
    jobs = [
        {"JobID": job, "JobIDRaw": job.replace("_", "").replace("+", "")} for job in ids
    ]
    jobs[-1] |= {"State": "PENDING", "Start": "Unknown", "End": "Unknown"}
    put("sacct.txt", dump(*jobs))

    assert convert(SOURCE, "2026-08", "scheduler_job_id") == [("503",), ("601",)]
    assert reasons() == {
        "a step of a job that has its own record": 3,
        "never started": 1,
    }
