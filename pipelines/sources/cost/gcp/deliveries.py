"""Recognize files of a billing export, and find the invoice months in their rows.

Belongs here: which files are claimed or refused, and their months. An export table is
only ever appended to, so a file is a delivery and replaces nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import duckdb

from pipelines.landing.dialects import HEAD_BYTES
from pipelines.landing.source import LOOK_INSIDE, Candidate, Drop, ExportError
from pipelines.sources.cost.gcp import avro, columns, lists, reading, values
from pipelines.sources.formats.months import DatedRows, read_months

# A conversion asks for the same files that a scan of the exports folder asks for.
REMEMBERED = 4_096
JSON_KEYS = ('"billing_account_id"', '"service"', '"usage_start_time"', '"credits"')
NESTED = {
    "billing_account_id",
    "service",
    "sku",
    "usage_start_time",
    "cost",
    "credits",
}
FLAT = {"billing_account_id", "service.description", "usage_start_time", "cost"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows of a file say: its months, and when the last one was exported."""

    periods: tuple[str, ...]
    exported_at: datetime | None


def claims(candidate: Candidate) -> bool:
    """Return whether a file has rows of a billing export."""
    if candidate.format == "json":
        return all(key in candidate.head for key in JSON_KEYS)
    if candidate.format == "parquet":
        return set(candidate.columns) >= NESTED
    if _is_export_in_avro(candidate):
        return True
    return candidate.format == "csv" and columns.by_path(candidate.columns).keys() >= (
        FLAT
    )


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give one drop per file.

    Raises:
        ExportError: a file lacks a column, or has a row without a month.
    """
    for file in candidates:
        stat = file.path.stat()
        try:
            _refuse_missing_columns(file)
            facts = _facts(file.path, file.name, stat.st_size, stat.st_mtime_ns)
        except (duckdb.Error, EOFError, ValueError) as error:
            raise ExportError(f"gcp: {file.name}: unreadable, {error}") from error
        yield Drop(
            files=(file,),
            periods=facts.periods,
            scope="",
            delivered_at=facts.exported_at or file.modified,
        )


def _is_export_in_avro(candidate: Candidate) -> bool:
    if not avro.is_avro(candidate):
        return False
    with candidate.path.open("rb") as raw:
        head = raw.read(HEAD_BYTES)
    return all(key.encode() in head for key in JSON_KEYS)


def _refuse_missing_columns(file: Candidate) -> None:
    needed = [column.path for column in columns.known() if column.required]
    missing: list[str] = []
    if avro.is_avro(file):
        tops = avro.top_columns(file.path)
        missing = [path for path in needed if path.split(".")[0] not in tops]
    elif file.format == "csv":
        found = columns.by_path(file.columns)
        missing = [path for path in needed if path not in found]
    elif file.format == "parquet":
        tops = set(file.columns)
        missing = [path for path in needed if path.split(".")[0] not in tops]
    if missing:
        raise ExportError(
            f"gcp: {file.name}: a billing export without {', '.join(missing)}; "
            "select the missing columns too"
        )


@lru_cache(maxsize=REMEMBERED)
def _facts(path: Path, name: str, _size: int, _modified: int) -> Facts:
    dated = DatedRows(
        source="gcp",
        file=name,
        rows=reading.scan(path),
        month=values.month(),
        cell="invoice_month",
        column="invoice.month",
        expected="a month like '202608'",
    )
    with duckdb.connect(config=LOOK_INSIDE) as db:
        lists.register(db)
        months, last = read_months(db, dated, f"max({values.time('export_time')})")
    exported_at = last.replace(tzinfo=UTC) if isinstance(last, datetime) else None
    return Facts(months, exported_at)
