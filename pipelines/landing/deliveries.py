"""Turn candidates into deliveries, hash them, and keep the record of what arrived.

The same content is one delivery wherever it lies and however often it arrives. The
record (``landing/deliveries.parquet``) is written whole, and again if it is lost.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.landing.candidates import find
from pipelines.landing.clock import latest, now, set_back
from pipelines.landing.copies import once
from pipelines.landing.deliveries_table import SCHEMA, hidden, hidden_in, revealed, save
from pipelines.landing.delivery_rows import read_back, refused_rows, rows_of
from pipelines.landing.double_billing import chosen_bills
from pipelines.landing.grouping import claimed, delivered, grouped
from pipelines.landing.hashes import Hashes
from pipelines.landing.landed import Landing, Refusal
from pipelines.landing.looks import Looks, OutOfTimeError
from pipelines.landing.mirror import find_in_stores
from pipelines.landing.past import (
    MOVED,
    carried_forward_rows,
    missing_deliveries,
    moved_deliveries,
)
from pipelines.landing.privacy import Privacy
from pipelines.landing.records import read_record
from pipelines.landing.source import Delivery, Source
from pipelines.settings import Settings


def scan(
    settings: Settings,
    sources: Sequence[Source],
    *,
    hash_again: bool = False,
    seconds: float | None = None,
) -> Landing:
    """Look at exports folder and stores: what is there, whose it is, what is refused.

    Args:
        settings: whose exports.
        sources: the registry.
        hash_again: whether to read and hash files, too, that look unchanged.
        seconds: how long it may take, about; None: as long as it takes.

    Raises:
        ExportError: the exports folder is missing, or a store or database cannot be
            read. Nothing is recorded then, so that no unseen delivery counts as gone.
        OutOfTimeError: it took longer. What it saw is remembered (``looks``).
    """
    hashed = Hashes(settings.hashes_file, hash_again=hash_again)
    until = None if seconds is None else time.monotonic() + seconds
    looks = Looks.of(settings, sources, hashed, until=until, look_again=hash_again)
    progress = Progress(len(sources))
    is_whole = False
    try:
        with looks.going_on():
            landing = _seen(settings, sources, hashed, looks, progress)
        is_whole = True
    except OutOfTimeError:
        raise OutOfTimeError(progress.sentence) from None
    finally:
        looks.save(is_whole=is_whole)
        hashed.save(is_whole=is_whole)
    return landing


@dataclass(slots=True)
class Progress:
    """How far a look came."""

    source_count: int
    file_count: int = 0
    sources_done: int = 0

    @property
    def sentence(self) -> str:
        """What a person is told."""
        return (
            f"looked at {self.file_count:,} files so far, and found the deliveries of "
            f"{self.sources_done} of {self.source_count} sources"
        )


def _seen(
    settings: Settings,
    sources: Sequence[Source],
    hashed: Hashes,
    looks: Looks,
    progress: Progress,
) -> Landing:
    lying = find(settings.exports_dir, looks=looks)
    stored = find_in_stores(settings, looks, hashed)
    fetched = [c for s in sources if s.fetch for c in s.fetch(settings)]
    candidates = (*lying.readable, *stored.readable, *fetched)
    files, refusals, texts = claimed(candidates, sources, looks)
    progress.file_count = len(candidates)
    arrived: list[Delivery] = []
    recorded = _recorded(settings.deliveries_file)
    by = latest(row["first_seen_at"] for row in recorded)
    for source in looks.in_time(sources):
        drops, objections = grouped(files.get(source.name, []), source, by, looks)
        made, odd = delivered(drops, source, hashed, looks)
        arrived += made
        refusals += [*objections, *odd]
        progress.sources_done += 1
    here_once, copies = once(arrived)
    bill_from = settings.landing.bill_from
    deliveries, passed, doubled = chosen_bills(here_once, bill_from)
    unreadable = (*lying.damaged, *stored.damaged)
    damages = [Refusal("", (name,), reason) for name, reason in unreadable]
    privacy = Privacy.of(settings)
    landing = Landing(
        tuple(deliveries),
        # A family refuses its files alike: once is enough.
        tuple(
            _without_persons(refusal, privacy)
            for refusal in dict.fromkeys([*damages, *refusals, *doubled])
        ),
        tuple(copies),
        skipped=tuple(map(privacy.cleaned, (*lying.skipped, *stored.skipped, *texts))),
        not_chosen=tuple(passed),
    )
    here = {delivery.delivery_id for delivery in landing.deliveries}
    lost, overwritten = missing_deliveries(recorded, here, set(landing.names()))
    moved = moved_deliveries(recorded, overwritten, hashed.by_name())
    return replace(landing, lost=lost, overwritten=overwritten, moved=moved)


def _without_persons(refusal: Refusal, privacy: Privacy) -> Refusal:
    shown = tuple(map(privacy.cleaned, refusal.names))
    return replace(refusal, reason=privacy.cleaned(refusal.reason), shown=shown)


def record(
    path: Path,
    landing: Landing,
    sources: Sequence[Source],
    privacy: Privacy | None = None,
) -> pa.Table:
    """Write the record of deliveries; what was seen before keeps its first date.

    Args:
        path: the record.
        landing: what lies there now.
        sources: the registry.
        privacy: what becomes of persons in names; without it they stay.
    """
    first = now().replace(tzinfo=None)
    old = _recorded(path)
    first_seen = {(r["delivery_id"], r["period"]): r["first_seen_at"] for r in old}
    rows = [
        row
        | {"first_seen_at": first_seen.get((row["delivery_id"], row["period"]), first)}
        for row in [*rows_of(landing, sources), *refused_rows(landing)]
    ]
    rows += carried_forward_rows(old, rows, landing, sources)
    return save(path, rows, hidden_in(rows, privacy))


def mark_refused(path: Path, reasons: Mapping[tuple[str, str], str]) -> None:
    """Say of deliveries that they could not be converted, and why.

    Args:
        path: the record.
        reasons: by delivery id and period.
    """
    if not reasons:
        return
    rows = [
        row | {"status": "refused", "detail": reasons[key]}
        if (key := (row["delivery_id"], row["period"])) in reasons
        else row
        for row in _recorded(path)
    ]
    save(path, rows, hidden(path))


def clock_objection(path: Path) -> str:
    """Say that the clock is behind what the record has seen; '' where it is not."""
    return set_back(row["first_seen_at"] for row in _recorded(path))


def _recorded(path: Path) -> list[dict[str, Any]]:
    """Read the record; one that an older version wrote lacks columns.

    What the ledger has of files that only it knows stays (``ledger.stale``).
    """
    table = read_record(
        path, "when a file was first seen, and which left, is forgotten"
    )
    rows = table.to_pylist() if table else []
    return revealed(path, [dict.fromkeys(SCHEMA.names) | row for row in rows])


def load(settings: Settings) -> Landing:
    """Read back what the last look recorded, without looking at the files."""
    rows = _recorded(settings.deliveries_file)
    private = hidden(settings.deliveries_file)
    places = settings.exports_dir, settings.stores_dir
    found: dict[str, Delivery] = {}
    passed: dict[str, tuple[Delivery, str]] = {}
    for row in rows:
        if row["status"] in {"current", "partly_superseded", "superseded"}:
            earlier = found.get(row["delivery_id"])
            found[row["delivery_id"]] = read_back(row, earlier, places)
        elif row["status"] == "not_chosen":
            delivery = read_back(row, None, places)
            passed[row["delivery_id"]] = delivery, row["detail"]
    lost, overwritten = (
        frozenset(row["delivery_id"] for row in rows if row["status"] == status)
        for status in ("gone", "overwritten")
    )
    refusals = tuple(
        Refusal(
            row["source_name"] or "",
            tuple(row["file_names"]),
            row["detail"],
            tuple(private.get(name, name) for name in row["file_names"]),
        )
        for row in rows
        if row["status"] == "refused"
    )
    return Landing(
        tuple(found.values()),
        refusals,
        lost=lost,
        overwritten=overwritten,
        moved=frozenset(row["delivery_id"] for row in rows if row["detail"] == MOVED),
        not_chosen=tuple(passed.values()),
    )
