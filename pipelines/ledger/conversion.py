"""Convert a stale month of what can be converted, and say what cannot.

One bad delivery is one bad delivery: the others of its month are in the ledger without
it. What was refused is recorded beside the partition until it can be converted, so that
the gate, `status` and the next build know of it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.files import write_text
from pipelines.landing.landed import Refusal
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import Delivery, ExportError, Source, TransientError
from pipelines.ledger.files import partition_path, place_and_record
from pipelines.ledger.partitions import empty_partition, write_partition
from pipelines.ledger.stale import Stale
from pipelines.settings import Settings

_SUFFIX = ".refused.json"


@dataclass(frozen=True, slots=True)
class Refused:
    """A delivery of one month that could not be converted, and why."""

    delivery_id: str
    source: str
    period: str
    names: tuple[str, ...]
    reason: str

    def refusal(self) -> Refusal:
        """Give it as landing says it of a file."""
        return Refusal(self.source, self.names, self.reason)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A partition to be written: of which deliveries, and where."""

    source: Source
    period: str
    deliveries: tuple[Delivery, ...]
    place: Path


# Writes partitions in their order; gives for each what stops it, or None.
Write = Callable[[Settings, Sequence[Wanted]], Iterable[ExportError | None]]


def here(settings: Settings, wanted: Sequence[Wanted]) -> Iterator[ExportError | None]:
    """Write partitions in this process, one after the other (``Write``).

    Raises:
        TransientError: the disk or the network failed.
    """
    for one in wanted:
        try:
            write_partition(settings, one.source, one.deliveries, one.period, one.place)
        except TransientError:
            raise
        except ExportError as error:
            yield error
        else:
            yield None


def convert(settings: Settings, item: Stale) -> list[Refused]:
    """Convert a month in this process; see ``convert_all``."""
    return next(iter(convert_all(settings, [item])))


def convert_all(
    settings: Settings, items: Sequence[Stale], write: Write = here
) -> Iterator[list[Refused]]:
    """Write partitions of the deliveries that can be converted, one by one.

    Where none can, a partition is left as it was.

    Args:
        settings: whose home.
        items: the months.
        write: what writes them: this process, or a Spark.

    Returns:
        Of each month the deliveries that cannot, once each.

    Raises:
        TransientError: the disk or the network failed.
    """
    wanted = [_wanted(settings, item, item.deliveries) for item in items]
    found = iter(write(settings, [one for one in wanted if one.deliveries]))
    for item in items:
        refused: list[Refused] = []
        remaining = list(item.deliveries)
        if not remaining:
            empty_partition(settings, item.source, item.period)
        error = next(found) if remaining else None
        while remaining and error:
            bad = list(_unusable(settings, item, remaining, error, write))
            refused += bad
            names = {one.delivery_id for one in bad}
            remaining = [d for d in remaining if d.delivery_id not in names]
            if remaining:
                [error] = write(settings, [_wanted(settings, item, remaining)])
        place = partition_path(settings.ledger_dir, item.source, item.period)
        _record(place, refused)
        yield refused


def _wanted(settings: Settings, item: Stale, deliveries: Iterable[Delivery]) -> Wanted:
    place = partition_path(settings.ledger_dir, item.source, item.period)
    return Wanted(item.source, item.period, tuple(deliveries), place)


def refused_in(ledger_dir: Path) -> list[Refused]:
    """Read back every delivery that could not be converted."""
    found = []
    for path in sorted(ledger_dir.glob(f"*/*/*{_SUFFIX}")):
        try:
            found += [
                Refused(**entry | {"names": tuple(entry["names"])})
                for entry in json.loads(path.read_text("utf-8"))
            ]
        except (ValueError, TypeError, KeyError):
            period = path.name.removesuffix(_SUFFIX)
            place = path.with_name(period)
            reason = (
                f"{path} cannot be read; remove it, {place_and_record(place)}, and "
                "build"
            )
            found.append(Refused("", path.parent.name, period, (path.name,), reason))
    return found


def forget_refused(ledger_dir: Path, source: Source) -> None:
    """Forget what a source refused: its deliveries may have left."""
    folder = partition_path(ledger_dir, source, "*").parent
    for path in folder.glob(f"*{_SUFFIX}"):
        path.unlink()


def _unusable(
    settings: Settings,
    item: Stale,
    deliveries: Sequence[Delivery],
    error: ExportError,
    write: Write,
) -> Iterator[Refused]:
    """Find which deliveries stop a month: each is tried alone, and file by file.

    Where each alone can be converted, it is their being together that cannot.
    """
    privacy = Privacy.of(settings)
    found = []
    alone: list[ExportError | None] = [error]
    if len(deliveries) > 1:
        alone = _objections(settings, item, deliveries, write)
    for delivery, objection in zip(deliveries, alone, strict=True):
        if objection is None:
            continue
        files = [
            replace(delivery, files=(path,), names=(name,))
            for path, name in zip(delivery.files, delivery.names, strict=True)
        ]
        said = filter(None, _objections(settings, item, files, write))
        reason = str(next(said, error))
        found.append(_refused(privacy, item, delivery, reason))
    yield from found or [_refused(privacy, item, one, str(error)) for one in deliveries]


def _objections(
    settings: Settings, item: Stale, alone: Sequence[Delivery], write: Write
) -> list[ExportError | None]:
    """Convert deliveries one by one into nowhere; give what speaks against each."""
    with TemporaryDirectory(dir=settings.home_dir / "tmp") as folder:
        probes = [
            Wanted(item.source, item.period, (delivery,), Path(folder, str(number)))
            for number, delivery in enumerate(alone)
        ]
        return list(write(settings, probes))


def _refused(privacy: Privacy, item: Stale, delivery: Delivery, reason: str) -> Refused:
    return Refused(
        delivery.delivery_id,
        item.source.name,
        item.period,
        tuple(map(privacy.cleaned, delivery.names)),
        privacy.cleaned(reason),
    )


def _record(partition: Path, refused: Sequence[Refused]) -> None:
    path = partition.with_suffix(_SUFFIX)
    if refused:
        write_text(path, json.dumps([asdict(one) for one in refused], indent=1))
    else:
        path.unlink(missing_ok=True)
