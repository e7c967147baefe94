"""What earlier looks found in files that did not change; deleting it loses nothing.

Most looks find nothing new: a sensor looks every minute, and every build begins with
one. So what a file is, whose it is, and what its source made of it are remembered for
all processes of a home. A file is recalled only as long as its size, its times and its
inode are the same, a small one only with the same bytes, and everything only for the
same code, packages and sources.

Belongs here: when something is remembered and recalled. Does not belong here: what is
(``kept``); never a row, nor the beginning of a file, which may name persons.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from pipelines.files import write_text
from pipelines.landing import kept
from pipelines.landing.hashes import Hashes
from pipelines.landing.identity import Identity
from pipelines.landing.recognizers import digest_of
from pipelines.landing.source import Candidate, Drop, Source
from pipelines.settings import Settings

T = TypeVar("T")
# So little is read faster than is worth a doubt: its bytes decide.
SMALL_BYTES = 64 * 1024
# By its name: the day, the files that drops were made of, and the drops.
Groups = dict[str, dict[str, Any]]


class OutOfTimeError(Exception):
    """A look had no time left; what it found is remembered, and the next goes on.

    No ExportError: nothing is wrong with a file.
    """


class Looks:
    """What is known of the files of one look, from earlier ones and from it."""

    def __init__(
        self,
        memory: Path,
        made_by: str,
        hashes: Hashes,
        *,
        until: float | None = None,
        look_again: bool = False,
    ) -> None:
        """Recall earlier looks; a damaged memory, or one of other code, is empty.

        Args:
            memory: the file of it.
            made_by: the digest of all that recognizes files.
            hashes: those of this look.
            until: when this look has no time left, by the monotonic clock; None: never.
            look_again: whether to look at what did not change, too.
        """
        self._memory, self._made_by, self._hashes = memory, made_by, hashes
        self._until = until
        self._old_files, self._old_groups = _remembered(memory, made_by)
        self._is_recalling = not look_again
        self._recalled: set[str] = set()
        self._files: dict[str, kept.File] = {}
        self._groups: Groups = {}
        self._identities: dict[str, Identity] = {}

    @classmethod
    def of(
        cls,
        settings: Settings,
        sources: Sequence[Source],
        hashes: Hashes,
        *,
        until: float | None = None,
        look_again: bool = False,
    ) -> "Looks":
        """Recall the looks of a home by these sources; see ``Looks``."""
        memory = settings.hashes_file.with_name("looks.json")
        places = (str(settings.exports_dir), str(settings.stores_dir))
        made_by = digest_of(sources, places)
        return cls(memory, made_by, hashes, until=until, look_again=look_again)

    @property
    def is_out_of_time(self) -> bool:
        """Whether nothing more can be looked at now."""
        return self._until is not None and time.monotonic() > self._until

    def in_time(self, items: Iterable[T]) -> Iterator[T]:
        """Give items as long as there is time.

        Raises:
            OutOfTimeError: there is none.
        """
        for item in items:
            self.require_time()
            yield item

    def require_time(self) -> None:
        """Go on only if there is time left.

        Raises:
            OutOfTimeError: there is none.
        """
        if self.is_out_of_time:
            raise OutOfTimeError

    def recall(self, name: str, path: Path) -> Candidate | None:
        """Give a file as an earlier look found it; None where it must be looked at.

        Its ``head`` is '': what reads heads sniffs the file again.
        """
        try:
            now = time.time_ns()
            found = path.stat()
            identity = Identity.of_stat(found, now)
            self._identities[name] = identity
            known = self._old_files.get(name)
            if known is None or not self._is_recalling:
                return None
            if identity.state != known.state:
                return None
            if (
                identity.size <= SMALL_BYTES
                and self._hashes.again(name, path, identity) != known.content
            ):
                return None
        except OSError:
            return None
        self._recalled.add(name)
        self._files[name] = known
        return Candidate(
            path=path,
            name=name,
            size=identity.size,
            modified=datetime.fromtimestamp(found.st_mtime, UTC),
            format=known.format,
            compression=known.compression,
            columns=known.columns,
            head="",
        )

    def owners(self, file: Candidate) -> tuple[str, ...]:
        """Name the sources of a file that was recalled; () of any other."""
        return self._files[file.name].owners if self.is_recalled(file) else ()

    def is_recalled(self, file: Candidate) -> bool:
        """Return whether a file was not sniffed in this look."""
        return file.name in self._recalled

    def remember(self, file: Candidate, owners: Iterable[str]) -> None:
        """Remember what a file is and whose, unless it was touched just now."""
        identity = self._identities.get(file.name)
        if identity is None or not identity.is_settled:
            return
        is_small = identity.size <= SMALL_BYTES
        self._files[file.name] = kept.File(
            identity.state,
            self._hashes.again(file.name, file.path, identity) if is_small else "",
            file.format,
            file.compression,
            file.columns,
            tuple(owners),
        )

    def drops(
        self, source: Source, files: Sequence[Candidate], by: date
    ) -> list[Drop] | None:
        """Give what a source made of these files; None where it must group them again.

        Args:
            source: that source.
            files: all that it claims; one that changed may change every drop.
            by: the day that it is at least; what was due on an earlier one is due.
        """
        known = self._old_groups.get(source.name)
        if known is None or not files or date.fromisoformat(known["by"]) > by:
            return None
        if not all(map(self.is_recalled, files)) or known["of"] != self._states(files):
            return None
        by_name = {file.name: file for file in files}
        self._groups[source.name] = known
        return [kept.drop_of(values, by_name) for values in known["drops"]]

    def remember_drops(
        self, source: Source, files: Sequence[Candidate], by: date, drops: list[Drop]
    ) -> None:
        """Remember what a source made of its files, if all of them are remembered."""
        if files and all(file.name in self._files for file in files):
            self._groups[source.name] = {
                "by": by.isoformat(),
                "of": self._states(files),
                "drops": [kept.values_of(drop) for drop in drops],
            }

    def save(self, *, is_whole: bool = True) -> None:
        """Remember this look, in place of the last one, whole and atomically.

        Args:
            is_whole: whether it looked at every file; else what was known stays.
        """
        files, groups = self._files, self._groups
        if not is_whole:
            files, groups = self._old_files | files, self._old_groups | groups
        if files == self._old_files and groups == self._old_groups:
            return
        values = {"made_by": self._made_by, **kept.table_of(files), "groups": groups}
        write_text(self._memory, json.dumps(values), 0o600)

    def _states(self, files: Iterable[Candidate]) -> str:
        """Hash by which files, in which states, a source's drops were made."""
        states = [(f.name, self._files[f.name][:2]) for f in files]
        return hashlib.sha256(repr(states).encode()).hexdigest()


def _remembered(memory: Path, made_by: str) -> tuple[dict[str, kept.File], Groups]:
    try:
        values = json.loads(memory.read_text("utf-8"))
        if values["made_by"] != made_by:
            return {}, {}
        return kept.files_of(values), dict(values["groups"])
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return {}, {}
