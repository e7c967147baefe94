"""What ten times the rows cost in memory: peak of converting AWS at two sizes.

Run ``python -m bench.memory --rows 1000000 10000000``. One run per size: memory is
steadier than time.
"""

import argparse
import tempfile
from collections.abc import Sequence

from bench.convert import MODULE
from bench.measuring import child, ratio, row, table

GOAL = 1.2


def report(name: str, sizes: Sequence[int]) -> None:
    """Print one line per size; the first is what the others are compared with."""
    table("export", "rows", "CPU s", "peak MiB", "times the first peak")
    first = 0.0
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            made = child(MODULE, "make", name, folder, rows)
            assert not made.failed, made.failed
            cost = child(MODULE, "convert", name, folder)
            assert not cost.failed, cost.failed
        first = first or cost.memory
        row(
            name,
            rows,
            f"{cost.cpu:.1f}",
            f"{cost.memory:.0f}",
            ratio(cost.memory, first),
        )
    print(f"\nThe goal is at most {GOAL} times for ten times the rows.")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--export", default="aws")
    parser.add_argument("--rows", nargs="+", type=int, default=[1_000_000, 10_000_000])
    chosen = parser.parse_args()
    report(chosen.export, chosen.rows)


if __name__ == "__main__":
    main()
