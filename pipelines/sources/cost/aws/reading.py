"""Open the files of a report: one scan per set of columns, with row numbers.

Belongs here: formats, compression, the order of files, CUR 2.0 names for columns.
Types and refusals are in ``values.py``, the meaning of a row is in ``convert.sql``.
"""

import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.focus.schema import MONEY
from pipelines.landing.candidates import sniffed
from pipelines.landing.faults import sentence_of
from pipelines.landing.plain_csv import plain
from pipelines.landing.source import (
    LOOK_INSIDE,
    Candidate,
    Context,
    Delivery,
    ExportError,
    quoted,
)
from pipelines.sources.cost.aws import columns
from pipelines.sources.formats.csv_files import positions
from pipelines.sources.formats.csv_files import read as read_csv

# Reports shrink to a tenth or twentieth; a zip that grows more than this is a trap.
MOST_UNZIPPED_BYTES = 64 * 2**30
MOST_UNZIPPED_RATIO = 200


@dataclass(frozen=True, slots=True)
class Read:
    """Files of one delivery that have the same columns, and how they are read.

    Attributes:
        scan: a SELECT of the known columns under their CUR 2.0 names, with
            ``file_index`` and ``row_number``; numbers also as ``n_<name>``.
        headers: the column's name in the files, by CUR 2.0 name, for messages.
        types: DuckDB type of each column of the scan.
        tags: key of each tag column of the scan, by its name there.
        names: the files, in order.
    """

    scan: str
    headers: Mapping[str, str]
    types: Mapping[str, str]
    tags: Mapping[str, str]
    names: tuple[str, ...]
    is_csv: bool


def reads(context: Context, delivery: Delivery) -> Iterator[Read]:
    """Open a delivery's files; row numbers run on through all of them."""
    opened = [
        _opened(context, delivery.files[place], delivery.names[place])
        for place in delivery.places
    ]
    before = str(delivery.rows_before)
    kinds = groupby(
        opened, lambda o: (o.format, o.compression, o.format == "csv" and o.columns)
    )
    for _, group in kinds:
        files = tuple(group)
        if files[0].format == "parquet":
            read, count = _parquet(context.db, files, before)
        else:
            read, count = _csv(files, before)
        before = f"{before} + {count}"
        yield read


def file_rows(context: Context, delivery: Delivery) -> list[int] | None:
    """Count the rows of each file; None of files whose columns are not the same.

    Columns of one name get one type for all files that are read together.
    """
    every = [sniffed(path) for path in delivery.files]
    if len({(one.format, one.columns) for one in every}) > 1:
        return None
    opened = [
        _opened(context, delivery.files[place], delivery.names[place])
        for place in delivery.places
    ]
    if every[0].format == "csv":
        counts = ", ".join(_csv([one], "0")[1] for one in opened)
        [found] = context.db.execute(f"select {counts}").fetchall()
        return [int(count) for count in found]
    if len({str(pq.read_schema(one.path).remove_metadata()) for one in every}) > 1:
        return None
    return [pq.read_metadata(one.path).num_rows for one in opened]


def unreadable(files: Sequence[Candidate], error: Exception) -> ExportError:
    """Give the refusal of files that cannot be read."""
    names = ", ".join(file.name for file in files)
    fault = sentence_of(error, {file.path: file.name for file in files})
    return ExportError(f"aws: {names}: unreadable, {fault}")


def usage_facts(
    files: Sequence[Candidate],
) -> tuple[datetime | None, datetime | None, frozenset[str]]:
    """Give the first and last start of usage and its accounts; None: not known.

    Raises:
        ExportError: a file cannot be read.
    """
    if any(file.compression == "zip" for file in files):
        return None, None, frozenset()
    start = "line_item_usage_start_date"
    moments: list[datetime] = []
    accounts: set[str] = set()
    try:
        with duckdb.connect(config=LOOK_INSIDE) as db:
            for file in files:
                read, _ = (
                    _parquet(db, [file], "0")
                    if file.format == "parquet"
                    else _csv([_plain(file)], "0")
                )
                started = f'try_cast("{start}" as timestamp)'
                found = db.execute(
                    f"select min({started}), max({started}), "
                    "list(distinct cast(line_item_usage_account_id as varchar)) "
                    f"from ({read.scan})"
                ).fetchall()
                for first, last, names in found:
                    moments += [moment for moment in (first, last) if moment]
                    accounts |= {name for name in names or () if name}
    except duckdb.Error as error:
        raise unreadable(files, error) from error
    first, last = min(moments, default=None), max(moments, default=None)
    return first, last, frozenset(accounts)


def _opened(context: Context, path: Path, name: str) -> Candidate:
    found = sniffed(path, name)
    if found.compression == "zip":
        found = sniffed(_unzipped(context, path, name), name)
    return _plain(found)


