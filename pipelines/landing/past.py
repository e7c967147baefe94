"""What became of deliveries that were recorded once and are not here any more.

Belongs here: whether their files are gone or have other content, and how the record of
deliveries says it. What that means for the ledger is decided in ``ledger.stale``.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from pipelines.landing.source import Source

_GONE = "no longer in the {place}"
_OVERWRITTEN = "the file has other content now"
_EMPTIED = "the list has no row of the month now"
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


def carried_forward_rows(
    recorded: Iterable[Row],
    present: Sequence[Row],
    lost: AbstractSet[str],
    sources: Sequence[Source],
) -> Iterator[Row]:
    """Give the rows of the record that the present ones do not stand for."""
    here = {row["delivery_id"] for row in present}
    made = {(row["source_name"], row["period"]) for row in present}
    lists = {source.name for source in sources if source.is_list}
    for row in recorded:
        if row["delivery_id"] in here or row["status"] in _NEVER_HERE:
            continue
        if row["delivery_id"] in lost:
            place = (
                "object store" if "://" in row["file_names"][0] else "exports folder"
            )
            yield row | {"status": "gone", "detail": _GONE.format(place=place)}
            continue
        has_month = (row["source_name"], row["period"]) in made
        emptied = row["source_name"] in lists and not has_month
        detail = _EMPTIED if emptied else _OVERWRITTEN
        yield row | {"status": "overwritten", "detail": detail}
