"""Totals of each published version per source and month, kept when versions retire.

The manifest of a version holds its totals; the history is all of them, so a killed
publish loses nothing: the next build reads the manifests again.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.files import DamagedError, read_sealed
from pipelines.landing.records import read_record, write_record
from pipelines.landing.source import quoted
from pipelines.settings import Settings

MONEY = pa.decimal128(38, 12)
SCHEMA = pa.schema(
    [
        ("build_id", pa.string()),
        ("published_at", pa.timestamp("us")),
        ("source_name", pa.string()),
        ("period", pa.string()),
        ("billing_currency", pa.string()),
        ("charge_count", pa.int64()),
        ("billed_cost", MONEY),
        ("effective_cost", MONEY),
        ("delivery_ids", pa.list_(pa.string())),
    ]
)
TOTALS = """
select
    source_name,
    strftime(billing_period_start, '%Y-%m') as period,
    billing_currency,
    count(*) as charge_count,
    cast(sum(billed_cost) as varchar) as billed_cost,
    cast(sum(effective_cost) as varchar) as effective_cost,
    list_sort(list(distinct delivery_id)) as delivery_ids
from {charges}
group by all
order by all
"""


def totals_of(database: Path) -> list[dict[str, object]]:
    """Sum up a build per source, period and currency, for its manifest."""
    with duckdb.connect() as db:
        db.execute(f"attach {quoted(database)} as build (read_only)")
        db.execute("use build")
        rows = db.execute(TOTALS.format(charges="staging.stg_ledger__charges"))
        names = [column[0] for column in rows.description or []]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def record_published_totals(settings: Settings) -> pa.Table:
    """Write the history again from what it was and from every manifest there is."""
    path = settings.reference_file("published_totals")
    table = read_record(path, "restatements are those between the versions kept")
    rows = table.to_pylist() if table else []
    kept = {row["build_id"] for row in rows}
    for place in sorted(settings.versions_dir.glob("*/manifest.json")):
        if place.parent.is_symlink():
            continue
        try:
            manifest = read_sealed(place)
        except DamagedError:  # `unitmill versions` names it
            continue
        if manifest["build_id"] not in kept:
            rows += [_row(manifest, totals) for totals in manifest.get("totals", [])]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    write_record(path, table)
    return table


def _row(manifest: dict[str, Any], totals: dict[str, Any]) -> dict[str, object]:
    published = pa.scalar(manifest["published_at"]).cast(pa.timestamp("us", "UTC"))
    return totals | {
        "build_id": manifest["build_id"],
        "published_at": published.as_py().replace(tzinfo=None),
        "billed_cost": Decimal(totals["billed_cost"]),
        "effective_cost": Decimal(totals["effective_cost"]),
    }
