"""Kill every step of a build, many times: is a row lost, a version half, a run wrong?

Run ``python -m bench.kills --kills 300``; or one phase, as with ``--phase postgres``.
A process and its whole group get SIGKILL at a random moment of their work. Then readers
have to find the version of before or the one of after, whole; no partition may be
damaged; and the next run has to end right. Ends with 1 if anything gave way.
"""

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import kill_builds, kill_targets
from bench.kill_readers import of_readers
from bench.kill_stores import object_store
from bench.killing import Home, Phase, made

# How many of 300 kills a phase gets.
SHARES = {
    "convert": 60,
    "build": 12,
    "publish": 80,
    "postgres": 60,
    "object-store": 70,
    "ui": 12,
    "daemon": 6,
    "readers": 0,
}


def _to(place, home: Home, phase: Phase, kills: int, luck: random.Random) -> None:
    with place(home) as shown:
        kill_targets.of_target(home, phase, kills, luck, shown)


def _read(home: Home, phase: Phase, *_: object) -> None:
    with kill_targets.postgres(home) as shown:
        of_readers(home, phase, shown, os.environ[kill_targets.ADDRESS])


PHASES: dict[str, Callable[[Home, Phase, int, random.Random], None]] = {
    "convert": kill_builds.of_converting,
    "build": kill_builds.of_building,
    "publish": kill_targets.of_publishing,
    "postgres": partial(_to, kill_targets.postgres),
    "object-store": partial(_to, object_store),
    "ui": kill_builds.of_pages,
    "daemon": kill_builds.of_daemon,
    "readers": _read,
}


def main() -> int:
    """Kill, and print what was seen."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=sum(SHARES.values()))
    asked.add_argument("--phase", choices=PHASES, action="append")
    asked.add_argument("--minutes", type=float, default=float("inf"))
    asked.add_argument("--seed", type=int, default=41)
    asked.add_argument("--folder", type=Path, help="of a home that is used again")
    options = asked.parse_args()
    ends = time.monotonic() + options.minutes * 60
    chosen = options.phase or [*PHASES]
    whole = sum(SHARES[name] for name in chosen) or 1
    with tempfile.TemporaryDirectory(prefix="kills-") as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        folder.mkdir(exist_ok=True)
        os.chdir(folder)  # no unitmill.toml of somewhere else counts
        home = made(folder)
        seen = []
        for name in chosen:
            phase, began = Phase(name, ends), time.monotonic()
            seen.append(phase)
            kills = max(1, round(options.kills * SHARES[name] / whole))
            try:
                PHASES[name](home, phase, kills, random.Random(options.seed))
            except Exception as error:  # noqa: BLE001 - the other phases go on
                traceback.print_exc()
                phase.wrong.append(f"stopped: {error!r}")
            print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        report(seen)
    return 1 if any(phase.faults() for phase in seen) else 0


def report(seen: list[Phase]) -> None:
    print("| phase | kills | lost rows | half versions | next run wrong | seen |")
    print("|---|---|---|---|---|---|")
    for phase in seen:
        print(phase.line())
    print(f"{sum(p.kills for p in seen)} kills, {sum(p.late for p in seen)} too late")
    for phase in seen:
        print("\n".join(phase.faults()))


if __name__ == "__main__":
    sys.exit(main())
