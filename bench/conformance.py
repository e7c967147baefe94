"""What judging the ledger by every FOCUS rule costs, in plain scans of its Parquet.

Run ``python -m bench.conformance --rows 1000000``. The yardstick reads every column
of the same file and does one cheap thing with each. Each measurement is a process of
its own, so CPU time and peak memory are its alone.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from bench.convert_aws import MEMORY_LIMIT, convert
from pipelines.focus.conformance import judge
from pipelines.focus.rules import all_rules
from pipelines.focus.schema import ledger_types
from pipelines.ledger.partitions import connect
from pipelines.samples.bench import write_cur
from pipelines.settings import Settings

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


def make(rows: int, folder: Path) -> None:
    """Write a partition of the ledger with this many rows."""
    bill = folder / "cur-1.snappy.parquet"
    write_cur(bill, rows, "parquet")
    convert(bill, folder)
    bill.unlink()


def work(way: str, path: str) -> None:
    """Do the work of a child; say what it cost, without the imports before it."""
    relation = f"read_parquet('{path}')"
    rules = all_rules()
    settings = Settings(home=Path(path).parent, memory_limit=MEMORY_LIMIT)
    before = resource.getrusage(resource.RUSAGE_SELF)
    with connect(settings) as db:
        if way == "scan":
            scan(db, relation)
        else:
            judge(db, relation, rules)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu": cpu, "memory": after.ru_maxrss / 1024}))


def child(way: str, path: Path) -> str:
    """Run a child process; give what it says."""
    command = [sys.executable, "-m", "bench.conformance", "--child", way, str(path)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def measure(way: str, path: Path) -> dict[str, float]:
    """Run one way in a child process; give its CPU seconds and peak memory."""
    return json.loads(child(way, path).splitlines()[-1])


def report(rows: int, repeat: int) -> None:
    """Print one line per way; the best of some runs counts."""
    print("| rows | way | CPU s | peak MiB | scans |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        # A child too: its peak memory would count as that of the ways.
        child(str(rows), Path(folder))
        (ledger,) = Path(folder, "ledger", "focus", "aws").glob("*.parquet")
        limit = 0.0
        for way in ("scan", "judge"):
            runs = [measure(way, ledger) for _ in range(repeat)]
            best = min(runs, key=lambda run: run["cpu"])
            limit = limit or best["cpu"]
            print(
                f"| {rows} | {way} | {best['cpu']:.2f} | {best['memory']:.0f} "
                f"| {best['cpu'] / limit:.2f} |"
            )
    print(f"\n{len(all_rules())} rules; the goal is within {GOAL} scans.")


def main() -> None:
    """Read the command line."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.child and chosen.child[0].isdigit():
        make(int(chosen.child[0]), Path(chosen.child[1]))
    elif chosen.child:
        work(*chosen.child)
    else:
        report(chosen.rows, chosen.repeat)


if __name__ == "__main__":
    main()
