"""Which files are FOCUS exports, and which of them belong together.

Numbered parts in one folder are one drop. Drops of the same name, digits aside, are
one export: a newer one replaces the months that it has again.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import duckdb

from pipelines.landing.candidates import first_keys
from pipelines.landing.source import LOOK_INSIDE, Candidate, Drop, ExportError
from pipelines.sources.cost.focus_export.names import normalized
from pipelines.sources.cost.focus_export.reading import periods_query

FORMATS = {"csv", "parquet", "json"}
NEEDED = {"billingperiodstart", "chargeperiodstart", "chargecategory"}
COSTS = {"billedcost", "effectivecost"}
# Columns of exports that have a reader of their own.
READ_ELSEWHERE = {"x_billingprofileid", "x_invoicesectionid", "x_skumeterid"}
SUFFIXES = re.compile(r"(\.(csv|gz|snappy|zstd|parquet|jsonl?))+$", re.IGNORECASE)
PART = re.compile(r"[-_.]?(part[-_]?)?\d{4,5}$", re.IGNORECASE)
STAMP = re.compile(r"(\d{8}T\d{6}Z)")


def claims(candidate: Candidate) -> bool:
    """Claim CSV, Parquet and JSON files with the columns of a FOCUS charge."""
    if candidate.format not in FORMATS:
        return False
    names = candidate.columns or first_keys(candidate.head)
    headers = {normalized(name) for name in names}
    return headers >= NEEDED and bool(headers & COSTS) and not headers & READ_ELSEWHERE


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Group numbered parts into drops.

    Raises:
        ExportError: a file has no billing period that can be read.
    """
    together: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        together[PART.sub("", SUFFIXES.sub("", candidate.name))].append(candidate)
    for name, parts in together.items():
        stamp = STAMP.search(name)
        yield Drop(
            files=tuple(parts),
            periods=tuple(sorted({p for part in parts for p in _periods(part)})),
            scope=re.sub(r"\d+", "#", name),
            delivered_at=datetime.strptime(stamp[1], "%Y%m%dT%H%M%SZ").replace(
                tzinfo=UTC
            )
            if stamp
            else max(part.modified for part in parts),
            batch=stamp[1] if stamp else "",
        )


def _periods(part: Candidate) -> list[str]:
    try:
        with duckdb.connect(config=LOOK_INSIDE) as db:
            rows = db.execute(periods_query(db, part.path)).fetchall()
    except duckdb.Error as error:
        raise ExportError(f"focus_export: {part.name}: {error}") from error
    return [str(period) for (period,) in rows]
