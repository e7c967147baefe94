"""Prove a ledger by the exports that it was made of.

A delivery's id is a hash of its files' bytes, and each partition names the deliveries
that it was made of. Belongs here: finding those exports again, and converting them
again. Does not belong here: what else of a version can be proven
(``publishing.verifying``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.landing.landed import Landing, few_of
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import Delivery, ExportError, Source
from pipelines.ledger.conformance import TABLE
from pipelines.ledger.files import NO_SOURCE, partitions, parts, sql_list
from pipelines.ledger.partitions import (
    inputs_of,
    recorded_inputs,
    without_key,
    write_partition,
)
from pipelines.ledger.parts import described
from pipelines.ledger.stale import ids_of
from pipelines.settings import Settings

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What one comparison of a version found.

    Attributes:
        subject: what was compared, and how much of it.
        holds: whether it is so; None where it cannot be told any more.
        detail: what differs, or why it cannot be told; '' where it holds.
    """

    subject: str
    holds: bool | None
    detail: str = ""


def exports_are_there(ledger: Path, landing: Landing) -> Finding:
    """Find the exports of every partition, with the bytes that they had."""
    partitions = _partitions(ledger)
    made_of = {one for path in partitions for one in ids_of(recorded_inputs(path))}
    gone = sorted(made_of - landing.here().keys())
    replaced = sum(one in landing.overwritten for one in gone)
    detail = (
        f"{few_of(gone, _SHOWN)} cannot be compared any more ({len(gone) - replaced} "
        f"left the exports folder, {replaced} have other content now)"
    )
    return Finding(
        f"{len(made_of) - len(gone)} of {len(made_of)} deliveries lie in the exports "
        "with the bytes that the ledger was made of",
        holds=None if gone else True,
        detail=detail if gone else "",
    )


def converted_again(
    settings: Settings, ledger: Path, landing: Landing, sources: Sequence[Source]
) -> Iterator[Finding]:
    """Convert the exports again, and compare them with the ledger row by row."""
    by_name = {source.name: source for source in sources}
    here = landing.here()
    equal, faults, unknown = 0, [], []
    key_id = Privacy.of(settings).key_id
    (settings.home_dir / "tmp").mkdir(parents=True, exist_ok=True)
    for path in _partitions(ledger):
        source, period = by_name.get(path.parent.name), path.name
        place = f"{path.parent.name} {period}"
        inputs, key = without_key(recorded_inputs(path) or "")
        ids = inputs.partition(":")[2].split(",")
        deliveries = [here[one] for one in ids if one in here]
        # An emptied month has no person.
        is_of_key = key == (key_id if deliveries else "")
        if not (source and is_of_key and inputs == inputs_of(source, deliveries)):
            unknown.append(place)
            continue
        try:
            fault = _difference(settings, path, source, deliveries, period)
        except ExportError as error:
            fault = str(error)
        if fault:
            faults.append(f"{place}: {fault}")
        else:
            equal += 1
    yield Finding(
        f"{equal} of {equal + len(faults)} partitions equal the exports, converted "
        "again, row for row",
        holds=not faults,
        detail=few_of(faults, _SHOWN),
    )
    if unknown:
        why = "their exports, settings or code are not those of then"
        detail = f"{few_of(unknown, _SHOWN)}: {why}"
        yield Finding(f"{len(unknown)} partitions not converted again", None, detail)


def _difference(
    settings: Settings,
    path: Path,
    source: Source,
    deliveries: Sequence[Delivery],
    period: str,
) -> str:
    """Say how many rows differ from those of the deliveries; '' where none does."""
    with (
        TemporaryDirectory(dir=settings.home_dir / "tmp") as folder,
        duckdb.connect() as db,
    ):
        again = Path(folder, path.name)
        write_partition(settings, source, deliveries, period, again)
        before, now = (
            f"read_parquet({sql_list(parts(one))}, union_by_name = true)"
            for one in (path, again)
        )
        names = sorted(described(db, f"from {before}"))
        if names != sorted(described(db, f"from {now}")):
            return "its columns are not those of the exports"
        # Parts may have columns of their own, so they come in any order.
        columns = ", ".join(f'"{name}"' for name in names)
        before, now = (f"select {columns} from {one}" for one in (before, now))
        [(lost, added)] = db.execute(
            f"select (select count(*) from ({before} except all {now})), "
            f"(select count(*) from ({now} except all {before}))"
        ).fetchall()
    if lost or added:
        return f"{lost} rows are not in the exports, {added} of the exports not in it"
    return ""


def _partitions(ledger: Path) -> list[Path]:
    """Give what was converted: no empty table, and no judgement of what was."""
    return sorted(
        place
        for place in partitions(ledger)
        if place.parent.name != NO_SOURCE and place.parent.parent.name != TABLE
    )
