"""What evaluating every FOCUS rule costs, in plain scans of the ledger's Parquet.

Run ``python -m bench.conformance --rows 1000000``. The yardstick reads every column
of the same file and does one cheap thing with each. Each measurement is a process of
its own, so CPU time and peak memory are its alone.
"""

import argparse
import tempfile
from functools import partial
from pathlib import Path

import duckdb

from bench import ledger
from bench.measuring import best, child, ratio, row, spend, table
from pipelines.focus.conformance import evaluate
from pipelines.focus.rules import all_rules
from pipelines.focus.schema import ledger_types
from pipelines.ledger.connection import connect

MODULE = "bench.conformance"
GOAL = 4


def scan(db: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Read every value of every column."""
    cheap = ", ".join(
        f'sum(strlen("{name}"::varchar))'
        if kind in {"VARCHAR", "JSON"}
        else f'max("{name}")'
        for name, kind in ledger_types().items()
    )
    db.execute(f"select {cheap} from {relation}").fetchall()


def work(way: str, folder: str, rows: str = "0") -> None:
    """Do the work of a child."""
    if way == "make":
        spend(partial(ledger.write, Path(folder), int(rows)))
        return
    settings = ledger.settings_of(Path(folder))
    relation = f"read_parquet('{settings.ledger_dir}/focus/aws/*/*.parquet')"
    rules = all_rules()
    with connect(settings) as db:
        if way == "scan":
            spend(partial(scan, db, relation))
        else:
            spend(partial(evaluate, db, relation, rules))


def report(rows: int, repeat: int) -> None:
    """Print one line per way; the best of some runs counts."""
    table("rows", "way", "CPU s", "peak MiB", "scans")
    with tempfile.TemporaryDirectory() as folder:
        made = child(MODULE, "make", folder, rows)
        assert not made.failed, made.failed
        limit = 0.0
        for way in ("scan", "judge"):
            cost = best(repeat, MODULE, way, folder)
            assert not cost.failed, cost.failed
            limit = limit or cost.cpu
            row(
                rows,
                way,
                f"{cost.cpu:.2f}",
                f"{cost.memory:.0f}",
                ratio(cost.cpu, limit),
            )
    print(f"\n{len(all_rules())} rules; the goal is within {GOAL} scans.")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        work(*chosen.child)
    else:
        report(chosen.rows, chosen.repeat)


if __name__ == "__main__":
    main()
