"""What a build costs by the months that are there: events, Dagster's part, and disk.

Run ``python -m bench.history --months 3 24 60``. One FOCUS CSV a month is built in a
new home, then the newest one changes and everything is built again. What a run costs
Dagster is the same however many months there are; converting follows what changed.
"""

import argparse
import csv
import io
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench import ledger
from bench.measuring import checked, child, row, spend, table
from pipelines.settings import PROJECT_DIR, Settings

MODULE = "bench.history"
SAMPLE = PROJECT_DIR / "sample_exports" / "driftbase" / "driftbase-focus-2026-10.csv"
NEWEST = datetime(2026, 10, 1, tzinfo=UTC)
COUNTS = """
select
    count(*),
    min(timestamp),
    min(timestamp) filter (where dagster_event_type = 'PIPELINE_START'),
    min(timestamp) filter (where step_key = 'models'),
    max(timestamp) filter (where step_key = 'models')
from event_logs
"""


def deliver(folder: Path, start: datetime, amount: str) -> datetime:
    """Write the FOCUS CSV of the month that begins then; give when it ends."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        charge = next(csv.DictReader(file)) | {"BilledCost": amount}
    end = (start + timedelta(days=31)).replace(day=1)
    month = charge | {"BillingPeriodStart": start, "BillingPeriodEnd": end}
    days = [start + timedelta(days=day) for day in range((end - start).days)]
    path = folder / "exports" / f"focus-{start:%Y-%m}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, month)
        writer.writeheader()
        for day in days:
            period = {"ChargePeriodStart": day, "ChargePeriodEnd": day + timedelta(1)}
            writer.writerow(
                {
                    name: f"{value:%Y-%m-%dT%H:%M:%SZ}"
                    if isinstance(value, datetime)
                    else value
                    for name, value in (month | period).items()
                }
            )
    return end


def deliver_all(folder: Path, months: int) -> None:
    """Write the newest months, the oldest first."""
    start = NEWEST
    for _ in range(months - 1):
        start = (start - timedelta(days=1)).replace(day=1)
    while start <= NEWEST:
        start = deliver(folder, start, "9.95423")


def build(settings: Settings) -> None:
    """Do all of `unitmill build`; whether the rows may be published is not asked."""
    from rich.console import Console  # noqa: PLC0415

    from pipelines.defs import run  # noqa: PLC0415 (Dagster and dbt take seconds to import)

    spend(partial(run.build, settings, Console(file=io.StringIO())))


def newest_run(settings: Settings) -> tuple[int, float, float]:
    """Give the events of the newest run, and the seconds to plan it and of dbt."""
    runs = (settings.dagster_home / "history" / "runs").glob("*-*.db")
    with closing(sqlite3.connect(max(runs, key=lambda p: p.stat().st_mtime))) as db:
        count, *times = db.execute(COUNTS).fetchone()
    first, began, models, ended = (datetime.fromisoformat(each) for each in times)
    return count, (began - first).total_seconds(), (ended - models).total_seconds()


def measured(folder: Path, what: str, months: int) -> None:
    """Build once, and print one line."""
    settings = ledger.settings_of(folder)
    begun = time.monotonic()
    cost = checked(child(MODULE, folder))
    wall = time.monotonic() - begun
    events, planning, models = newest_run(settings)
    history = settings.dagster_home / "history"
    size = sum(file.stat().st_size for file in history.rglob("*.db*")) / 1024**2
    row(
        what,
        months,
        events,
        f"{planning:.1f}",
        f"{models:.1f}",
        f"{wall:.0f}",
        f"{cost.cpu:.0f}",
        f"{size:.1f}",
    )


def report(choices: list[int]) -> None:
    """Print one line per number of months, and one with a changed month."""
    heads = "build", "months", "events", "planning s", "models s", "wall s", "CPU s"
    table(*heads, "MB of Dagster")
    for months in choices:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            deliver_all(folder, months)
            measured(folder, "new home", months)
            deliver(folder, NEWEST, "10.5")
            measured(folder, "one month changed", months)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--months", type=int, nargs="+", default=[3, 24, 60])
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        build(ledger.settings_of(chosen.child))
    else:
        report(chosen.months)


if __name__ == "__main__":
    main()
