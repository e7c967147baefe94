"""Recognize files of a billing export, and find the invoice months in their rows.

Belongs here: which files are claimed or refused, and their months. An export table is
only ever appended to, so an extract replaces nothing; a row that two extracts have is
one row (``conversion``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import duckdb

from pipelines.landing.bills import Bill, by_period
from pipelines.landing.candidates import sniffed
from pipelines.landing.dialects import HEAD_BYTES
from pipelines.landing.faults import message_of
from pipelines.landing.source import LOOK_INSIDE, Candidate, Drop, ExportError
from pipelines.sources.cost.gcp import avro, columns, lists, reading, values
from pipelines.sources.formats.months import DatedRows, read_months
from pipelines.sources.formats.parts import Group, groups

_ACCOUNTS = "list(distinct billing_account_id) filter (billing_account_id is not null)"
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
    """What the rows of a file say: whose months, and when the last was exported."""

    periods: tuple[str, ...]
    exported_at: datetime | None
    bills: tuple[Bill, ...]


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
    """Give one drop per file, or per set of numbered shards of one extract.

    Raises:
        ExportError: a file lacks a column, has a row without a month, or is a shard
            beside which another is missing.
    """
    for group in groups("gcp", candidates):
        yield _drop(group)


def _drop(group: Group) -> Drop:
    facts = []
    for file in group.files:
        stat = file.path.stat()
        try:
            _refuse_missing_columns(file)
            kind = _table(file)
            modified = stat.st_mtime_ns
            facts.append(_facts(file.path, file.name, kind, stat.st_size, modified))
        except (duckdb.Error, EOFError, ValueError) as error:
            raise ExportError(message_of("gcp", file, error)) from error
    exported = [fact.exported_at for fact in facts if fact.exported_at]
    return Drop(
        files=group.files,
        periods=tuple(sorted({p for fact in facts for p in fact.periods})),
        scope="",
        delivered_at=max(exported, default=max(file.modified for file in group.files)),
        bills=by_period(bill for fact in facts for bill in fact.bills),
        ordered_by="export time" if exported else "file date",
        complete_by=group.complete_by,
    )


def _table(file: Candidate) -> str:
    """Return which of Google's two tables it is from: the detailed one has resources.

    cloud.google.com/billing/docs/how-to/export-data-bigquery-tables: it has all rows
    and columns of the standard one, and ``resource`` and ``price``.
    """
    if file.format == "json":
        return "detailed" if '"resource"' in file.head else "standard"
    if avro.is_avro(file):
        names = set(avro.top_columns(file.path))
    else:
        names = {name.split(".")[0] for name in file.columns}
    return "detailed" if "resource" in names else "standard"


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
def _facts(path: Path, name: str, table: str, _size: int, _modified: int) -> Facts:
    dated = DatedRows(
        source="gcp",
        file=name,
        rows=reading.scan(sniffed(path, name)),
        month=values.month(),
        cell="invoice_month",
        column="invoice.month",
        expected="a month like '202608'",
    )
    with duckdb.connect(config=LOOK_INSIDE) as db:
        lists.register(db)
        months, last = read_months(db, dated, f"max({values.time('export_time')})")
        accounts = dict(
            db.execute(
                f"select {values.month()}, {_ACCOUNTS} from ({dated.rows}) group by all"
            ).fetchall()
        )
    exported_at = last.replace(tzinfo=UTC) if isinstance(last, datetime) else None
    bills = (Bill(m, frozenset(accounts.get(m, ())), report=table) for m in months)
    return Facts(months, exported_at, tuple(bills))
