"""What the scheduler says of the nightly corpus job: it may fail and is retried.

Belongs here: runs. What the cluster costs is in ``databricks``; it is billed from two
to five, whatever the job does in that time.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.months import HOUR, MONTHS, at
from sample_company.seeded import between, hex_id, plain

HEADER = (
    "pipeline_name",
    "run_id",
    "status",
    "started_at",
    "ended_at",
    "processed_gb",
    "resource_id",
    "project_name",
    "environment_name",
)
_CLUSTER = "0812-020000-lumen7"
# Nights on which the first try ended badly; October's crawl was larger than its memory.
_BAD = {
    at("08-19 00:00"): "failed",
    at("09-04 00:00"): "timed_out",
    at("09-12 00:00"): "failed",
    at("10-08 00:00"): "failed",
    at("10-09 00:00"): "failed",
    at("10-10 00:00"): "failed",
    at("10-23 00:00"): "cancelled",
}


def _run(
    start: datetime, minutes: int, status: str, processed: Decimal
) -> tuple[str, ...]:
    end = start + timedelta(minutes=minutes)
    return (
        "corpus-refresh",
        hex_id(12, "corpus-refresh", start),
        status,
        f"{start:%Y-%m-%dT%H:%M:%SZ}",
        f"{end:%Y-%m-%dT%H:%M:%SZ}",
        plain(processed.quantize(Decimal("0.01"))),
        _CLUSTER,
        "corpus",
        "production",
    )


def _night(day: datetime) -> Iterator[tuple[str, ...]]:
    start = day + 2 * HOUR
    crawled = between("180", "260", "crawled", day)
    if day in _BAD:
        # The first try dies after an hour; the second has the rest of the night.
        yield _run(start, 62, _BAD[day], crawled / 3)
        yield _run(start + 65 * timedelta(minutes=1), 114, "succeeded", crawled)
        return
    minutes = int(between("128", "176", "took", day))
    yield _run(start, minutes, "succeeded", crawled)


def write_pipeline_runs(out: Path) -> None:
    """Write the runs of each month."""
    for month in MONTHS:
        rows = [row for day in month.days() for row in _night(day)]
        name = f"pipeline_runs-{month.period}.csv"
        write_text(out / name, csv_text(HEADER, rows))
