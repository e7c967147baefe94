"""Convert a stale month of what can be converted, and say what cannot.

One bad delivery is one bad delivery: the others of its month are in the ledger without
it. What was refused is recorded beside the partition until it can be converted, so that
the gate, `status` and the next build know of it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.files import write_text
from pipelines.landing.landed import Refusal
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import Delivery, ExportError, Source, TransientError
from pipelines.ledger.files import partition_path, record_of
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


def convert(settings: Settings, item: Stale) -> list[Refused]:
    """Write a partition of the deliveries that can be converted.

    Where none can, it is left as it was.

    Returns:
        The deliveries that cannot, once each.

    Raises:
        TransientError: the disk or the network failed.
    """
    path = partition_path(settings.ledger_dir, item.source, item.period)
    refused: list[Refused] = []
    remaining = list(item.deliveries)
    if not remaining:
        empty_partition(settings, item.source, item.period)
    while remaining:
        try:
            write_partition(settings, item.source, remaining, item.period, path)
            break
        except TransientError:
            raise
        except ExportError as error:
            bad = list(_unusable(settings, item, remaining, error))
            refused += bad
            names = {one.delivery_id for one in bad}
            remaining = [d for d in remaining if d.delivery_id not in names]
    _record(path, refused)
    return refused


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
                f"{path} cannot be read; remove it, {place} and "
                f"{record_of(place).name}, and build"
            )
            found.append(Refused("", path.parent.name, period, (path.name,), reason))
    return found


def forget_refused(ledger_dir: Path, source: Source) -> None:
    """Forget what a source refused: its deliveries may have left."""
    folder = partition_path(ledger_dir, source, "*").parent
    for path in folder.glob(f"*{_SUFFIX}"):
        path.unlink()


def _unusable(
    settings: Settings, item: Stale, deliveries: Sequence[Delivery], error: ExportError
) -> Iterator[Refused]:
    """Find which deliveries stop a month: each is tried alone, and file by file.

    Where each alone can be converted, it is their being together that cannot.
    """
    found = []
    privacy = Privacy.of(settings)
    for delivery in deliveries:
        if len(deliveries) > 1 and _objection(settings, item, delivery) is None:
            continue
        alone = [
            replace(delivery, files=(path,), names=(name,))
            for path, name in zip(delivery.files, delivery.names, strict=True)
        ]
        objections = [_objection(settings, item, part) for part in alone]
        reason = next(filter(None, objections), None) or str(error)
        found.append(_refused(privacy, item, delivery, reason))
    yield from found or [_refused(privacy, item, one, str(error)) for one in deliveries]


def _objection(settings: Settings, item: Stale, delivery: Delivery) -> str | None:
    """Convert a delivery into nowhere; give what speaks against it."""
    with TemporaryDirectory(dir=settings.home_dir / "tmp") as folder:
        path = Path(folder, "probe")
        try:
            write_partition(settings, item.source, [delivery], item.period, path)
        except TransientError:
            raise
        except ExportError as error:
            return str(error)
    return None


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
