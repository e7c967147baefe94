"""Bring a CSV of any dialect into the one that is read: UTF-8, commas, decimal points.

DuckDB reads a file that is in it already as it lies. Any other is written again, once,
cell by cell: a row that is longer or shorter than the header is refused by its number,
and so is what could be read in two ways. Belongs here: which file is plain, and how one
becomes it. Does not belong here: what a file's beginning says (``dialects``), and which
columns hold numbers (each source).
"""

import codecs
import csv
import gzip
import io
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, lru_cache
from itertools import count
from pathlib import Path
from typing import IO, cast

from pipelines.landing.decimals import Mark, evidence_of, marks_of, with_point
from pipelines.landing.dialects import (
    HEAD_BYTES,
    MARKS,
    Dialect,
    dialect_of,
    refuse_foreign,
)
from pipelines.landing.source import Candidate, ExportError

# DuckDB reads no longer row, and leaves one of 32 MiB out without a word.
LONGEST_ROW = 2_000_000
_CHUNK = 1024 * 1024
_REMEMBERED = 16_384
_SHOWN = 60
_NUMBERS = count()
# Of each copy, the file that it was made of.
_ORIGINALS: dict[Path, Path] = {}

csv.field_size_limit(LONGEST_ROW)


def plain(file: Candidate, numbers: Iterable[int] = ()) -> Candidate:
    """Give a CSV in the dialect that is read: the file itself, or a copy.

    Args:
        file: a CSV, not in a zip.
        numbers: the places of the columns whose cells are numbers.

    Raises:
        ExportError: a row is longer or shorter than the header, the text is in an
            encoding that is not read, or a number may be two.
    """
    stat = file.path.stat()
    places = tuple(sorted(set(numbers)))
    try:
        made = _plain(file.path, places, stat.st_size, stat.st_mtime_ns)
    except ExportError as error:
        raise ExportError(f"{file.name}{error}") from error.__cause__
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ExportError(
            f"{file.name}: unreadable, its gzip data is damaged or cut off, and ended "
            "before the end-of-stream marker; fetch it again"
        ) from error
    return file if made == file.path else replace(file, path=made, compression="")


def original_of(path: Path) -> Path:
    """Return the file that a copy was made of, or the file itself."""
    return _ORIGINALS.get(path, path)


def first_fault(path: Path) -> str:
    """Say which row of a CSV is none, such as ', row 3: has 2 cells'; '' for none.

    It reads the whole file, so it is asked only where another reader failed.
    """
    try:
        with _text(path) as (text, dialect):
            for _ in _rows(text, dialect):
                pass
    except ExportError as error:
        return str(error)
    return ""


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Make the folder of the copies, which goes when the process ends."""
    return tempfile.TemporaryDirectory(prefix="unitmill-csv-")


@lru_cache(maxsize=_REMEMBERED)
def _plain(path: Path, numbers: tuple[int, ...], _size: int, _modified: int) -> Path:
    dialect = _dialect(path)
    if dialect.is_plain and not _must_be_rewritten(path, len(dialect.header)):
        return path
    columns = {dialect.header[place]: place for place in numbers}
    marks = _decimal_marks(path, columns, dialect.delimiter)
    places = {columns[name]: mark for name, mark in marks.items()}
    made = Path(_folder().name, f"{next(_NUMBERS)}.csv")
    with _text(path) as (text, dialect), made.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(dialect.header)
        for _, row in _rows(text, dialect):
            for place, mark in places.items():
                row[place] = with_point(row[place].strip(), mark)
            writer.writerow(row)
    _ORIGINALS[made] = path
    return made


def _decimal_marks(
    path: Path, columns: Mapping[str, int], delimiter: str
) -> Mapping[str, Mark]:
    # Where commas part the cells, a decimal comma is a cell that its source refuses.
    if not columns or delimiter == ",":
        return {}
    with _text(path) as (text, dialect):
        evidence = evidence_of(_rows(text, dialect), columns)
    shown = {name: found for name, found in evidence.items() if found.is_any}
    marks, undecided = marks_of(shown, delimiter)
    if undecided:
        raise ExportError(f", {undecided}")
    return marks


def _dialect(path: Path) -> Dialect:
    with _bytes(path) as raw:
        return dialect_of(raw.read(HEAD_BYTES))


def _must_be_rewritten(path: Path, width: int) -> bool:
    """Look through a file that begins plain for what DuckDB would read wrong."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    blank = b"\n" + b"," * (width - 1) + b"\n"
    ends: set[str] = set()
    carried, open_end, since = b"", b"", 0
    with _bytes(path) as raw:
        while chunk := raw.read(_CHUNK):
            try:
                # Nearly every chunk is ASCII, which is known faster.
                if not chunk.isascii() or decoder.getstate()[0]:
                    decoder.decode(chunk)
            except UnicodeDecodeError:
                return True
            seen = carried + chunk
            unified = seen.replace(b"\r\n", b"\n") if b"\r\n" in seen else seen
            if blank in unified:
                return True
            open_end += chunk
            closed = len(open_end.rstrip(b"\r\n"))
            ends |= _line_ends(open_end[:closed])
            open_end = open_end[closed:]
            last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            since = since + len(chunk) if last < 0 else len(chunk) - last
            if len(ends) > 1 or since > LONGEST_ROW:
                return True
            carried = seen[-len(blank) - 64 :]
    ends |= _line_ends(open_end)
    return len(ends) > 1 or (carried + b"\n").endswith(blank)


