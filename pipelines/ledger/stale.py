"""Which partitions are not what the exports folder says they should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.landing.landed import Landing
from pipelines.landing.source import Delivery, ExportError, Source
from pipelines.ledger import content
from pipelines.ledger.files import partition_path, place_and_record, with_leftovers
from pipelines.ledger.partitions import (
    inputs_in_leftovers,
    inputs_of,
    recorded_inputs,
    without_key,
)

# Where months are named: every month of the source.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Stale:
    """A partition to be made again, and the deliveries to make it of."""

    source: Source
    period: str
    deliveries: tuple[Delivery, ...]


def stale_partitions(
    ledger_dir: Path,
    landing: Landing,
    sources: Sequence[Source],
    key_id: str | None = None,
) -> list[Stale]:
    """Compare what each partition was made of with what it should be made of.

    Args:
        ledger_dir: where the partitions lie.
        landing: what arrived.
        sources: whose partitions.
        key_id: of the key of the home by which persons are hashed; None where that is
            not compared.

    Raises:
        ExportError: new files arrived, but others that the partition still needs
            left the exports folder.
    """
    found = []
    for source in sources:
        made = with_leftovers(ledger_dir, source)
        for period in sorted(made.union(landing.periods(source))):
            if needs_conversion(ledger_dir, source, period, landing, key_id):
                deliveries = tuple(landing.of(source, period))
                found.append(Stale(source, period, deliveries))
    return found


def needs_conversion(
    ledger_dir: Path,
    source: Source,
    period: str,
    landing: Landing,
    key_id: str | None = None,
) -> bool:
    """Return whether a partition differs from its deliveries.

    Exports that left the folder do not take their rows along: the partition stays. A
    list that was edited does; a month that it no longer has is made again, empty. So is
    one whose bill is taken from another source now (``landing.bill_from``), or whose
    unchanged files are read as of another month. Or one in which persons are hashed by
    another key than the home has now.

    Raises:
        ExportError: the partition must be made again, but cannot be made whole.
    """
    deliveries = landing.of(source, period)
    path = partition_path(ledger_dir, source, period)
    if fault := content.damage(path):
        _require_mendable(path, fault, source, period, landing)
        return True
    found = recorded_inputs(path)
    if found is None:
        return bool(deliveries)
    recorded, key = without_key(found)
    expected = inputs_of(source, deliveries)
    other_key = key_id is not None and key not in {"", key_id}
    if recorded == expected and not other_key:
        # An older Unitmill wrote it without a record, and it can be made whole.
        return not content.is_recorded(path)
    code = recorded.partition(":")[0]
    made_of = ids_of(recorded)
    elsewhere = landing.moved | {d.delivery_id for d, _ in landing.not_chosen}
    emptied = source.is_list and made_of & landing.overwritten
    if not deliveries and not emptied and not made_of & elsewhere:
        return False
    remaining = made_of - landing.gone(made_of)
    same = remaining == {delivery.delivery_id for delivery in deliveries}
    if code == expected.partition(":")[0] and same and not other_key:
        return False
    _require_whole(path, source, period, landing)
    return True


def ids_of(inputs: str | None) -> set[str]:
    """Give the deliveries in what a partition was made of (``inputs_of``)."""
    return {*(inputs or "").partition(":")[2].split(",")} - {""}


def converted_again(
    ledger_dir: Path, source: Source, periods: Sequence[str], landing: Landing
) -> list[Stale]:
    """Give partitions that are to be converted although nothing changed.

    Args:
        ledger_dir: where the partitions lie.
        source: whose they are.
        periods: their months, or ``all``.
        landing: what arrived.

    Raises:
        ExportError: the source has no such month, or it cannot be made whole.
    """
    there = landing.periods(source)
    chosen = there if ALL in periods else sorted(set(periods))
    for period in chosen:
        if period not in there:
            months = ", ".join(there) or "none"
            raise ExportError(
                f"{source.name}: convert_again names {period!r}, which no delivery of "
                f"the source is of; the months there are: {months}"
            )
        path = partition_path(ledger_dir, source, period)
        _require_whole(path, source, period, landing)
    return [Stale(source, p, tuple(landing.of(source, p))) for p in chosen]


def _require_whole(path: Path, source: Source, period: str, landing: Landing) -> None:
    """Go on only if no row of a partition would be lost by converting it again."""
    lost = ", ".join(sorted(landing.gone(ids_of(recorded_inputs(path)))))
    if lost and (source.restates == "rows" or not landing.of(source, period)):
        raise ExportError(
            f"{source.name} {period}: the ledger holds rows of {lost}, which left "
            "the exports folder; restore the files (the deliveries table names them), "
            f"or remove {place_and_record(path)} to convert the month without them"
        )


def _require_mendable(
    path: Path, fault: str, source: Source, period: str, landing: Landing
) -> None:
    """Go on only if a damaged partition can be made again without losing rows."""
    place = f"{source.name} {period}: {path} {fault}"
    ids = ids_of(content.inputs_beside(path) or inputs_in_leftovers(path))
    lost = ", ".join(sorted(landing.gone(ids)))
    deliveries = landing.of(source, period)
    # An empty partition was made of no delivery, and is made of none again.
    if (deliveries or not ids) and not (lost and source.restates == "rows"):
        return
    what = f"{lost} (the deliveries table names the files)" if lost else "the month"
    raise ExportError(
        f"{place}, and exports of {what} left the exports folder: put them back or "
        "restore the partition from a backup, or remove "
        f"{place_and_record(path)} to go on without these rows"
    )
