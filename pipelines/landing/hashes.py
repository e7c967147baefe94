"""SHA-256 of export files, remembered while a file's size and time stay the same."""

import json
from collections.abc import Iterable
from pathlib import Path

from pipelines.files import sha256_of, write_text
from pipelines.landing.source import Candidate


class Hashes:
    """The hashes of one scan, and of earlier ones for files that did not change."""

    def __init__(self, memory: Path, *, hash_again: bool = False) -> None:
        """Recall what earlier scans hashed; a damaged memory is an empty one.

        Args:
            memory: the file of it.
            hash_again: whether to hash what looks unchanged, too.
        """
        self._memory = memory
        self._now: dict[str, tuple[int, int, str]] = {}
        self._old = {} if hash_again else _remembered(memory)

    def of(self, candidate: Candidate) -> str:
        """Give the hash of a file's content."""
        stat = candidate.path.stat()
        size, modified, digest = self._old.get(candidate.name, (0, 0, ""))
        if (size, modified) != (stat.st_size, stat.st_mtime_ns):
            digest = sha256_of(candidate.path)
        self._now[candidate.name] = (stat.st_size, stat.st_mtime_ns, digest)
        return str(digest)

    def by_name(self) -> dict[str, str]:
        """Give the hashes of this scan, by the names of the files."""
        return {name: digest for name, (_, _, digest) in self._now.items()}

    def save(self) -> None:
        """Remember this scan, in place of the last one, whole and atomically."""
        write_text(self._memory, json.dumps(self._now))


def changed_since(memory: Path, files: Iterable[tuple[str, Path]]) -> list[str]:
    """Name files that were written to, or went, after the last scan hashed them.

    Args:
        memory: the file of the hashes.
        files: name and place of each; one that was never hashed is not named.
    """
    known = _remembered(memory)
    return [
        name for name, path in files if name in known and _look(path) != known[name][:2]
    ]


def _look(path: Path) -> tuple[int, int]:
    """Give size and time of a file; none that a file has where it is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return -1, -1
    return found.st_size, found.st_mtime_ns


def _remembered(memory: Path) -> dict[str, tuple[int, int, str]]:
    try:
        values = json.loads(memory.read_text("utf-8"))
        return {
            name: (int(size), int(modified), str(digest))
            for name, (size, modified, digest) in values.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
