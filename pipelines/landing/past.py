"""What became of deliveries that were recorded once and are not here any more.

Belongs here: whether their files are gone or have other content, and how the record of
deliveries says it. What that means for the ledger is decided in ``ledger.stale``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from pipelines.landing.grouping import delivery_id
from pipelines.landing.landed import Landing
from pipelines.landing.source import Source

_GONE = "no longer in the {place}"
_OVERWRITTEN = "the file has other content now"
_EMPTIED = "the list has no row of the month now"
MOVED = "the same content is read as of other months now"
# Refused files and copies were never deliveries.
_NEVER_HERE = {"refused", "copy", "not_chosen"}

Row = dict[str, Any]


def missing_deliveries(
    recorded: Iterable[Row], here: AbstractSet[str], names: AbstractSet[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Name deliveries whose files are gone, and those that living files overwrote.

    Args:
        recorded: the rows of the record.
        here: ids of the deliveries that are here.
        names: names of the files that are here.
    """
    before = {
        row["delivery_id"]: names >= set(row["file_names"])
        for row in recorded
        if row["delivery_id"] not in here and row["status"] not in _NEVER_HERE
    }
    overwritten = frozenset(name for name, lives in before.items() if lives)
    return frozenset(before) - overwritten, overwritten


def moved_deliveries(
    recorded: Iterable[Row], overwritten: AbstractSet[str], hashes: Mapping[str, str]
) -> frozenset[str]:
    """Name overwritten deliveries whose files have not changed: their months have.

    A newer Unitmill, or a changed setting, reads them as of another month or scope.
    Their rows then belong there, and no longer where they were.

    Args:
        recorded: the rows of the record, a delivery's in the order of its periods.
        overwritten: ids of deliveries of files that are here.
        hashes: of the files that are here, by name.
    """
    rows: dict[str, list[Row]] = {}
    for row in recorded:
        if row["delivery_id"] in overwritten:
            rows.setdefault(row["delivery_id"], []).append(row)
    return frozenset(
        name
        for name, (first, *others) in rows.items()
        if name
        == delivery_id(
            first["source_name"],
            first["scope"],
            [row["period"] for row in (first, *others)],
            [hashes.get(file, "") for file in first["file_names"]],
        )
    )


def carried_forward_rows(
    recorded: Iterable[Row],
    present: Sequence[Row],
    landing: Landing,
    sources: Sequence[Source],
) -> Iterator[Row]:
    """Give the rows of the record that the present ones do not stand for."""
    here = {row["delivery_id"] for row in present}
    made = {(row["source_name"], row["period"]) for row in present}
    lists = {source.name for source in sources if source.is_list}
    for row in recorded:
        if row["delivery_id"] in here or row["status"] in _NEVER_HERE:
            continue
        if row["delivery_id"] in landing.lost:
            place = (
                "object store" if "://" in row["file_names"][0] else "exports folder"
            )
            yield row | {"status": "gone", "detail": _GONE.format(place=place)}
            continue
        has_month = (row["source_name"], row["period"]) in made
        emptied = row["source_name"] in lists and not has_month
        detail = _EMPTIED if emptied else _OVERWRITTEN
        if row["delivery_id"] in landing.moved:
            detail = MOVED
        yield row | {"status": "overwritten", "detail": detail}
