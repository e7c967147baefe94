"""What one look at the exports folder and the object stores found.

Belongs here: the value that a look gives. Does not belong here: looking, and the record
of it (``deliveries``).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.landing.source import Delivery, Source, current_deliveries


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file, or all files of a source, that cannot be used, and why."""

    source: str
    names: tuple[str, ...]
    reason: str

    @property
    def sentence(self) -> str:
        """What a person reads: the file, why, and what else is not read for it."""
        if not any(name in self.reason for name in self.names):
            return f"{', '.join(self.names)}: {self.reason}"
        count = len(self.names)
        rest = f"; none of the {count} files of {self.source} is read"
        return self.reason + (rest if count > 1 and self.source else "")


@dataclass(frozen=True, slots=True)
class Landing:
    """What lies in the exports folder and in the object stores now.

    Attributes:
        deliveries: each content once.
        refusals: what cannot be used.
        copies: deliveries whose content is there already, and the name of the first.
        lost: ids of earlier deliveries whose files are gone (not overwritten).
        overwritten: ids of earlier deliveries whose files have other content now.
        skipped: names of documents, and of what the user wants ignored.
    """

    deliveries: tuple[Delivery, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    copies: tuple[tuple[Delivery, str], ...] = ()
    lost: frozenset[str] = frozenset()
    overwritten: frozenset[str] = frozenset()
    skipped: tuple[str, ...] = ()

    def of(self, source: Source, period: str) -> list[Delivery]:
        """Give the deliveries that a source's period is made of, oldest first."""
        return current_deliveries(source, self.deliveries, period)

    def names(self) -> Iterable[str]:
        """Give the names of all files, refused ones too."""
        for delivery in (*self.deliveries, *(copy for copy, _ in self.copies)):
            yield from delivery.names
        for refusal in self.refusals:
            yield from refusal.names

    def periods(self, source: Source) -> list[str]:
        """Give the periods that a source has deliveries for."""
        return sorted(
            {p for d in self.deliveries if d.source == source.name for p in d.periods}
        )
