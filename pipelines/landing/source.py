"""The contract that every source fills: recognize files, group them, convert them.

A source of cost, of usage or of an owner's list (``pipelines.sources``) is one
``Source``: a frozen value that holds three functions. There is nothing to inherit.
"""

import csv
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa

from pipelines.landing.bills import Bill
from pipelines.landing.errors import ExportError, TransientError
from pipelines.settings import Settings

__all__ = [
    "LOOK_INSIDE",
    "UNREADABLE",
    "Candidate",
    "CompleteBy",
    "Compression",
    "Context",
    "Delivery",
    "Drop",
    "ExportError",
    "FileRange",
    "Format",
    "OrderedBy",
    "Source",
    "TransientError",
    "counted",
    "file_list",
    "quoted",
]

# The vendor's own evidence first; the date of a file may be that of its download.
OrderedBy = Literal[
    "manifest",
    "run folder",
    "pull time",
    "export time",
    "report number",
    "file name",
    "file date",
]
CompleteBy = Literal["", "manifest", "last page", "numbered parts"]
Format = Literal["csv", "parquet", "json", "sqlite", "unknown"]
# A zip has one member.
Compression = Literal["", "gzip", "zip"]

# How a source looks into a file before any conversion (its months, its accounts): in
# UTC, offline, and with one thread, because scans run often and beside other work.
LOOK_INSIDE: dict[str, str | bool | int | float | list[str]] = {
    "TimeZone": "UTC",
    "autoinstall_known_extensions": "false",
    "threads": 1,
}


