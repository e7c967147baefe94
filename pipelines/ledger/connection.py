"""The DuckDB that conversions run on: private, offline, started once for many months.

To start one costs more than to convert a small month, so it stays for the next. What a
conversion leaves in it (tables, macros, variables) goes with it; only the sources of
one family, which read the same files, find what the one before them read. Belongs here:
how it is set up, and how long it stays. Does not belong here: what is run on it.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.landing.privacy import Privacy, prepare
from pipelines.landing.source import Delivery, Source
from pipelines.settings import Settings

# Of files that are larger together, nothing is kept: no table, memory or disk.
MOST_BYTES = 16 * 2**20

Config = dict[str, str | bool | int | float | list[str]]


class _Family(NamedTuple):
    """What the tables of a conversion are made of.

    A file stands with its size and time, and with the hashes of what was looked at: the
    next conversion may find another one in its place.
    """

    name: str
    chosen: str
    period: str
    privacy: Privacy
    files: frozenset[tuple[Path, int, int]]
    contents: frozenset[str]

    @property
    def size(self) -> int:
        """Give the bytes of its files."""
        return sum(size for _, size, _ in self.files)


@dataclass(frozen=True, slots=True)
class _Started:
    """A DuckDB, and the connections to it whose tables may be of use, oldest first."""

    db: duckdb.DuckDBPyConnection
    config: Config
    kept: OrderedDict[_Family, duckdb.DuckDBPyConnection] = field(
        default_factory=OrderedDict
    )

    def close(self) -> None:
        """Give back memory and disk."""
        for cursor in (*self.kept.values(), self.db):
            cursor.close()


# At most one waits for the next conversion; who works with it takes it out.
_waiting: list[_Started] = []


@contextmanager
def conversion(
    settings: Settings,
    source: Source,
    deliveries: Sequence[Delivery],
    period: str,
    privacy: Privacy,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection for one conversion, with what takes persons out of rows.

    It is closed where the conversion fails or the files are large.
    """
    family = _family(source, deliveries, period, privacy)
    started = _taken(settings)
    try:
        cursor = started.kept.pop(family, None)
        if cursor is None:
            cursor = started.db.cursor()
            prepare(cursor, privacy)
        yield cursor
    except BaseException:
        started.close()
        raise
    if family.size > MOST_BYTES:
        cursor.close()
        started.close()
        return
    if source.family:
        started.kept[family] = cursor
    else:
        cursor.close()
    while sum(one.size for one in started.kept) > MOST_BYTES:
        _, oldest = started.kept.popitem(last=False)
        oldest.close()
    _waiting[:] = [started]


def release() -> None:
    """Give back what waits for another conversion: none will follow."""
    while _waiting:
        _waiting.pop().close()


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def reader() -> duckdb.DuckDBPyConnection:
    """Give a connection that reads a few rows; to start one costs more than reading."""
    return _reader().cursor()


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open a private in-memory DuckDB that spills to disk and never goes online."""
    return duckdb.connect(config=_config(settings))


def config_of(settings: Settings) -> Config:
    """Give what every DuckDB that makes something is told: limits, offline, UTC."""
    spill = settings.home_dir / "tmp"
    spill.mkdir(parents=True, exist_ok=True)
    return {
        "memory_limit": settings.memory_limit,
        "threads": settings.threads,
        "temp_directory": str(spill),
        "TimeZone": "UTC",
        "autoinstall_known_extensions": "false",
    }


def _config(settings: Settings) -> Config:
    # A file of the same name may be another one at the next conversion.
    return {**config_of(settings), "enable_external_file_cache": "false"}


def _taken(settings: Settings) -> _Started:
    """Take out the one that waits, or start one."""
    config = _config(settings)
    while _waiting:
        started = _waiting.pop()
        if started.config == config:
            return started
        started.close()
    return _Started(duckdb.connect(config=config), config)


def _family(
    source: Source, deliveries: Sequence[Delivery], period: str, privacy: Privacy
) -> _Family:
    paths = {path for delivery in deliveries for path in delivery.files}
    files = frozenset((path, *_look(path)) for path in paths)
    contents = frozenset(hashed for one in deliveries for hashed in one.contents)
    return _Family(source.family, source.chosen, period, privacy, files, contents)


def _look(path: Path) -> tuple[int, int]:
    """Give size and time of a file; none that a file has where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return 0, -1
    return found.st_size, found.st_mtime_ns
