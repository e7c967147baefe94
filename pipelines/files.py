"""Files that are whole: written beside their place, put on the disk, moved into it.

Belongs here: writing a file so that a killed process or a full disk leaves the old one
or the new one, removing what such processes left, and what a file's bytes are. Does not
belong here: what a file holds.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Beside its place a file has this suffix, after the number of the process.
UNFINISHED = ".tmp"
# Where writers hold no lock, what was not written to for so long has no writer.
_ABANDONED_SECONDS = 3600


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a place beside a file's own; what is written there takes its place, whole.

    Nothing takes it where this block raises, so the old file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        yield temporary
        put_on_disk(temporary)
        temporary.replace(path)
        put_on_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str, mode: int = 0o666) -> None:
    """Write a text file, whole, with a mode less the umask."""
    with replaced(path) as temporary:
        temporary.touch(mode)
        temporary.write_text(text, "utf-8")


class DamagedError(Exception):
    """A file is not what was written; the message names it and says what is wrong."""


def write_sealed(path: Path, values: Mapping[str, object]) -> None:
    """Write values as JSON, whole, with a hash of them as ``digest``."""
    plain = json.loads(json.dumps(values))
    write_text(path, json.dumps({**plain, "digest": _digest(plain)}, indent=1))


def read_sealed(path: Path) -> dict[str, Any]:
    """Read values that were written with their hash; what is older has none.

    Raises:
        DamagedError: they cannot be read, or are not those that were written.
        FileNotFoundError: there is no such file.
    """
    try:
        values = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise DamagedError(f"{path} is no whole JSON") from error
    if not isinstance(values, dict):
        raise DamagedError(f"{path} is no JSON object")
    digest = values.pop("digest", None)
    if digest is not None and digest != _digest(values):
        raise DamagedError(f"{path} was changed after it was written")
    return values


def _digest(values: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def put_on_disk(path: Path) -> None:
    """Wait until a file, or which files a folder has, outlasts a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_unfinished(folder: Path, *, has_writers: bool = False) -> None:
    """Remove what killed processes left beside the files of a folder and below it.

    Args:
        folder: where.
        has_writers: whether other processes may write there now; then only what is
            older than an hour goes.
    """
    for path in folder.rglob(f"*{UNFINISHED}"):
        age = time.time() - path.lstat().st_mtime
        if path.is_file() and (not has_writers or age > _ABANDONED_SECONDS):
            path.unlink(missing_ok=True)


def remove_abandoned(folder: Path) -> None:
    """Remove what killed processes left in a folder for temporary files.

    Who works there now has written something within the last hour.
    """
    for path in folder.glob("*"):
        written = [path, *(path.rglob("*") if path.is_dir() else ())]
        try:
            age = time.time() - max(one.lstat().st_mtime for one in written)
        except FileNotFoundError:  # its process lives, and removed it just now
            continue
        if age < _ABANDONED_SECONDS:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Hash the bytes of a file, in hexadecimal digits."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
