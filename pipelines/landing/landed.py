"""What one look at the exports folder and the object stores found.

Belongs here: the value that a look gives. Does not belong here: looking, and the record
of it (``deliveries``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.landing.current import current_deliveries, replaced_days
from pipelines.landing.source import Delivery, Source

Status = Literal["current", "partly_superseded", "superseded"]
# Names of files that a sentence shows before it only counts.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file, or all files of a source, that cannot be used, and why.

    Attributes:
        source: whose they are; "" where that is not known.
        names: of the files.
        reason: why they cannot be used.
        shown: the names without persons; () where they are the same.
    """

    source: str
    names: tuple[str, ...]
    reason: str
    shown: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The names that people and records are shown."""
        return self.shown or self.names

    @property
    def sentence(self) -> str:
        """What a person reads: the file, why, and what else is not read for it."""
        unnamed = [n for n in self.labels if not named_in(self.reason, n)]
        if len(unnamed) == len(self.labels):
            return f"{', '.join(self.labels)}: {self.reason}"
        rest = few_of(unnamed, _SHOWN)
        return self.reason + (f"; not read with it: {rest}" if unnamed else "")


def few_of(names: Sequence[str], most: int) -> str:
    """Name a few, and count the rest: 'a, b, c and 4 more'."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def named_in(reason: str, name: str) -> bool:
    """Return whether a sentence names a file: it, not one whose name has it inside."""
    return bool(re.search(rf"(?<![\w/.-]){re.escape(name)}(?![\w/-])", reason))


@dataclass(frozen=True, slots=True)
class Landing:
    """What lies in the exports folder and in the object stores now.

    Attributes:
        deliveries: each content once.
        refusals: what cannot be used.
        copies: deliveries whose content is there already, and the name of the first.
        lost: ids of earlier deliveries whose files are gone (not overwritten).
        overwritten: ids of earlier deliveries whose files have other content now.
        moved: those of them whose content is the same, and read as of other months.
        skipped: names of documents, and of what the user wants ignored.
        not_chosen: deliveries that another one bills again, by the owner's choice,
            and that choice.
    """

    deliveries: tuple[Delivery, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    copies: tuple[tuple[Delivery, str], ...] = ()
    lost: frozenset[str] = frozenset()
    overwritten: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    skipped: tuple[str, ...] = ()
    not_chosen: tuple[tuple[Delivery, str], ...] = ()

    def passed_over(self) -> str:
        """Say how many files are no data, and name a few; '' where there are none."""
        count = len(self.skipped)
        if not count:
            return ""
        which = "files passed over, which hold no data or are"
        if count == 1:
            which = "file passed over, which holds no data or is"
        return f"{count} {which} in .unitmillignore: {few_of(self.skipped, _SHOWN)}"

    def of(self, source: Source, period: str) -> list[Delivery]:
        """Give the deliveries that a source's period is made of, oldest first."""
        return current_deliveries(source, self.deliveries, period)

    def statuses(
        self, source: Source, period: str
    ) -> Iterator[tuple[Delivery, Status, tuple[str, ...]]]:
        """Give what became of each delivery of a period, and the days left of it.

        Those days are said of one that newer ones replace in part.
        """
        current = self.of(source, period)
        left = replaced_days(current, period)
        counting = {delivery.delivery_id for delivery in current}
        for delivery in self.deliveries:
            if delivery.source != source.name or period not in delivery.periods:
                continue
            if delivery.delivery_id not in counting:
                yield delivery, "superseded", ()
            elif days := left.get(delivery.delivery_id):
                named = tuple(sorted({day.isoformat() for _, day in days}))
                yield delivery, "partly_superseded", named
            else:
                yield delivery, "current", ()

    def names(self) -> Iterable[str]:
        """Give the names of all files, refused ones too."""
        others = (delivery for delivery, _ in (*self.copies, *self.not_chosen))
        for delivery in (*self.deliveries, *others):
            yield from delivery.names
        for refusal in self.refusals:
            yield from refusal.names

    def gone(self, ids: Iterable[str]) -> set[str]:
        """Give those of some deliveries whose files are not here, nor newer ones."""
        return {*ids} - self.here().keys() - self.overwritten

    def here(self) -> dict[str, Delivery]:
        """Give every delivery whose files are here, by its id."""
        passed = (delivery for delivery, _ in (*self.copies, *self.not_chosen))
        return {d.delivery_id: d for d in (*passed, *self.deliveries)}

    def periods(self, source: Source) -> list[str]:
        """Give the periods that a source has deliveries for."""
        return sorted(
            {p for d in self.deliveries if d.source == source.name for p in d.periods}
        )
