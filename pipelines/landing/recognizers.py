"""The digest of all that decides what a file is and which deliveries it makes."""

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.landing.source import Source

_CODE = Path(__file__).parent.parent
# The rooms that look into files.
_ROOMS = ("focus", "landing", "schema", "sources")
_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".csv", ".json"}


def digest_of(sources: Sequence[Source], places: Sequence[str]) -> str:
    """Hash code, packages, sources, and where their files lie.

    Args:
        sources: the registry; a plan of the user has its content in its version.
        places: the folders of files.
    """
    named = [
        repr((s.name, s.version, s.chosen, s.compressions, *_place(s))) for s in sources
    ]
    packages = [duckdb.__version__, pa.__version__]
    return _hash([_code(), *packages, *places, *named])


def _place(source: Source) -> list[str]:
    functions = (source.claims, source.drops)
    return [f"{f.__module__}.{getattr(f, '__qualname__', '')}" for f in functions]


@cache
def _code() -> str:
    """Hash the code that this process runs."""
    return _hash(
        f"{path.relative_to(_CODE)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for room in _ROOMS
        for path in sorted((_CODE / room).rglob("*"))
        if path.suffix in _SUFFIXES
    )


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
