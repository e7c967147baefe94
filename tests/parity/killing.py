"""An executor of Spark killed in the middle, as a spot machine is taken away."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXECUTOR = b"CoarseGrainedExecutorBackend"


@contextmanager
def executors_killed(every: float) -> Iterator[list[int]]:
    """Kill an executor of this process's Spark each so many seconds; give their ids."""
    killed: list[int] = []
    ended = threading.Event()

    def kill() -> None:
        while not ended.wait(every):
            for pid in sorted(_executors()):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                break

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        ended.set()
        thread.join()


def _executors() -> Iterator[int]:
    """Give the executors below this process: its JVM starts them."""
    parents, found = {}, []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            stat = (place / "stat").read_text("utf-8")
            command = (place / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        pid = int(place.name)
        parents[pid] = int(stat.rpartition(")")[2].split()[1])
        if EXECUTOR in command:
            found.append(pid)
    for pid in found:
        above = pid
        while above and above != os.getpid():
            above = parents.get(above, 0)
        if above:
            yield pid
