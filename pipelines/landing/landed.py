"""What one look at the exports folder and the object stores found.

Belongs here: the value that a look gives. Does not belong here: looking, and the record
of it (``deliveries``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.landing.current import current_deliveries
from pipelines.landing.source import Delivery, Source

# Names of files that a sentence shows before it only counts.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file, or all files of a source, that cannot be used, and why."""

    source: str
    names: tuple[str, ...]
    reason: str

    @property
    def sentence(self) -> str:
        """What a person reads: the file, why, and what else is not read for it."""
        unnamed = [n for n in self.names if not named_in(self.reason, n)]
        if len(unnamed) == len(self.names):
            return f"{', '.join(self.names)}: {self.reason}"
        rest = ", ".join(unnamed[:_SHOWN])
        more = f" and {len(unnamed) - _SHOWN} more" if len(unnamed) > _SHOWN else ""
        return self.reason + (f"; not read with it: {rest}{more}" if unnamed else "")


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
        more = f" and {count - _SHOWN} more" if count > _SHOWN else ""
        return (
            f"{count} file{'' if count == 1 else 's'} passed over, which hold no data "
            f"or are in .unitmillignore: {', '.join(self.skipped[:_SHOWN])}{more}"
        )

    def of(self, source: Source, period: str) -> list[Delivery]:
        """Give the deliveries that a source's period is made of, oldest first."""
        return current_deliveries(source, self.deliveries, period)

    def names(self) -> Iterable[str]:
        """Give the names of all files, refused ones too."""
        others = (delivery for delivery, _ in (*self.copies, *self.not_chosen))
        for delivery in (*self.deliveries, *others):
            yield from delivery.names
        for refusal in self.refusals:
            yield from refusal.names

    def periods(self, source: Source) -> list[str]:
        """Give the periods that a source has deliveries for."""
        return sorted(
            {p for d in self.deliveries if d.source == source.name for p in d.periods}
        )
