"""One process at a time writes in a home; the kernel takes a dead one's lock back.

Belongs here: the lock of a home, and the sign by which a run is seen to live. Does not
belong here: what is done under the lock, and what happens to a run that died.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipelines.settings import Settings

ASK_AGAIN_SECONDS = 0.5
# What this process holds. A run takes the lock that `unitmill build` took before it.
_held: set[Path] = set()


class BusyError(Exception):
    """Another process works in this home; the message says which, and what to do."""


@contextmanager
def held(
    settings: Settings, who: str, say: Callable[[str], object] | None = None
) -> Iterator[None]:
    """Hold the lock of a home in this block; a process that has it goes on.

    Args:
        settings: whose home.
        who: what the other processes are told.
        say: told once for whom this one waits; without it, it does not wait.

    Raises:
        BusyError: another process has the lock, and this one does not wait.
    """
    path = settings.home_dir / "build.lock"
    if path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as lock:
        _take(lock, settings.home_dir, say)
        lock.truncate(0)
        lock.write(f"{who} (process {os.getpid()})")
        lock.flush()
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
            lock.truncate(0)


def _take(lock: IO[str], home: Path, say: Callable[[str], object] | None) -> None:
    told = False
    while not _locked(lock):
        lock.seek(0)
        who = lock.read() or "another process"
        if say is None:
            raise BusyError(
                f"{who} works in {home}; wait until it has ended, or stop it"
            )
        if not told:
            say(f"waiting for {who}, which works in {home}")
            told = True
        time.sleep(ASK_AGAIN_SECONDS)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def living(settings: Settings, run_id: str) -> Iterator[None]:
    """Be seen as a run that lives, for as long as this block and this process do."""
    path = _sign(settings, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Locked before it has its name: nobody sees a sign without its run.
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as sign:
        fcntl.flock(sign, fcntl.LOCK_EX)
        temporary.replace(path)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def lives(settings: Settings, run_id: str) -> bool | None:
    """Return whether the process of a run lives; None where it left no sign."""
    try:
        with _sign(settings, run_id).open("r+", encoding="utf-8") as sign:
            return not _locked(sign)
    except FileNotFoundError:
        return None


def forget_dead(settings: Settings) -> None:
    """Remove the signs of runs that are dead."""
    for path in (settings.home_dir / "running").glob("*"):
        # A temporary one has no lock yet.
        if not path.suffix and lives(settings, path.name) is False:
            path.unlink(missing_ok=True)


def _sign(settings: Settings, run_id: str) -> Path:
    return settings.home_dir / "running" / run_id
