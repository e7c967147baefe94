"""SHA-256 of export files, remembered while a file's size and time stay the same."""

import json
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
        self._old: dict[str, tuple[int, int, str]] = {}
        if hash_again:
            return
        try:
            self._old = {
                name: (int(size), int(modified), str(digest))
                for name, (size, modified, digest) in json.loads(
                    memory.read_text("utf-8")
                ).items()
            }
        except (OSError, ValueError, TypeError, AttributeError):
            return

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
