"""Measure one piece of work in a process of its own: CPU seconds and peak memory.

A child inherits its parent's peak memory, so a process that makes large data does that
in a child as well. A bench's command line takes ``--child`` with the words for
``spend``.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

MEMORY_LIMIT = "1500MB"
PATIENCE = 900


@dataclass(frozen=True, slots=True)
class Cost:
    """What a piece of work cost, or why it could not be done.

    Attributes:
        cpu: seconds of this process and its children, without imports.
        memory: peak, in MiB.
        failed: the last line of its complaint, or ''.
    """

    cpu: float = 0
    memory: float = 0
    failed: str = ""


def spend(work: Callable[[], object]) -> None:
    """Do the work in this process, and say what it cost as the last line."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    try:
        work()
    except BaseException as error:  # noqa: BLE001 (a panic is no Exception)
        # The peer's writers wait for ever when their reader fails: end them too.
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os.killpg(0, signal.SIGKILL)
    after = resource.getrusage(resource.RUSAGE_SELF)
    forked = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    memory = max(after.ru_maxrss, forked.ru_maxrss) / 1024
    print(
        json.dumps({"cpu": cpu + forked.ru_utime + forked.ru_stime, "memory": memory})
    )


def child(module: str, *words: object) -> Cost:
    """Run ``python -m module --child words`` in a group of its own."""
    command = [sys.executable, "-m", module, "--child", *map(str, words)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Cost(failed=f"no result after {PATIENCE} s")
    if process.returncode:
        last = errors.strip().splitlines()[-1] if errors.strip() else "no message"
        return Cost(failed=last[:60].replace("|", "/"))
    return Cost(**json.loads(output.splitlines()[-1]))


def checked(cost: Cost) -> Cost:
    """Stop where a child failed."""
    assert not cost.failed, cost.failed
    return cost


def best(repeat: int, module: str, *words: object) -> Cost:
    """Measure some times; the least CPU time counts, being the least disturbed."""
    runs = [child(module, *words) for _ in range(repeat)]
    good = [run for run in runs if not run.failed]
    return min(good, key=lambda run: run.cpu) if good else runs[0]


def table(*heads: str) -> None:
    """Print the head of a Markdown table."""
    row(*heads)
    row(*["---"] * len(heads))


def row(*cells: object) -> None:
    """Print a row of a Markdown table, numbers as people read them."""
    shown = [f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells]
    print("| " + " | ".join(shown) + " |", flush=True)


def ratio(part: float, whole: float) -> str:
    """Give a ratio with two decimals, or nothing where there is no whole."""
    return f"{part / whole:.2f}" if whole else ""
