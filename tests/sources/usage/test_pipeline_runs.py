"""The scheduler's runs of data pipelines."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
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
    ("row", "said"),
    [
        (RUN.replace("Failed", "okay"), "status is 'okay', expected one of succeeded"),
        (
            RUN.replace("T03:02", "T01:02"),
            "ended_at is 2026-10-05 01:02:00, expected no",
        ),
        (RUNNING.replace("running", "failed"), "ended_at is empty, expected the end"),
        (RUN.replace("71.5", "-1"), r"processed_gb is -1.*, expected 0 or more"),
        (RUN.replace("r-1", ""), "run_id is empty, expected a value"),
    ],
)
def test_a_cell_that_cannot_be_true_stops_the_month_by_file_and_row(
    row, said, put, settings
):
    put("runs.csv", HEADER + row)
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=rf"runs.csv, row 1: {said}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")
