"""Which bytes a partition was written with, recorded beside it.

The record of ``2026-09.parquet`` is ``2026-09.parquet.sha256``, in the form that
``sha256sum --check`` reads. Belongs here: recording, and telling whether a partition is
still what was written. Does not belong here: what is done about one that is not
(``stale``), and what a version remembers of it (``publishing.fingerprint``).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.files import replaced, sha256_of, write_text
from pipelines.landing.hashes import Hashes
from pipelines.landing.identity import Identity
from pipelines.landing.source import UNREADABLE

SUFFIX = ".sha256"
_COMMENT = "# "
_believed: ContextVar[Hashes | None] = ContextVar("believed", default=None)


@contextmanager
def recorded(path: Path, inputs: str) -> Iterator[Path]:
    """Give a place beside a partition's own, and record what is written there.

    Args:
        path: the place of the partition.
        inputs: what it is made of, as ``partitions.inputs_of`` names it.
    """
    with replaced(path) as temporary:
        yield temporary
        content = sha256_of(temporary)
        # Killed before the new file is in its place, the old one is right, too.
        _record(path, inputs, [*_hashes(path), content])
    _record(path, inputs, [content])


def record_of(path: Path) -> Path:
    """Give the place of a partition's record."""
    return path.with_name(path.name + SUFFIX)


def damage(path: Path) -> str:
    """Say what is wrong with a partition; '' where it is what was written.

    Of one without a record, which an older Unitmill wrote, only that it is readable.
    """
    lines = _lines(path)
    known = _hashes_in(lines)
    if not path.exists():
        return "is missing" if known else ""
    if known:
        if other := _strange_record(path, lines):
            return f"has the record of {other} beside it"
        is_whole = content_of(path) in known
        return "" if is_whole else "has other bytes than were written"
    try:
        pq.read_metadata(path)
    except UNREADABLE:
        return "cannot be read as Parquet"
    return ""


def _strange_record(path: Path, lines: Sequence[str]) -> str:
    """Name whose record lies beside a partition; '' where it is its own.

    Somebody may have copied both from another month, or from another source.
    """
    source, sign, _ = (_inputs_in(lines) or "").partition("@")
    if sign and source != path.parent.name:
        return source
    hashed = (line for line in lines if not line.startswith(_COMMENT))
    names = (line.partition("  ")[2] for line in hashed)
    return next((name for name in names if name and name != path.name), "")


def is_recorded(path: Path) -> bool:
    """Return whether it is known with which bytes a partition was written."""
    return bool(_hashes(path))


def content_of(path: Path) -> str:
    """Hash the bytes of a partition, once a process for as long as it looks unchanged.

    Within ``believed``, what earlier processes hashed is not read again either.
    """
    if hashes := _believed.get():
        return hashes.at(path)
    return _content_of(path, *Identity.of(path).state)


@contextmanager
def believed(hashes: Hashes) -> Iterator[None]:
    """Believe hashes of earlier processes in this block, which publishes nothing."""
    before = _believed.set(hashes)
    try:
        yield
    finally:
        _believed.reset(before)


def inputs_beside(path: Path) -> str | None:
    """Read what a partition was made of without reading the partition."""
    return _inputs_in(_lines(path))


def _inputs_in(lines: Sequence[str]) -> str | None:
    first = next(iter(lines), "")
    return first.removeprefix(_COMMENT) if first.startswith(_COMMENT) else None


@lru_cache(maxsize=4096)
def _content_of(path: Path, *_: int) -> str:
    return sha256_of(path)


def _record(path: Path, inputs: str, hashes: Sequence[str]) -> None:
    lines = [_COMMENT + inputs, *(f"{one}  {path.name}" for one in hashes)]
    write_text(record_of(path), "\n".join(lines) + "\n")


def _hashes(path: Path) -> list[str]:
    return _hashes_in(_lines(path))


def _hashes_in(lines: Sequence[str]) -> list[str]:
    return [
        line.partition(" ")[0]
        for line in lines
        if line and not line.startswith(_COMMENT)
    ]


def _lines(path: Path) -> list[str]:
    try:
        return record_of(path).read_text("utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return []
