"""Where the time of `make demo` goes, step by step, after its installation.

Run ``python -m bench.demo``. It builds and publishes sample_exports in a folder of its
own, as `unitmill build` does; Dagster's record of the run says how long each step took.
The yardstick is the whole: the shares are of one run, and wall time is given beside
them because a person waits for it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import dagster as dg

from bench.measuring import ratio, row, table
from pipelines.settings import Settings
from pipelines.sources.tables import TABLES

# What a step is called in Dagster, up to its first double underscore, and what it does.
PARTS = {
    "landing": "find and record what arrived",
    "ledger": "name the tables of the ledger",
    "reference": "write rates, prices and what was published",
    "models": "build and test the dbt project",
    "great_expectations": "run the suites of Great Expectations",
    "publish": "publish the version",
}
CONVERT = "convert to FOCUS and usage tables"
AROUND = "start, look for deliveries, parse dbt, print the reconciliation"


def build(home: Path) -> float:
    """Build and publish the samples as a person does; give the seconds it took."""
    unitmill = Path(sys.executable).parent / "unitmill"
    began = time.monotonic()
    subprocess.run(
        [unitmill, "build"],
        env=os.environ | {"UNITMILL_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.monotonic() - began


def steps(home: Path) -> dict[str, tuple[int, float]]:
    """Give how many steps each part of a home's only run had, and their seconds."""
    found: dict[str, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    folder = str(Settings(home=home).dagster_home)
    with dg.DagsterInstance.from_config(folder) as instance:
        (run,) = instance.get_runs()
        for step in instance.get_run_step_stats(run.run_id):
            first = step.step_key.partition("__")[0]
            part = CONVERT if first in {"focus", *TABLES} else PARTS[first]
            count, seconds = found[part]
            found[part] = (count + 1, seconds + step.end_time - step.start_time)
    return dict(found)


def report() -> None:
    """Print one line per part, the longest first."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        whole = build(home)
        parts = steps(home)
    around = whole - sum(seconds for _, seconds in parts.values())
    table("part", "steps", "wall s", "share")
    for part, (count, seconds) in sorted(
        [*parts.items(), (AROUND, (1, around))], key=lambda item: -item[1][1]
    ):
        row(part, count, f"{seconds:.1f}", ratio(seconds, whole))
    row("all", 1, f"{whole:.1f}", "1.00")


def main() -> None:
    """Read the command line, which has nothing to choose."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    report()


if __name__ == "__main__":
    main()