# What libraries raise at bytes that somebody else wrote. RuntimeError: an encrypted or
# exotic zip, JSON of a thousand levels.
UNREADABLE: tuple[type[Exception], ...] = (
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,
    csv.Error,
    duckdb.Error,
    pa.ArrowException,
    sqlite3.Error,
    struct.error,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file below the exports folder, with what its beginning shows.

    Attributes:
        path: absolute path.
        name: POSIX path below the exports folder, or the address of a store's object
            (``s3://bucket/prefix/key``), for records and messages.
        size: bytes.
        modified: last modification, aware UTC.
        format: what the first bytes are.
        compression: how it is packed, '' where it is not.
        columns: header of a CSV (split at ',' '|' ';' or tab) or Parquet names.
        head: the first 64 KiB decoded, for JSON and CSV; '' otherwise.
    """

    path: Path
    name: str
    size: int
    modified: datetime
    format: Format
    compression: Compression
    columns: tuple[str, ...]
    head: str


@dataclass(frozen=True, slots=True)
class Drop:
    """What a source knows of one vendor drop, before it is hashed.

    Attributes:
        files: the data files, in reading order.
        periods: the billing periods ('2026-08') that the files have rows of.
        scope: what a newer drop replaces within a period, e.g. payer and report.
        delivered_at: when the vendor made the drop, aware UTC; decides who is newer.
        manifest: the manifest that named the files, where there is one.
        batch: the vendor's own id of the drop (assembly or execution id), or ''.
        bills: what it bills in each period, where its source can say.
        ordered_by: what ``delivered_at`` is by.
        complete_by: what proves that no part is missing; '' where nothing does.
        appends: whether it adds to older drops of its scope: it replaces none.
    """

    files: tuple[Candidate, ...]
    periods: tuple[str, ...]
    scope: str
    delivered_at: datetime
    manifest: Candidate | None = None
    batch: str = ""
    bills: tuple[Bill, ...] = ()
    ordered_by: OrderedBy = "file date"
    complete_by: CompleteBy = ""
    appends: bool = False


@dataclass(frozen=True, slots=True)
class FileRange:
    """Which files of a delivery are converted at once, where not all of them are.

    Attributes:
        first: the place of the first one among the delivery's files, from 0.
        end: the place after the last one; `first` where none is.
        rows_before: how many rows the files before the first one have.
    """

    first: int
    end: int
    rows_before: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One vendor drop as it is recorded: same files, same id, wherever they lie.

    ``contents`` are the hashes of its files, which only a look at them knows; ``range``
    is set where a source that can (``Source.file_rows``) is to read some of its files.
    """

    delivery_id: str
    source: str
    table: str
    scope: str
    periods: tuple[str, ...]
    delivered_at: datetime
    files: tuple[Path, ...]
    names: tuple[str, ...]
    batch: str
    size: int
    bills: tuple[Bill, ...] = ()
    ordered_by: OrderedBy = "file date"
    complete_by: CompleteBy = ""
    appends: bool = False
    contents: frozenset[str] = field(default=frozenset(), compare=False)
    range: FileRange | None = None

    @property
    def places(self) -> Sequence[int]:
        """Give the places of the files that are to be read."""
        if self.range is None:
            return range(len(self.files))
        return range(self.range.first, self.range.end)

    @property
    def rows_before(self) -> int:
        """Count the rows of the files before those that are to be read."""
        return self.range.rows_before if self.range else 0

    def bill_of(self, period: str) -> Bill | None:
        """Give what it bills in a period; None where its source does not say."""
        return next((bill for bill in self.bills if bill.period == period), None)

    def accounts(self) -> frozenset[str]:
        """Give all accounts that it bills, in any period."""
        return frozenset(name for bill in self.bills for name in bill.accounts)


@dataclass(frozen=True, slots=True)
class Context:
    """What a conversion may use besides its deliveries."""

    db: duckdb.DuckDBPyConnection
    settings: Settings


@dataclass(frozen=True, slots=True)
class Source:
    """One source of rows for one table of the ledger folder.

    Attributes:
        name: one lower-case word or ``vendor_kind``; also folder and asset name.
        table: 'focus', else a table of ``sources.tables``.
        description: what a FinOps analyst reads in the Dagster UI.
        expected: what a file of this source looks like, for error messages.
        claims: whether a candidate is a file (or manifest) of this source.
        drops: groups the claimed candidates; raises ExportError on broken ones.
        select: one SELECT with the rows of one period from the deliveries that
            count, oldest first; columns by name, missing ones become NULL.
        tally: one SELECT of ``delivery_id, reason, row_count`` over every row of the
            period that these deliveries hold; ``reason`` is why a row is not in the
            ledger as a row of its own, NULL where it is. '' where none is left out
            and row numbers run from 1 through a delivery: they then count the rows.
        restates: 'period' - a newer delivery of a scope replaces the period, or the
            accounts and days of it that its ``bills`` name;
            'rows' - the SELECT itself lets newer rows replace older ones.
        version: raise it when the SELECT changes what a row holds; partitions made
            by an older version are stale.
        uses: the settings that the SELECT reads, such as 'aws.cost_basis'.
        chosen: what the user chose for them (registry); partitions made with other
            choices are stale.
        family: what several sources that read the same files have in common, such as a
            log's name; they share a folder, tests and a docs page. '' means the name.
        fetch: brings what lies neither in the exports folder nor in a store (a
            database) into files below the home folder; their names hold '://'.
        compressions: how files may be packed; others are refused before ``claims``.
        file_rows: counts the rows of each of the ``places`` of a delivery, as the
            SELECT numbers them, of a source whose rows do not depend on rows of other
            files; None where its files have to be read together. A source that has it
            reads the ``places`` of a delivery, and knows of its other files and of the
            month's other deliveries. Where it is missing, a month is converted at once.
        is_list: whether a file is a list that its owner edits: a month that it no
            longer has is emptied. Of an export, a later one may take the place.
    """

    name: str
    table: str
    description: str
    expected: str
    claims: Callable[[Candidate], bool]
    drops: Callable[[Sequence[Candidate]], Iterable[Drop]]
    select: Callable[[Context, Sequence[Delivery], str], str]
    restates: Literal["period", "rows"]
    version: int = 1
    uses: tuple[str, ...] = ()
    chosen: str = ""
    family: str = ""
    fetch: Callable[[Settings], list[Candidate]] | None = None
    tally: Callable[[Context, Sequence[Delivery], str], str] | None = None
    is_list: bool = False
    file_rows: Callable[[Context, Delivery], Sequence[int] | None] | None = None
    compressions: tuple[Compression, ...] = ("", "gzip")

    def owns(self, candidate: Candidate) -> bool:
        """Return whether a file is this source's, and packed as it reads it."""
        return candidate.compression in self.compressions and self.claims(candidate)


def quoted(text: str | Path) -> str:
    """Give a SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def file_list(delivery: Delivery) -> str:
    """Give the delivery's files as a SQL list literal, in reading order."""
    return "[" + ", ".join(quoted(path) for path in delivery.files) + "]"


def counted(rows: str, reason: str = "cast(null as varchar)") -> str:
    """Count rows that have a ``delivery_id``, by why they are left out; NULL: kept."""
    return (
        f"select delivery_id, {reason} as reason, count(*) as row_count "
        f"from ({rows}) group by all"
    )
