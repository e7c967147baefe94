"""What a build is of: the sources, what arrived, and which partitions that makes stale.

Belongs here: making that one value, from a look at the exports or from the record of
deliveries. Does not belong here: converting (``partitions``), and handing the value on
(``defs``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.landing.deliveries import load, scan
from pipelines.landing.landed import Landing
from pipelines.landing.origin import require_same_exports
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import ExportError, Source
from pipelines.ledger.stale import Stale, stale_partitions
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that one build reads, made once and handed on.

    Attributes:
        sources: the registry.
        landing: what lies in the exports folder and in the object stores.
        stale: the partitions to be made again.
        incomplete: sources with a month that cannot be made whole, and why not.
    """

    sources: tuple[Source, ...]
    landing: Landing
    stale: tuple[Stale, ...] = ()
    incomplete: Mapping[str, str] = field(default_factory=dict)

    def stale_of(self, source: Source) -> list[Stale]:
        """Give the partitions of one source that are to be made again.

        Raises:
            ExportError: one of its months cannot be made whole.
        """
        if source.name in self.incomplete:
            raise ExportError(self.incomplete[source.name])
        return [item for item in self.stale if item.source.name == source.name]

    def is_blocked(self, settings: Settings) -> bool:
        """Return whether a file was refused, and the owner lets that stop a build."""
        return bool(self.landing.refusals) and settings.landing.unrecognized == "block"

    def require_complete(self) -> None:
        """Go on only if every stale month can be made whole.

        Raises:
            ExportError: a month cannot.
        """
        for message in self.incomplete.values():
            raise ExportError(message)


def scan_inputs(
    settings: Settings, sources: Sequence[Source], *, seconds: float | None = None
) -> Inputs:
    """Look at the exports folder and the object stores.

    Args:
        settings: whose exports.
        sources: the registry.
        seconds: how long the look may take, about; None: as long as it takes.

    Raises:
        ExportError: one of them cannot be read, or the home is of another folder.
        OutOfTimeError: it took longer; the next look goes on.
    """
    require_same_exports(settings)
    return compare(settings, sources, scan(settings, sources, seconds=seconds))


def load_inputs(settings: Settings, sources: Sequence[Source]) -> Inputs:
    """Read back what the last look recorded, without looking again."""
    return compare(settings, sources, load(settings))


def compare(settings: Settings, sources: Sequence[Source], landing: Landing) -> Inputs:
    """Compare what arrived with the ledger as it is now, source by source."""
    stale: list[Stale] = []
    incomplete = {}
    key_id = Privacy.of(settings).key_id
    for source in sources:
        try:
            stale += stale_partitions(settings.ledger_dir, landing, [source], key_id)
        except ExportError as error:
            incomplete[source.name] = str(error)
    return Inputs(tuple(sources), landing, tuple(stale), incomplete)