def _plain(found: Candidate) -> Candidate:
    """Give a CSV in the dialect that is read; other files as they are."""
    if found.format != "csv":
        return found
    headers = columns.present(found.columns)
    numbers = {c.name for c in columns.known() if c.type == "number"}
    places = {header: place for place, header in enumerate(found.columns)}
    return plain(found, [places[headers[name]] for name in headers if name in numbers])


def _unzipped(context: Context, path: Path, name: str) -> Path:
    """Unpack the one member of a zip; the copy goes when the connection does."""
    with zipfile.ZipFile(path) as archive:
        (member,) = (m for m in archive.infolist() if not m.is_dir())
        most = min(MOST_UNZIPPED_BYTES, MOST_UNZIPPED_RATIO * path.stat().st_size)
        if member.file_size > most:
            raise ExportError(
                f"{name}: unpacks to {member.file_size} bytes, more than the "
                f"{most} that a report of its size may have"
            )
        folder = context.settings.home_dir / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        with (
            archive.open(member) as packed,
            tempfile.NamedTemporaryFile(
                dir=folder, prefix="unzipped-", suffix=".csv", delete=False
            ) as plain,
        ):
            weakref.finalize(context.db, Path(plain.name).unlink, missing_ok=True)
            shutil.copyfileobj(packed, plain, 2**20)
    return Path(plain.name)


def _parquet(
    db: duckdb.DuckDBPyConnection, files: Sequence[Candidate], before: str
) -> tuple[Read, str]:
    paths = "[" + ", ".join(quoted(file.path) for file in files) + "]"
    source = f"read_parquet({paths}, union_by_name = true, hive_partitioning = false)"
    physical = {
        str(row[0]): str(row[1])
        for row in db.execute(f"describe from {source}").fetchall()
    }
    sizes = dict(
        db.execute(
            f"select file_name, num_rows from parquet_file_metadata({paths})"
        ).fetchall()
    )
    starts, rows = [], 0
    for file in files:
        starts.append(rows)
        rows += sizes[str(file.path)]
    start = f"{starts}[cast(file_index as bigint) + 1]" if len(files) > 1 else "0"
    number = f"{before} + {start} + file_row_number + 1"
    return _scanned(source, number, physical, {}, files), str(rows)


def _csv(files: Sequence[Candidate], before: str) -> tuple[Read, str]:
    # Columns by position: tag names may differ only in case, which SQL cannot see.
    headers = files[0].columns
    names = dict(zip(positions(headers), headers, strict=True))
    source = read_csv(files, [*names])
    # CSV has no row numbers of its own; rows come in file order.
    number = f"{before} + row_number() over ()"
    physical = dict.fromkeys(names, "VARCHAR")
    read = _scanned(source, number, physical, names, files)
    return read, f"(select count(*) from {source})"


def _scanned(
    source: str,
    number: str,
    physical: Mapping[str, str],
    renamed: Mapping[str, str],
    files: Sequence[Candidate],
) -> Read:
    columns_by_header = {renamed.get(name, name): name for name in physical}
    headers = columns.present(columns_by_header)
    tags = columns.tag_columns(columns_by_header)
    types = {name: physical[columns_by_header[h]] for name, h in headers.items()}
    numbers = {c.name for c in columns.known() if c.type == "number"}
    picked = ["cast(file_index as bigint) as file_index", f"{number} as row_number"]
    picked += [
        f'"{columns_by_header[header]}" as "{name}"' for name, header in headers.items()
    ]
    picked += [
        f'{_as_number(columns_by_header[headers[name]], types[name])} as "n_{name}"'
        for name in headers
        if name in numbers
    ]
    keyed = {}
    for position, (header, key) in enumerate(tags.items()):
        picked.append(f'"{columns_by_header[header]}" as tag_{position}')
        keyed[f"tag_{position}"] = key
    scan = f"select {', '.join(picked)} from {source}"
    names = tuple(file.name for file in files)
    return Read(scan, headers, types, keyed, names, files[0].format == "csv")


def _as_number(column: str, kind: str) -> str:
    """Read a number; NULL where there is none. Most texts are zeros: read them once."""
    if kind == "VARCHAR":
        return (
            f"case when \"{column}\" in ('0.0', '0') then 0::{MONEY} "
            f'else try_cast("{column}" as {MONEY}) end'
        )
    number = f'try_cast("{column}" as {MONEY})'
    if kind in {"DOUBLE", "FLOAT"}:
        # Parquet's statistics leave NaN out, and DuckDB 2.0 trusts them so far that
        # "try_cast(...) is null" is false for a NaN.
        return f'case when isfinite("{column}") then {number} end'
    return number
