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
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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


# By a file's name: its source's answers, by a hash of the question and of its state.
Answers = dict[str, dict[str, list[str]]]
_looking: ContextVar["Looks | None"] = ContextVar("looking", default=None)


def asked_once(
    file: str, question: object, ask: Callable[[], tuple[str, ...]]
) -> tuple[str, ...]:
    """Give what a source finds in a file, from an earlier look if it did not change.

    So a source that groups its files again, because one more arrived, reads only that.

    Args:
        file: its name.
        question: all that the answer depends on but the file, as a literal.
        ask: reads the file; its answer may hold no person.

    Raises:
        OutOfTimeError: the look has no time left to read one more.
    """
    looks = _looking.get()
    return looks.answer(file, question, ask) if looks else ask()


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
        self._old_files, self._old_groups, self._old_answers = _remembered(
            memory, made_by
        )
        self._is_recalling = not look_again
        self._recalled: set[str] = set()
        self._files: dict[str, kept.File] = {}
        self._groups: Groups = {}
        self._answers: Answers = {}
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
        made_by = digest_of(
            sources, [str(settings.exports_dir), str(settings.stores_dir)]
        )
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
        """Go on only if there is time left, or raise OutOfTimeError."""
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
        digest = ""
        if identity.size <= SMALL_BYTES:
            digest = self._hashes.again(file.name, file.path, identity)
        self._files[file.name] = kept.File(
            identity.state,
            digest,
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

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Let sources find in this block what earlier looks asked them (asked_once)."""
        before = _looking.set(self)
        try:
            yield
        finally:
            _looking.reset(before)

    def answer(
        self, file: str, question: object, ask: Callable[[], tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Give what a source found in a file; see ``asked_once``."""
        identity = self._identities.get(file)
        if identity is None or not identity.is_settled:
            return ask()
        key = hashlib.sha256(repr((identity.state, question)).encode()).hexdigest()
        known = self._old_answers.get(file, {}) if self._is_recalling else {}
        if (found := known.get(key)) is None:
            self.require_time()
            found = list(ask())
        self._answers.setdefault(file, {})[key] = found
        return tuple(found)

    def save(self, *, is_whole: bool = True) -> None:
        """Remember this look, in place of the last one, whole and atomically.

        Args:
            is_whole: whether it looked at every file; else what was known stays.
        """
        files, groups = self._files, self._groups
        answers = self._all_answers()
        if not is_whole:
            files, groups = self._old_files | files, self._old_groups | groups
            answers = self._old_answers | answers
        old = self._old_files, self._old_groups, self._old_answers
        if (files, groups, answers) == old:
            return
        values = {
            "made_by": self._made_by,
            **kept.table_of(files),
            "groups": groups,
            "answers": answers,
        }
        write_text(self._memory, json.dumps(values), 0o600)

    def _all_answers(self) -> Answers:
        """Give the answers of files; of one whose drops are recalled nobody asked."""
        old, new = self._old_answers, self._answers
        still = {name: old[name] for name in self._recalled if name in old}
        return still | {name: still.get(name, {}) | new[name] for name in new}

    def _states(self, files: Iterable[Candidate]) -> str:
        """Hash by which files, in which states, a source's drops were made."""
        states = [(f.name, self._files[f.name][:2]) for f in files]
        return hashlib.sha256(repr(states).encode()).hexdigest()


def _remembered(
    memory: Path, made_by: str
) -> tuple[dict[str, kept.File], Groups, Answers]:
    try:
        values = json.loads(memory.read_text("utf-8"))
        if values["made_by"] != made_by:
            return {}, {}, {}
        groups, answers = dict(values["groups"]), dict(values["answers"])
        return kept.files_of(values), groups, answers
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return {}, {}, {}
