"""Turn candidates into deliveries, hash them, and keep the record of what arrived.

The same content is one delivery wherever it lies and however often it arrives. The
record (``landing/deliveries.parquet``) is written whole, and again if it is lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.landing.bills import Bill
from pipelines.landing.candidates import find
from pipelines.landing.clock import latest, now, set_back
from pipelines.landing.copies import once
from pipelines.landing.deliveries_table import SCHEMA, hidden, hidden_in, revealed, save
from pipelines.landing.double_billing import chosen_bills
from pipelines.landing.grouping import claimed, delivered, grouped
from pipelines.landing.hashes import Hashes
from pipelines.landing.landed import Landing, Refusal
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
from pipelines.landing.stores import place_of
from pipelines.settings import Settings

APPENDS = "adds to older ones"


def scan(
    settings: Settings, sources: Sequence[Source], *, hash_again: bool = False
) -> Landing:
    """Look at exports folder and stores: what is there, whose it is, what is refused.

    Args:
        settings: whose exports.
        sources: the registry.
        hash_again: whether to hash files, too, whose size and time did not change.

    Raises:
        ExportError: the exports folder is missing, or a store or database cannot be
            read. Nothing is recorded then, so that no unseen delivery counts as gone.
    """
    lying = find(settings.exports_dir)
    stored = find_in_stores(settings)
    fetched = [c for s in sources if s.fetch for c in s.fetch(settings)]
    candidates = (*lying.readable, *stored.readable, *fetched)
    files, refusals, texts = claimed(candidates, sources)
    arrived: list[Delivery] = []
    hashed = Hashes(settings.hashes_file, hash_again=hash_again)
    recorded = _recorded(settings.deliveries_file)
    by = latest(row["first_seen_at"] for row in recorded)
    for source in sources:
        drops, objections = grouped(files.get(source.name, []), source, by)
        made, odd = delivered(drops, source, hashed)
        arrived += made
        refusals += [*objections, *odd]
    hashed.save()
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
        for row in [*_rows(landing, sources), *_refused(landing)]
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
            found[row["delivery_id"]] = _read_back(row, earlier, places)
        elif row["status"] == "not_chosen":
            delivery = _read_back(row, None, places)
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


def _read_back(
    row: dict[str, Any], earlier: Delivery | None, places: tuple[Path, Path]
) -> Delivery:
    """Make a delivery of its row of one period, and of what earlier rows said."""
    return Delivery(
        delivery_id=row["delivery_id"],
        source=row["source_name"],
        table=row["table_name"],
        scope=row["scope"],
        periods=(*(earlier.periods if earlier else ()), row["period"]),
        delivered_at=row["delivered_at"].replace(tzinfo=UTC),
        files=tuple(place_of(name, *places) for name in row["file_names"]),
        names=tuple(row["file_names"]),
        batch=row["batch"],
        size=row["size_bytes"],
        bills=(*(earlier.bills if earlier else ()), *_bill_of(row)),
        ordered_by=row["ordered_by"] or "file date",
        complete_by=row["complete_by"] or "",
        appends=row["restatement"] == APPENDS,
    )


def _bill_of(row: dict[str, Any]) -> Iterable[Bill]:
    """Read back what a delivery bills in a period; nothing where it does not say."""
    if row["billing_accounts"] is not None:
        yield Bill(
            row["period"],
            frozenset(row["billing_accounts"]),
            frozenset(row["sub_accounts"]),
            row["first_at"],
            row["last_at"],
            row["report"],
        )


def _rows(landing: Landing, sources: Sequence[Source]) -> Iterable[dict[str, object]]:
    by_name = {source.name: source for source in sources}
    for source in sources:
        for period in landing.periods(source):
            for delivery, status, days in landing.statuses(source, period):
                detail = f"only its charges of {', '.join(days)} count" if days else ""
                row = _row(delivery, period, source)
                yield row | {"status": status, "detail": detail}
    for delivery, original in landing.copies:
        for period in delivery.periods:
            detail = f"same content as {original}"
            row = _row(delivery, period, by_name[delivery.source])
            yield row | {"status": "copy", "detail": detail}
    for delivery, reason in landing.not_chosen:
        for period in delivery.periods:
            row = _row(delivery, period, by_name[delivery.source])
            yield row | {"status": "not_chosen", "detail": reason}


def _row(delivery: Delivery, period: str, source: Source) -> dict[str, object]:
    """Give the row of a delivery, without what became of it."""
    bill = delivery.bill_of(period)
    return {
        "delivery_id": delivery.delivery_id,
        "source_name": delivery.source,
        "table_name": delivery.table,
        "period": period,
        "scope": delivery.scope,
        "batch": delivery.batch,
        "file_names": list(delivery.names),
        "size_bytes": delivery.size,
        "ordered_by": delivery.ordered_by,
        "complete_by": delivery.complete_by or None,
        "restatement": _restatement(delivery, source),
        "report": bill.report if bill else None,
        "billing_accounts": sorted(bill.accounts) if bill else None,
        "sub_accounts": sorted(bill.sub_accounts) if bill else None,
        "first_at": bill.first_at if bill else None,
        "last_at": bill.last_at if bill else None,
        "delivered_at": delivery.delivered_at.astimezone(UTC).replace(tzinfo=None),
    }


def _restatement(delivery: Delivery, source: Source) -> str:
    if delivery.appends:
        return APPENDS
    if source.restates == "rows":
        return "replaces the same rows"
    has_days = any(bill.span for bill in delivery.bills)
    return "replaces the same days" if has_days else "replaces the month"


def _refused(landing: Landing) -> Iterable[dict[str, object]]:
    for refusal in landing.refusals:
        yield {
            "delivery_id": f"refused-{'|'.join(refusal.labels)}",
            "source_name": refusal.source or None,
            "period": None,
            "status": "refused",
            "detail": refusal.reason,
            "file_names": list(refusal.names),
        }
