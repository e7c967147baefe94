"""Turn candidates into deliveries, hash them, and keep the record of what arrived.

The same content is one delivery wherever it lies and however often it arrives. The
record (``landing/deliveries.parquet``) is written whole, and again if it is lost.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.landing.candidates import find
from pipelines.landing.hashes import Hashes
from pipelines.landing.landed import Landing, Refusal
from pipelines.landing.mirror import find_stored
from pipelines.landing.owners import has_single_owner, rejection_reason
from pipelines.landing.past import carried_forward_rows, missing_deliveries
from pipelines.landing.records import write_record
from pipelines.landing.source import (
    UNREADABLE,
    Candidate,
    Delivery,
    Drop,
    ExportError,
    Source,
)
from pipelines.landing.stores import place_of
from pipelines.settings import Settings

_BROKEN: tuple[type[Exception], ...] = (ExportError, *UNREADABLE)
# No bill is of another century; such a month is a date that was read wrong.
PERIOD = re.compile(r"20\d\d-(0[1-9]|1[0-2])")

SCHEMA = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("source_name", pa.string()),
        ("table_name", pa.string()),
        ("period", pa.string()),
        ("scope", pa.string()),
        ("batch", pa.string()),
        ("status", pa.string()),
        ("detail", pa.string()),
        ("file_names", pa.list_(pa.string())),
        ("size_bytes", pa.int64()),
        ("delivered_at", pa.timestamp("us")),
        ("first_seen_at", pa.timestamp("us")),
    ]
)


def scan(settings: Settings, sources: Sequence[Source]) -> Landing:
    """Look at exports folder and stores: what is there, whose it is, what is refused.

    Raises:
        ExportError: the exports folder is missing, or a store or database cannot be
            read. Nothing is recorded then, so that no unseen delivery counts as gone.
    """
    lying = find(settings.exports_dir)
    stored, unusable = find_stored(settings)
    for source in sources:
        stored += source.fetch(settings) if source.fetch else []
    claimed, rejected = _claimed((*lying.readable, *stored), sources)
    hashed = Hashes(settings.hashes_file)
    delivered, refused = _delivered(claimed, sources, hashed)
    hashed.save()
    deliveries: dict[str, Delivery] = {}
    copies: list[tuple[Delivery, str]] = []
    for delivery in delivered:
        if delivery.delivery_id in deliveries:
            copies.append((delivery, deliveries[delivery.delivery_id].names[0]))
        deliveries.setdefault(delivery.delivery_id, delivery)
    damages = [Refusal("", (n,), reason) for n, reason in (*lying.damaged, *unusable)]
    # A family reads its files alike, and refuses them alike: once is enough.
    refusals = tuple(dict.fromkeys([*damages, *rejected, *refused]))
    landing = Landing(
        tuple(deliveries.values()),
        refusals,
        tuple(copies),
        skipped=tuple(lying.skipped),
    )
    lost, overwritten = missing_deliveries(
        _recorded(settings.deliveries_file), deliveries.keys(), set(landing.names())
    )
    return replace(landing, lost=lost, overwritten=overwritten)


def _claimed(
    candidates: Iterable[Candidate], sources: Sequence[Source]
) -> tuple[dict[str, list[Candidate]], list[Refusal]]:
    """Ask every source about every file: whose it is, and what nobody can take."""
    claimed: dict[str, list[Candidate]] = defaultdict(list)
    refusals = []
    for candidate in candidates:
        try:
            owners = [source for source in sources if source.owns(candidate)]
            if has_single_owner(owners):
                for owner in owners:
                    claimed[owner.name].append(candidate)
                continue
            reason = rejection_reason(candidate, owners, sources)
        except UNREADABLE as error:
            reason = f"{candidate.name}: unreadable, {error}"
        refusals.append(Refusal("", (candidate.name,), reason))
    return claimed, refusals


def _delivered(
    claimed: dict[str, list[Candidate]], sources: Sequence[Source], hashed: Hashes
) -> tuple[list[Delivery], list[Refusal]]:
    """Let every source group its files; one broken file refuses all of a source."""
    delivered: list[Delivery] = []
    refusals = []
    for source in sources:
        mine = claimed.get(source.name, [])
        try:
            drops = source.drops(mine) if mine else []
            delivered += [_delivery(source, drop, hashed) for drop in drops]
        except _BROKEN as error:
            names = tuple(candidate.name for candidate in mine)
            family = source.family or source.name
            refusals.append(Refusal(family, names, _reason(source, error)))
    return delivered, refusals


def record(path: Path, landing: Landing, sources: Sequence[Source]) -> pa.Table:
    """Write the record of deliveries; what was seen before keeps its first date."""
    now = datetime.now(UTC).replace(tzinfo=None)
    old = _recorded(path)
    first_seen = {(r["delivery_id"], r["period"]): r["first_seen_at"] for r in old}
    rows = [
        row
        | {"first_seen_at": first_seen.get((row["delivery_id"], row["period"]), now)}
        for row in [*_rows(landing, sources), *_copies(landing), *_refused(landing)]
    ]
    rows += carried_forward_rows(old, rows, landing.lost, sources)
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    write_record(path, table)
    return table


def _recorded(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist() if path.exists() else []


def load(settings: Settings) -> Landing:
    """Read back what the last look recorded, without looking at the files."""
    rows = _recorded(settings.deliveries_file)
    places = settings.exports_dir, settings.stores_dir
    found: dict[str, Delivery] = {}
    for row in rows:
        if row["status"] not in {"current", "superseded"}:
            continue
        earlier = found.get(row["delivery_id"])
        periods = (*(earlier.periods if earlier else ()), row["period"])
        found[row["delivery_id"]] = Delivery(
            delivery_id=row["delivery_id"],
            source=row["source_name"],
            table=row["table_name"],
            scope=row["scope"],
            periods=periods,
            delivered_at=row["delivered_at"].replace(tzinfo=UTC),
            files=tuple(place_of(name, *places) for name in row["file_names"]),
            names=tuple(row["file_names"]),
            batch=row["batch"],
            size=row["size_bytes"],
        )
    lost, overwritten = (
        frozenset(row["delivery_id"] for row in rows if row["status"] == status)
        for status in ("gone", "overwritten")
    )
    refusals = tuple(
        Refusal(row["source_name"] or "", tuple(row["file_names"]), row["detail"])
        for row in rows
        if row["status"] == "refused"
    )
    return Landing(tuple(found.values()), refusals, (), lost, overwritten)


def _reason(source: Source, error: Exception) -> str:
    if isinstance(error, ExportError):
        return str(error)
    return f"{source.name}: unreadable, {error}; expected {source.expected}"


def _delivery(source: Source, drop: Drop, hashed: Hashes) -> Delivery:
    odd = [period for period in drop.periods if not PERIOD.fullmatch(period or "")]
    if odd:
        raise ExportError(
            f"{source.name}: {drop.files[0].name}: has rows of {odd[0]!r}; expected a "
            "month from 2000-01 to 2099-12"
        )
    parts = [source.name, drop.scope, *drop.periods]
    parts += [hashed.of(candidate) for candidate in drop.files]
    content = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return Delivery(
        delivery_id=f"{source.name}-{content[:16]}",
        source=source.name,
        table=source.table,
        scope=drop.scope,
        periods=drop.periods,
        delivered_at=drop.delivered_at,
        files=tuple(candidate.path for candidate in drop.files),
        names=tuple(candidate.name for candidate in drop.files),
        batch=drop.batch,
        size=sum(candidate.size for candidate in drop.files),
    )


def _rows(landing: Landing, sources: Sequence[Source]) -> Iterable[dict[str, object]]:
    by_name = {source.name: source for source in sources}
    for delivery in landing.deliveries:
        for period in delivery.periods:
            current = landing.of(by_name[delivery.source], period)
            status = "current" if delivery in current else "superseded"
            yield _row(delivery, period, status, "")


def _copies(landing: Landing) -> Iterable[dict[str, object]]:
    for delivery, original in landing.copies:
        for period in delivery.periods:
            yield _row(delivery, period, "copy", f"same content as {original}")


def _row(
    delivery: Delivery, period: str, status: str, detail: str
) -> dict[str, object]:
    return {
        "delivery_id": delivery.delivery_id,
        "source_name": delivery.source,
        "table_name": delivery.table,
        "period": period,
        "scope": delivery.scope,
        "batch": delivery.batch,
        "status": status,
        "detail": detail,
        "file_names": list(delivery.names),
        "size_bytes": delivery.size,
        "delivered_at": delivery.delivered_at.astimezone(UTC).replace(tzinfo=None),
    }


def _refused(landing: Landing) -> Iterable[dict[str, object]]:
    for refusal in landing.refusals:
        yield {
            "delivery_id": f"refused-{'|'.join(refusal.names)}",
            "source_name": refusal.source or None,
            "period": None,
            "status": "refused",
            "detail": refusal.reason,
            "file_names": list(refusal.names),
        }
