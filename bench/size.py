"""How large a ledger one machine takes: whole builds by phase, then one changed month.

Run ``python -m bench.size --charges 10_000_000 --calls 100_000_000 --months 36``. The
charges are AWS's, a CUR a month; calls are of an application's log, a Parquet file a
month. Both are written month by month, so that making them takes no memory. Per phase
it says the time, the CPU seconds and the peak memory of the build with all its
processes, how much DuckDB had on the disk for want of memory, and how large the home
was then.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from bench import rerun
from bench.ledger import settings_of
from bench.measuring import checked, child, row, spend, table
from pipelines.settings import PROJECT_DIR

MODULE = "bench.size"
MIB: Final = 1024 * 1024
# How often the build is looked at, in seconds.
LOOK: Final = 0.25
PHASE = re.compile(r"^ {2}(\w[\w ]*?) {2,}.*?[\d.]+ (?:s|min)\b")
UNITMILL = (sys.executable, "-u", "-c", "from pipelines.cli import main; main()")
CALLS = """
copy (
    select
        $first + to_microseconds(n * $seconds * 1000000 // $calls) as requested_at,
        strftime($first, 'r%m%y-') || n as request_id,
        'OpenAI' as provider_name,
        'proj_' || (n % 3) as sub_account_id,
        'feature_' || (hash(n + 1) % 10) as feature_name,
        'tenant_' || (hash(n + 2) % 20) as tenant_id,
        'production' as environment_name,
        'gpt-4o-mini-2024-07-18' as model_id,
        'standard' as processing_tier,
        hash(n + 3) % 4000 as input_uncached_tokens,
        hash(n + 4) % 1000 as input_cache_read_tokens,
        0 as input_cache_write_tokens,
        hash(n + 5) % 800 as output_tokens,
        n % 97 = 0 as is_failed,
        200 + hash(n + 6) % 5000 as latency_ms
    from range($calls) as t (n)
) to '{path}' (format parquet, compression zstd, row_group_size 250000)
"""


@dataclass(slots=True)
class Watched:
    """What a build took in its phase, until that ended.

    Attributes:
        wall: seconds.
        cpu: seconds of all its processes.
        memory: peak of all its processes together, in MiB.
        spill: peak of what DuckDB had on the disk, in MiB.
        home: how large the home is at its end, in MiB.
    """

    wall: float = 0
    cpu: float = 0
    memory: float = 0
    spill: float = 0
    home: float = 0


@dataclass(slots=True)
class Watch:
    """Looks at a process and all that it started."""

    pid: int
    home: Path
    began: float = field(default_factory=time.monotonic)
    seen: dict[int, float] = field(default_factory=dict)
    told: float = 0
    memory: float = 0
    spill: float = 0

    def look(self) -> None:
        """Note what the processes have used; those that ended keep what they had."""
        memory = 0.0
        for pid in _family(self.pid):
            try:
                stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended just now
                continue
            ticks = int(stat[11]) + int(stat[12])
            self.seen[pid] = ticks / os.sysconf("SC_CLK_TCK")
            memory += int(stat[21]) * os.sysconf("SC_PAGE_SIZE") / MIB
        self.memory = max(self.memory, memory)
        self.spill = max(self.spill, _size(self.home / "tmp"))

    def end(self) -> Watched:
        """End a phase, and begin the next one."""
        now, cpu = time.monotonic(), sum(self.seen.values())
        found = Watched(
            now - self.began, cpu - self.told, self.memory, self.spill, _size(self.home)
        )
        self.began, self.told, self.memory, self.spill = now, cpu, 0, 0
        return found


def _family(pid: int) -> Iterator[int]:
    """Give a process and all that descend from it."""
    yield pid
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        own = [
            int(one)
            for thread in threads
            for one in (thread / "children").read_text().split()
        ]
    except OSError:  # it ended just now
        return
    for one in own:
        yield from _family(one)


def _size(folder: Path) -> float:
    """Give what the files of a folder hold, in MiB; one that went away holds none."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size
        except OSError:
            continue
    return total / MIB


def deliver(folder: Path, months: int, charges: int, calls: int) -> None:
    """Write exports: of each month, the oldest first, a bill and a log of calls."""
    for back in reversed(range(months)):
        rerun.deliver(folder, back, charges // months)
        _log_calls(folder, back, calls // months)


def _log_calls(folder: Path, back: int, calls: int) -> None:
    path = folder / "exports" / "calls" / f"calls-{back:03}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as db:
        db.execute("set preserve_insertion_order = false")
        first, seconds = db.execute(
            "select first, epoch(first + interval 1 month) - epoch(first) from "
            "(select timestamp '2026-10-01' - to_months($back) as first)",
            {"back": back},
        ).fetchall()[0]
        db.execute(
            CALLS.format(path=path),
            {"first": first, "seconds": int(seconds), "calls": calls},
        )


def build(folder: Path, memory: str, what: str) -> None:
    """Run `unitmill build`; print a line for each phase, and one for all."""
    settings = settings_of(folder)
    process = subprocess.Popen(
        [*UNITMILL, "build"],
        env=os.environ
        | {
            "PYTHONPATH": str(PROJECT_DIR),
            "UNITMILL_EXPORTS": str(settings.exports_dir),
            "UNITMILL_HOME": str(settings.home_dir),
            "UNITMILL_MEMORY_LIMIT": memory,
            "UNITMILL_THREADS": "2",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watch, said, total = Watch(process.pid, settings.home_dir), [""], Watched()
    threading.Thread(target=_look_on, args=(process, watch), daemon=True).start()
    assert process.stdout
    for line in process.stdout:
        said.append(line)
        if found := PHASE.match(line):
            _show(what, found[1], watch.end(), total)
    process.wait()
    _show(what, "the rest", watch.end(), total)
    _show(what, "all", total, Watched())
    if process.returncode:
        print("".join(said[-12:]))


def _look_on(process: "subprocess.Popen[str]", watch: Watch) -> None:
    while process.poll() is None:
        watch.look()
        time.sleep(LOOK)


def _show(what: str, phase: str, took: Watched, total: Watched) -> None:
    total.wall, total.cpu = total.wall + took.wall, total.cpu + took.cpu
    total.memory = max(total.memory, took.memory)
    total.spill, total.home = max(total.spill, took.spill), took.home
    numbers = (took.wall, took.cpu, took.memory, took.spill, took.home)
    row(what, phase, *(round(number) for number in numbers))


def report(folder: Path, months: int, charges: int, calls: int, memory: str) -> None:
    """Deliver, build, change the newest month, and build again."""
    began = time.monotonic()
    checked(child(MODULE, "deliver", folder, months, charges, calls))
    size = _size(folder / "exports")
    took = time.monotonic() - began
    print(
        f"{charges:,} charges and {calls:,} calls of {months} months: {size:,.0f} MiB "
        f"of exports, made in {took:.0f} s; load {os.getloadavg()[0]:.0f}\n"
    )
    heads = "build", "phase", "wall s", "CPU s", "peak MiB", "spill MiB", "home MiB"
    table(*heads)
    build(folder, memory, "new home")
    checked(child("bench.rerun", "deliver", folder, 1, charges // months, "search"))
    build(folder, memory, "one month changed")
    print(f"\nThe load is {os.getloadavg()[0]:.0f}.")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--charges", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=10_000_000)
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--folder", type=Path, help="kept; as a rule it is a new one")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        _, folder, *sizes = chosen.child
        spend(lambda: deliver(Path(folder), *map(int, sizes)))
        return
    sizes = chosen.months, chosen.charges, chosen.calls, chosen.memory
    if chosen.folder:
        report(chosen.folder, *sizes)
        return
    with tempfile.TemporaryDirectory() as name:
        report(Path(name), *sizes)


if __name__ == "__main__":
    main()