def _line_ends(text: bytes) -> set[str]:
    """Name the ways in which lines end."""
    if b"\r" not in text:
        return {"\n"} if b"\n" in text else set()
    windows, returns = text.count(b"\r\n"), text.count(b"\r")
    found = {"\r\n"} if windows else set()
    if returns > windows:
        found.add("\r")
    if text.count(b"\n") > windows:
        found.add("\n")
    return found


def _rows(text: IO[str], dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Give the rows behind the header that hold anything, numbered from 1.

    Raises:
        ExportError: one is longer or shorter than the header, or is no CSV.
    """
    width = len(dialect.header)
    number = 0
    rows = csv.reader(text, delimiter=dialect.delimiter, strict=True)
    try:
        next(rows, None)
        for row in rows:
            if not any(cell and not cell.isspace() for cell in row):
                continue
            number += 1
            if sum(map(len, row)) > LONGEST_ROW:
                raise ExportError(f", row {number}: {_TOO_LONG}")
            if len(row) == width:
                yield number, row
            else:
                yield number, _fitted(row, dialect.header, number)
    except csv.Error as error:
        raise ExportError(f", row {number + 1}: {_csv_fault(error)}") from error
    except UnicodeDecodeError as error:
        raise ExportError(
            f", row {number + 1} or near it: {error.object[error.start : error.end]!r} "
            f"is no text in {dialect.encoding}; save the file as UTF-8"
        ) from error


_TOO_LONG = (
    f"is longer than {LONGEST_ROW} characters; expected one row of the export, with "
    "every quote closed"
)


def _csv_fault(error: csv.Error) -> str:
    message = str(error)
    if "field larger" in message:
        return _TOO_LONG
    if "unexpected end of data" in message:
        return "has a quote that is never closed; the file may be cut off"
    return "has text behind a closing quote; expected quotes doubled within a cell"


def _fitted(row: list[str], header: tuple[str, ...], number: int) -> list[str]:
    """Give a row the width of the header, where only empty cells differ."""
    width = len(header)
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        return row[:width]
    named = len(header)
    while named and not header[named - 1]:
        named -= 1
    if named <= len(row) < width:
        return row + [""] * (width - len(row))
    raise ExportError(
        f", row {number}: has {len(row)} cells, expected {named} as the header has; "
        f"it begins with {row[0][:_SHOWN]!r}"
    )


@contextmanager
def _bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacked where it is packed with gzip."""
    with path.open("rb") as raw:
        is_gzip = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if not is_gzip:
            yield raw
            return
        with gzip.open(raw) as unpacked:
            yield cast(IO[bytes], unpacked)


@contextmanager
def _text(path: Path) -> Iterator[tuple[IO[str], Dialect]]:
    """Open a CSV as text that begins with its header."""
    dialect = _dialect(path)
    with _bytes(path) as raw:
        encoding = _encoding(raw, dialect.encoding)
        raw.seek(0)
        start = raw.read(len(MARKS[0][0]))
        raw.seek(next((len(mark) for mark, _ in MARKS if start.startswith(mark)), 0))
        text = io.TextIOWrapper(raw, encoding, newline="")
        for _ in range(dialect.before):
            text.readline()
        yield text, dialect


def _encoding(raw: IO[bytes], begun: str) -> str:
    """Return the encoding of a whole file, of which the beginning says less.

    Raises:
        ExportError: it is in none that is read.
    """
    if begun not in {"utf-8", "cp1252"}:
        return begun
    if begun == "utf-8":
        raw.seek(0)
        try:
            decoder = codecs.getincrementaldecoder("utf-8")()
            while chunk := raw.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            begun = "cp1252"
        else:
            return begun
    raw.seek(0)
    while chunk := raw.read(_CHUNK):
        try:
            refuse_foreign(chunk)
        except ValueError as error:
            raise ExportError(f": {error}") from error
    return begun
