"""SHA-256 of files, remembered while they look unchanged (``identity``)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from pipelines.files import sha256_of, write_text
from pipelines.landing.identity import Identity
from pipelines.landing.source import Candidate

Hashed = tuple[Identity, str]


class Hashes:
    """The hashes of one scan, and of earlier ones for files that did not change."""

    def __init__(self, memory: Path, *, hash_again: bool = False) -> None:
        """Recall what earlier scans hashed; a damaged memory is an empty one.

        Args:
            memory: the file of it.
            hash_again: whether to hash what looks unchanged, too.
        """
        self._memory = memory
        self._now: dict[str, Hashed] = {}
        self._before = _remembered(memory)
        self._old = {} if hash_again else self._before

    def of(self, candidate: Candidate) -> str:
        """Give the hash of a file's content; of several sources it is read once."""
        return self._of(candidate.name, candidate.path)

    def at(self, path: Path) -> str:
        """Give the hash of a file that is no export; it is named by its place."""
        return self._of(str(path), path)

    def _of(self, name: str, path: Path) -> str:
        identity = Identity.of(path)
        if (now := self._now.get(name)) and now[0].state == identity.state:
            return now[1]
        if (old := self._old.get(name)) and identity.is_of(old[0]):
            self._now[name] = old
            return old[1]
        return self.again(name, path, identity)

    def again(self, name: str, path: Path, identity: Identity) -> str:
        """Read a file, whatever is known of it, and give the hash of its content.

        Args:
            name: of the file.
            path: its place.
            identity: what it was before it is read.
        """
        digest = sha256_of(path)
        self._now[name] = (identity, digest)
        return digest

    def fetched(self, name: str, path: Path, digest: str) -> None:
        """Take the hash of a file that was hashed while it was written to the mirror.

        Nobody else writes there, so that it is settled from the beginning.
        """
        self._now[name] = (replace(Identity.of(path), is_settled=True), digest)

    def by_name(self) -> dict[str, str]:
        """Give the hashes of this scan, by the names of the files."""
        return {name: digest for name, (_, digest) in self._now.items()}

    def save(self, *, is_whole: bool = True) -> None:
        """Remember this scan, in place of the last one, whole and atomically.

        Args:
            is_whole: whether it looked at every file; else what was known stays.
        """
        found = self._now if is_whole else {**self._before, **self._now}
        if found != self._before or not self._memory.exists():
            write_text(self._memory, json.dumps(dict(_written(found))), 0o600)


def changed_since(memory: Path, files: Iterable[tuple[str, Path]]) -> list[str]:
    """Name files that were written to, or went, after the last scan hashed them.

    Args:
        memory: the file of the hashes.
        files: name and place of each; one that was never hashed is not named.
    """
    known = _remembered(memory)
    return [
        name
        for name, path in files
        if name in known and _look(path) != known[name][0].state[:2]
    ]


def _look(path: Path) -> tuple[int, int]:
    """Give size and time of a file; none that a file has where it is gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return -1, -1
    return found.st_size, found.st_mtime_ns


def _written(found: dict[str, Hashed]) -> Iterator[tuple[str, list[object]]]:
    for name, (identity, digest) in found.items():
        yield name, [*identity.state, identity.is_settled, digest]


def _remembered(memory: Path) -> dict[str, Hashed]:
    try:
        values = json.loads(memory.read_text("utf-8"))
        return {name: _read_back(known) for name, known in values.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _read_back(known: list[object]) -> Hashed:
    *state, settled, digest = known
    size, modified, changed, inode = map(int, map(str, state))
    return Identity(size, modified, changed, inode, settled is True), str(digest)
