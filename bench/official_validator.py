"""How many times longer the official FOCUS validator takes for the same rows.

Run ``make official-validator`` once, then ``python -m bench.official_validator``. Both
evaluate the rows of one ledger partition: ours all rules of 1.4, the validator those of
1.2 that it applies. Start-up and imports are counted for neither.
"""

import argparse
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import duckdb

from bench import ledger
from bench.measuring import best, child, ratio, row, spend, table
from official_validator.__main__ import PYTHON
from official_validator.findings import JUDGE
from pipelines.focus.conformance import evaluate
from pipelines.focus.rules import all_rules
from pipelines.focus.views import focus_v1_2
from pipelines.ledger.connection import connect

MODULE = "bench.official_validator"
GOAL = 1000
VIEW = "view.parquet"


def make(folder: Path, rows: int) -> None:
    """Write a partition of the ledger, and its FOCUS 1.2 view for the validator."""
    partition = ledger.write(folder, rows)
    view = focus_v1_2(f"'{partition.files[0]}'")
    with duckdb.connect() as db:
        db.execute(f"copy ({view}) to '{folder / VIEW}' (format parquet)")


def work(way: str, folder: str, rows: str = "0") -> None:
    """Do the work of a child."""
    place = Path(folder)
    if way == "make":
        spend(partial(make, place, int(rows)))
    elif way == "unitmill":
        settings, rules = ledger.settings_of(place), all_rules()
        relation = f"read_parquet('{settings.ledger_dir}/focus/aws/*/*.parquet')"
        with connect(settings) as db:
            spend(partial(evaluate, db, relation, rules))
    else:
        files = [str(place / VIEW)] if way == "validator" else []
        command = [str(PYTHON), str(JUDGE), *files]
        spend(partial(subprocess.run, command, stdout=subprocess.DEVNULL, check=True))


def report(rows: int, repeat: int) -> None:
    """Print a line for each; the best of some runs counts."""
    if not PYTHON.exists():
        print(f"skipped: no {PYTHON.parent.parent.name}; run `make official-validator`")
        return
    table("rows", "who", "CPU s", "peak MiB", "times ours")
    with tempfile.TemporaryDirectory() as folder:
        made = child(MODULE, "make", folder, rows)
        assert not made.failed, made.failed
        ours, theirs, start = (
            best(repeat, MODULE, way, folder)
            for way in ("unitmill", "validator", "start-up")
        )
    for cost in (ours, theirs, start):
        assert not cost.failed, cost.failed
    taken = theirs.cpu - start.cpu
    row(rows, "unitmill", f"{ours.cpu:.3f}", f"{ours.memory:.0f}", "1.00")
    row(
        rows,
        "official validator",
        f"{taken:.3f}",
        f"{theirs.memory:.0f}",
        ratio(taken, ours.cpu),
    )
    print(f"\n{len(all_rules())} rules of Unitmill's; the goal is {GOAL:,} times.")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        work(*chosen.child)
    else:
        report(chosen.rows, chosen.repeat)


if __name__ == "__main__":
    main()
