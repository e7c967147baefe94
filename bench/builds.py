"""What a build costs by what changed: everything, nothing, one row of one source.

Run ``python -m bench.builds``. The builds are of the sample company in one home of its
own, by `unitmill build` in a process of its own, one after the other; the yardstick is
the first of them. The last is of nothing but a bill of AWS, in a home of its own.
"""

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measuring import checked, child, ratio, row, table
from pipelines.settings import PROJECT_DIR

SAMPLES = PROJECT_DIR / "sample_exports"
# Of a company that begins with one bill: a month of so many rows.
BILL_ROWS = 91_264
SETTLED_SECONDS = 3
CHANGED = "gcp_billing_export_resource_v1_*-202610-*.json.gz"


def build(exports: Path, home: Path, *words: str) -> tuple[float, float]:
    """Build as a person does; give CPU seconds with those of children, and wall."""
    unitmill = Path(sys.executable).parent / "unitmill"
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(
        [unitmill, "build", *words],
        env=os.environ | {"UNITMILL_HOME": str(home), "UNITMILL_EXPORTS": str(exports)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - began


def label(exports: Path) -> None:
    """Give one charge of a month another label, which changes who owns it."""
    path = min((exports / "gcp").glob(CHANGED))
    with gzip.open(path, "rt", encoding="utf-8") as file:
        first, *others = file.read().splitlines()
    charge = json.loads(first)
    charge["labels"] = [{"key": "team", "value": "somebody"}]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join([json.dumps(charge), *others, ""]))


def report() -> None:
    """Print one line per build."""
    table("build", "CPU s", "wall s", "share of the first")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        exports = Path(shutil.copytree(SAMPLES, Path(folder) / "exports"))
        # What is known of files that were touched just now is not remembered.
        time.sleep(SETTLED_SECONDS)
        first, _ = _line("first, in an empty home", 0, build(exports, home))
        _line("nothing new", first, build(exports, home))
        label(exports)
        _line("one label of one source", first, build(exports, home))
        _line("all of it again, --full", first, build(exports, home, "--full"))
    with tempfile.TemporaryDirectory() as folder:
        checked(child("bench.rerun", "deliver", folder, 1, BILL_ROWS))
        bill = build(Path(folder) / "exports", Path(folder) / "home")
        _line(f"a bill of {BILL_ROWS:,} rows, in an empty home", first, bill)


def _line(name: str, first: float, spent: tuple[float, float]) -> tuple[float, float]:
    cpu, wall = spent
    row(name, f"{cpu:.1f}", f"{wall:.1f}", ratio(cpu, first or cpu))
    return spent


def main() -> None:
    """Read the command line, which has nothing to choose."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    report()


if __name__ == "__main__":
    main()
