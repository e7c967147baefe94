"""The scheduler's runs of data pipelines."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.sources.usage.pipeline_runs import SOURCE

HEADER = "pipeline_name,run_id,status,started_at,ended_at,processed_gb,resource_id\n"
RUN = "nightly,r-1,Failed,2026-10-05T02:00:00Z,2026-10-05T03:02:00Z,71.5,cluster-7\n"
RUNNING = "nightly,r-2,running,2026-10-31T23:00:00Z,,,cluster-7\n"
COLUMNS = (
    "pipeline_name, run_id, status, started_at::text, ended_at::text, processed_gb, "
    "resource_id"
)


def test_a_row_is_a_run_in_the_month_in_which_it_began(put, convert):
    put("runs.csv", HEADER + RUN + RUNNING)

    assert convert(SOURCE, "2026-10", COLUMNS) == [
        (
            "nightly",
            "r-1",
            "failed",
            "2026-10-05 02:00:00",
            "2026-10-05 03:02:00",
            Decimal("71.5"),
            "cluster-7",
        ),
        ("nightly", "r-2", "running", "2026-10-31 23:00:00", None, None, "cluster-7"),
    ]


def test_json_lines_are_read_as_a_table_is(put_lines, convert):
    put_lines(
        "runs.json",
        {
            "pipeline_name": "nightly",
            "run_id": "r-1",
            "status": "succeeded",
            "started_at": "2026-10-05T02:00:00Z",
            "ended_at": "2026-10-05T02:30:00Z",
            "processed_gb": 12.25,
        },
    )

    assert convert(SOURCE, "2026-10", "run_id, processed_gb") == [
        ("r-1", Decimal("12.25"))
    ]


def test_a_later_export_tells_how_a_run_ended(put, convert, reasons):
    put("old.csv", HEADER + RUNNING, hour=1)
    ended = RUNNING.replace("running", "succeeded").replace(
        "Z,,", "Z,2026-11-01T01:00:00Z,"
    )
    put("new.csv", HEADER + ended, hour=2)

    assert convert(SOURCE, "2026-10", "status, ended_at::text") == [
        ("succeeded", "2026-11-01 01:00:00")
    ]
    assert reasons() == {"a newer row has its run": 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (RUN.replace("Failed", "okay"), "a status that is none of succeeded"),
        (RUN.replace("T03:02", "T01:02"), "it ends before it starts"),
        (RUNNING.replace("running", "failed"), "it has ended, and its end is unknown"),
        (RUN.replace("71.5", "-1"), "a quantity below zero"),
        (RUN.replace("71.5", "many"), "processed_gb is not a number"),
        (RUN.replace("71.5", "NaN"), "processed_gb is not a number"),
        (RUN.replace("71.5", "1e300"), "processed_gb is not a number"),
        (RUN.replace("r-1", ""), "run_id is empty"),
        (RUN.replace("2026-10-05T02:00:00Z", "soon"), "started_at is not a time like"),
        (RUN.replace("2026-10-05T03:02:00Z", "soon"), "ended_at is not a time like"),
        (
            RUN.replace("2026-10-05T03:02:00Z", "infinity"),
            "ended_at is not a time like",
        ),
        (RUN.replace("2026-10-05T02:00:00Z", "infinity"), "started_at is not a"),
        (RUN.replace("2026-10-05T02:00:00Z", "9999-12-31"), "started_at is not a"),
    ],
)
def test_an_odd_run_is_left_out_by_name_and_stops_no_other(
    row, reason, put, convert, reasons
):
    put("runs.csv", HEADER + row + RUN.replace("r-1", "r-9"))

    assert convert(SOURCE, "2026-10", "run_id") == [("r-9",)]
    [(said, count)] = reasons().items()
    assert said.startswith(reason)
    assert count == 1


def test_runs_that_all_have_no_time_are_refused(put, settings):
    put("runs.csv", HEADER + RUN.replace("2026-10-05T02:00:00Z", "05/10/2026"))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "runs.csv, row 1: started_at is '05/10/2026', expected a time" in (
        refusal.reason
    )
