"""What converting one month again costs, among 24 months, against that month alone.

Run ``python -m bench.rerun --months 24 --rows 50000``. The newest month is delivered
again; one of its resources has another team. ``convert`` is what its partition costs:
look at the exports folder, find what is stale, convert and check it; ``build`` all of
`unitmill build`; ``first`` is the build before it, of all months.
"""

import argparse
import io
import tempfile
from functools import partial
from pathlib import Path

import duckdb

from bench import ledger
from bench.cur import write_cur
from bench.measuring import Cost, checked, child, ratio, row, spend, table
from pipelines.landing.deliveries import scan
from pipelines.ledger.conformance import evaluate_partition
from pipelines.ledger.partitions import write_partition
from pipelines.ledger.stale import stale_partitions
from pipelines.settings import Settings
from pipelines.sources.cost.aws import SOURCE
from sample_company.aws.columns import columns
from sample_company.files import write_json

MODULE = "bench.rerun"
GOALS = {"convert": 1.2, "build": 1.3}
RESOURCE = "i-00000000000000D58"
# The bill is of 2026-10; older months are the same rows moved back. An hour that would
# end on a day that a month has not ends an hour after its start all the same.
_BACK = {
    name: f"{name} - to_months($back)"
    for name in (
        "bill_billing_period_start_date",
        "bill_billing_period_end_date",
        "line_item_usage_start_date",
    )
}
_BACK["line_item_usage_end_date"] = (
    _BACK["line_item_usage_start_date"] + " + interval 1 hour"
)
MOVED = ", ".join(
    f"cast({moved} as timestamp_ms) as {name}" for name, moved in _BACK.items()
)


EXECUTION = "20261104T050000Z-bench"


def deliver(folder: Path, back: int, rows: int, team: str = "") -> None:
    """Put the bill of a month into the exports folder, over an earlier one.

    Args:
        folder: has the exports folder.
        back: how many months before the newest one.
        rows: how many it has.
        team: whose one of its resources is; '' for whose it is in all months.
    """
    month = 2026 * 12 + 9 - back
    run = f"BILLING_PERIOD={month // 12}-{month % 12 + 1:02}/{EXECUTION}"
    made = folder / "made.snappy.parquet"
    place = folder / "exports" / "data" / run / "cur-00001.snappy.parquet"
    place.parent.mkdir(parents=True, exist_ok=True)
    write_json(
        folder / "exports" / "metadata" / run / "cur-Manifest.json",
        {
            "executionId": EXECUTION,
            "columns": [{"name": c.name, "type": c.kind} for c in columns()],
            "dataFiles": [f"s3://bench/data/{run}/{place.name}"],
        },
    )
    write_cur(made, rows)
    with duckdb.connect(config={"threads": 2}) as db:
        db.execute(
            f"copy (select * replace ({MOVED}, if(line_item_resource_id = '{RESOURCE}' "
            "and $team != '', map {'user_team': $team}, resource_tags) "
            f"as resource_tags) from '{made}') to '{place}' "
            "(format parquet, compression snappy)",
            {"back": back, "team": team},
        )
    made.unlink()


def convert(settings: Settings) -> int:
    """Bring the ledger up to the exports folder; give the partitions converted."""
    landing = scan(settings, [SOURCE])
    assert not landing.refusals, landing.refusals
    stale = stale_partitions(settings.ledger_dir, landing, [SOURCE])
    for each in stale:
        write_partition(settings, SOURCE, each.deliveries, each.period)
        evaluate_partition(settings, SOURCE, each.period)
    return len(stale)


def convert_one(settings: Settings) -> None:
    """Bring the ledger up to the exports folder, which takes one partition."""
    assert convert(settings) == 1


def build(settings: Settings) -> None:
    """Do all of `unitmill build`; whether the rows may be published is not asked."""
    from rich.console import Console  # noqa: PLC0415

    from pipelines.defs import run  # noqa: PLC0415 (Dagster and dbt take seconds to import)

    spend(partial(run.build, settings, Console(file=io.StringIO())))


def work(
    way: str, folder: str, months: str = "0", rows: str = "0", team: str = ""
) -> None:
    """Do the work of a child."""
    settings = ledger.settings_of(Path(folder))
    if way == "deliver":
        for back in range(int(months)):
            deliver(Path(folder), back, int(rows), team)
        spend(int)
    elif way == "fill":
        spend(partial(convert, settings))
    elif way == "convert":
        spend(partial(convert_one, settings))
    else:
        build(settings)


def again(way: str, folder: str, rows: int, repeat: int) -> Cost:
    """Deliver the newest month again and again; give the cheapest way through it."""
    runs = []
    for attempt in range(1, repeat + 1):
        checked(child(MODULE, "deliver", folder, 1, rows, f"team-{attempt}"))
        runs.append(checked(child(MODULE, way, folder)))
    return min(runs, key=lambda run: run.cpu)


def report(months: int, rows: int, repeat: int) -> None:
    """Print one line per way and number of months."""
    table("way", "months there", "rows a month", "CPU s", "peak MiB", "ratio")
    # A build takes a minute; one is enough to see that it is no part of the goal.
    for way, before, times in (("convert", "fill", repeat), ("build", "build", 1)):
        alone = 0.0
        for there in (1, months):
            with tempfile.TemporaryDirectory() as folder:
                checked(child(MODULE, "deliver", folder, there, rows))
                first = checked(child(MODULE, before, folder))
                if before == "build":
                    _line("first", there, rows, first, 0)
                cost = again(way, folder, rows, times)
            alone = alone or cost.cpu
            _line(way, there, rows, cost, alone)
    for way, goal in GOALS.items():
        print(f"\nThe goal is at most {goal} times that of one month, for {way}.")


def _line(way: str, there: int, rows: int, cost: Cost, alone: float) -> None:
    cpu, memory = f"{cost.cpu:.2f}", f"{cost.memory:.0f}"
    row(way, there, rows, cpu, memory, ratio(cost.cpu, alone) if alone else "")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        work(*chosen.child)
    else:
        report(chosen.months, chosen.rows, chosen.repeat)


if __name__ == "__main__":
    main()
