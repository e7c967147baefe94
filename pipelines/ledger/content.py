"""Which bytes a partition was written with, recorded beside it.

Belongs here: putting written parts in their place, all of them or none, and telling
whether a partition is still what was written. Does not belong here: which files it has
(``files``), what is done about one that is not whole (``stale``), and what a version
remembers of it (``publishing.fingerprint``).
"""

import contextlib
import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.files import UNFINISHED, put_on_disk, sha256_of, write_text
from pipelines.landing.hashes import Hashes
from pipelines.landing.identity import Identity
from pipelines.landing.source import UNREADABLE
from pipelines.ledger.files import (
    COMMENT,
    PARQUET,
    file_of_before,
    lines_of,
    listed,
    part_name,
    partitions,
    parts,
    record_of,
)

_NUMBERED = re.compile(r"(\d+)-of-(\d+)-")
_believed: ContextVar[Hashes | None] = ContextVar("believed", default=None)


@contextmanager
def replacing(place: Path, inputs: str) -> Iterator[Callable[[], Path]]:
    """Give places for parts; what is written there becomes the partition, whole.

    Nothing does where this block raises, so the partition stays as it was.

    Args:
        place: of the partition.
        inputs: what it is made of, as ``partitions.inputs_of`` names it.
    """
    made: list[Path] = []

    def part() -> Path:
        made.append(unfinished(place))
        return made[-1]

    try:
        yield part
        put(place, inputs, {path: sha256_of(path) for path in made})
    finally:
        discard(place, made)


def unfinished(place: Path) -> Path:
    """Give a place for a part that no reader sees and no other writer has."""
    place.mkdir(parents=True, exist_ok=True)
    return place / f"{secrets.token_hex(8)}{UNFINISHED}"


def discard(place: Path, made: Iterable[Path]) -> None:
    """Remove unfinished parts, and the folder where there is no other."""
    for path in made:
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # it has files, or is not there
        place.rmdir()


def put(place: Path, inputs: str, written: Mapping[Path, str]) -> None:
    """Make written parts the partition, in their order.

    Until its record is replaced, which is one rename, the partition is the one before;
    parts have other names than those of before, unless they have the same bytes.

    Args:
        place: of the partition.
        inputs: what it is made of.
        written: the hash of each part, by its place of ``unfinished``.
    """
    names = []
    for number, (path, sha256) in enumerate(written.items(), 1):
        names.append(part_name(number, len(written), sha256))
        put_on_disk(path)
        path.replace(place / names[-1])
    put_on_disk(place)
    lines = [COMMENT + inputs]
    hashes = zip(written.values(), names, strict=True)
    lines += [f"{sha256}  {place.name}/{name}" for sha256, name in hashes]
    write_text(record_of(place), "\n".join(lines) + "\n")
    _remove_others(place)


def copy_ledger(ledger_dir: Path, target: Path) -> None:
    """Copy all partitions with their records; a link would share what comes later."""
    for place in partitions(ledger_dir):
        # Of a partition of an older Unitmill the file is enough.
        for path in filter(Path.exists, (*parts(place), record_of(place))):
            copied = target / path.relative_to(ledger_dir)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)


def remove_leftovers(ledger_dir: Path) -> None:
    """Remove the parts that killed processes left, which no record names."""
    for place in partitions(ledger_dir):
        if record_of(place).exists() and not damage_of_record(place):
            _remove_others(place)


def _remove_others(place: Path) -> None:
    """Remove files of a partition that its record does not name."""
    named = {*parts(place)}
    for path in place.glob(f"*{PARQUET}"):
        if path not in named:
            path.unlink(missing_ok=True)
    before = file_of_before(place)
    before.unlink(missing_ok=True)
    record_of(before).unlink(missing_ok=True)


def damage(place: Path) -> str:
    """Say what is wrong with a partition; '' where it is what was written.

    Of one without a record, which an older Unitmill wrote, only that it is readable.
    """
    known = listed(place)
    if not known:
        return "has no record of its parts" if any(place.glob(f"*{PARQUET}")) else ""
    if not is_recorded(place):
        return _unreadable(file_of_before(place))
    if fault := damage_of_record(place):
        return fault
    missing = [path.name for path in known if not path.exists()]
    if missing:
        return "is missing" if len(missing) == len(known) else f"lacks {missing[0]}"
    for path, hashes in known.items():
        if _content_of_file(path) not in hashes:
            which = f", in {path.name}" if len(known) > 1 else ""
            return f"has other bytes than were written{which}"
    return ""


def damage_of_record(place: Path) -> str:
    """Say what is wrong with a record; '' where it names one whole set of parts.

    Somebody may have copied it from another month or source, or taken out a line.
    """
    lines = lines_of(place)
    source, sign, _ = (_inputs_in(lines) or "").partition("@")
    if sign and source != place.parent.name:
        return f"has the record of {source} beside it"
    names = [path.relative_to(place.parent).as_posix() for path in listed(place)]
    if names == [file_of_before(place).name]:
        return ""
    for name in names:
        if name.partition("/")[0] != place.name:
            of = name.partition("/")[0].removesuffix(PARQUET)
            return f"has the record of {of} beside it"
    found = [_NUMBERED.match(name.partition("/")[2]) for name in names]
    numbers = [tuple(map(int, one.groups())) if one else (0, 0) for one in found]
    count = max((count for _, count in numbers), default=0)
    if numbers != [(number, count) for number in range(1, count + 1)]:
        return f"has a record of {len(names)} parts, not of each of {count} once"
    return ""


def _unreadable(path: Path) -> str:
    try:
        pq.read_metadata(path)
    except UNREADABLE:
        return "cannot be read as Parquet"
    return ""


def is_recorded(place: Path) -> bool:
    """Return whether it is known with which bytes a partition was written."""
    return any(listed(place).values())


def content_of(place: Path) -> str:
    """Hash the bytes of a partition, once a process while its files look unchanged.

    Within ``believed``, what earlier processes hashed is not read again either.
    """
    return content_by([_content_of_file(path) for path in parts(place)])


def content_by(hashes: Sequence[str]) -> str:
    """Give the content of a partition by the hashes of its parts, in their order."""
    if len(hashes) == 1:
        return hashes[0]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _content_of_file(path: Path) -> str:
    """Hash the bytes of a part; '' of one that is gone."""
    try:
        if hashes := _believed.get():
            return hashes.at(path)
        return _hashed(path, *Identity.of(path).state)
    except FileNotFoundError:
        return ""


@contextmanager
def believed(hashes: Hashes) -> Iterator[None]:
    """Believe hashes of earlier processes in this block, which publishes nothing."""
    before = _believed.set(hashes)
    try:
        yield
    finally:
        _believed.reset(before)


def inputs_beside(place: Path) -> str | None:
    """Read what a partition was made of without reading the partition."""
    return _inputs_in(lines_of(place))


def _inputs_in(lines: Sequence[str]) -> str | None:
    first = next(iter(lines), "")
    return first.removeprefix(COMMENT) if first.startswith(COMMENT) else None


@lru_cache(maxsize=4096)
def _hashed(path: Path, *_: int) -> str:
    return sha256_of(path)
