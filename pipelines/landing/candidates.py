"""Find the files below the exports folder and say what their beginnings are.

Reads at most 64 KiB of a file. What a file *means* is each source's business.
"""

import csv
import gzip
import io
import json
import os
import stat
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq

from pipelines.landing import side_files
from pipelines.landing.dialects import HEAD_BYTES, Dialect, dialect_of, text_of
from pipelines.landing.faults import sentence_of
from pipelines.landing.folders import files_below, ignored_in
from pipelines.landing.looks import Looks
from pipelines.landing.source import (
    UNREADABLE,
    Candidate,
    Compression,
    ExportError,
    Format,
)

# DuckDB would read every file that such a path matches.
WILDCARDS = set("*?[")
# The last is Avro, which its source knows.
_MAGIC: dict[bytes, Format] = {
    b"PAR1": "parquet",
    b"SQLite format 3\x00": "sqlite",
    b"Obj\x01": "unknown",
}
# Packed in a way that no source reads.
_PACKED = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
}
_WORKBOOK = "an Excel workbook; save the sheet with the rows as CSV"
_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


class _NoDataError(Exception):
    """A file that holds no rows for a program; it says what it is."""


@dataclass(frozen=True, slots=True)
class Found:
    """What lies below a folder.

    Attributes:
        readable: the files that may be exports.
        damaged: of each damaged one, its name and what is wrong.
        skipped: names of documents, of vendors' side files, of hidden and linked
            folders, and of what the user wants ignored.
    """

    readable: list[Candidate] = field(default_factory=list)
    damaged: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def find(exports_dir: Path, place: str = "", looks: Looks | None = None) -> Found:
    """Sniff every file below the exports folder, in path order.

    Args:
        exports_dir: that folder, or the mirror of an object store.
        place: what names begin with: '', or the store's address and a slash.
        looks: earlier ones, from which files that did not change are recalled. Where it
            has no time left, the rest is not found.

    Raises:
        ExportError: the folder is missing, or its .unitmillignore cannot be read.
    """
    if not exports_dir.is_dir():
        raise ExportError(f"no exports folder at {exports_dir}; expected a directory")
    found = Found()
    ignored = ignored_in(exports_dir)
    for path, reason in files_below(exports_dir):
        below = _shown(path, exports_dir)
        if ignored.match_file(below):
            found.skipped.append(place + below)
            continue
        note = reason or side_files.note_of(below)
        if note is not None:
            found.skipped.append(place + below + (f" ({note})" if note else ""))
            continue
        if looks and looks.is_out_of_time:
            break
        if known := looks.recall(place + below, path) if looks else None:
            found.readable.append(known)
            continue
        try:
            found.readable.append(_readable(path, exports_dir, place))
        except _NoDataError as no_data:
            note = f" ({no_data})" if str(no_data) else ""
            found.skipped.append(place + below + note)
        except ExportError as error:
            found.damaged.append((place + below, str(error)))
    return found


def _readable(path: Path, exports_dir: Path, place: str) -> Candidate:
    """Give a file that may be an export.

    Raises:
        ExportError: it is damaged.
        _NoDataError: it is a table that holds no bill.
    """
    candidate = sniff(path, exports_dir, place)
    if side_files.is_side_table(candidate.columns):
        raise _NoDataError
    return candidate


def sniff(path: Path, exports_dir: Path, place: str = "") -> Candidate:
    """Return what one file's beginning is.

    Raises:
        ExportError: the file is damaged (truncated archive, broken Parquet footer),
            gone, no regular file, or written in a way that no source reads.
    """
    below = _shown(path, exports_dir)
    name = place + below
    try:
        found = path.stat()
        _refuse_odd(path, found, below != path.relative_to(exports_dir).as_posix())
        compression, start = _start(path)
        kind = _format(start)
        dialect = _dialect(start) if kind == "csv" else None
        columns = _columns(path, kind, dialect)
        head = _head(start, kind, dialect)
    except _RefusalError as error:
        raise ExportError(f"{name}: {error}") from error
    except UNREADABLE as error:
        raise ExportError(f"{name}: unreadable, {sentence_of(error)}") from error
    return Candidate(
        path=path,
        name=name,
        size=found.st_size,
        modified=datetime.fromtimestamp(found.st_mtime, UTC),
        format=kind,
        compression=compression,
        columns=columns,
        head=head,
    )


def beginning(file: Candidate) -> str:
    """Give the first 64 KiB of a text as it is written, in whatever dialect."""
    _, start = _start(file.path)
    return text_of(start)[1]


def sniffed(file: Candidate | Path, name: str = "") -> Candidate:
    """Give a file that a source opens, under the name that its delivery has for it."""
    found = sniff(file, file.parent) if isinstance(file, Path) else file
    return replace(found, name=name) if name else found


class _RefusalError(Exception):
    """Why a file is not read, in words of ours."""


def _refuse_odd(path: Path, found: os.stat_result, has_odd_name: bool) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "a device")
        raise _RefusalError(f"unreadable, not a regular file but {kind}; take it away")
    if has_odd_name:
        raise _RefusalError("unreadable, its name is not UTF-8; rename it")
    if WILDCARDS & set(str(path)):
        raise _RefusalError("unreadable, its path has *, ? or [; rename it")


def first_object(head: str) -> dict[str, object]:
    """Give a JSON file's first object, if the head has all of it; else an empty one."""
    start = head.find("{")
    try:
        first, _ = json.JSONDecoder().raw_decode(head, max(start, 0))
    except (json.JSONDecodeError, RecursionError):
        return {}
    return first if isinstance(first, dict) else {}


def _shown(path: Path, exports_dir: Path) -> str:
    name = path.relative_to(exports_dir).as_posix()
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _start(path: Path) -> tuple[Compression, bytes]:
    with path.open("rb") as raw:
        magic = raw.read(6)
        raw.seek(0)
        if magic[:2] == b"\x1f\x8b":
            with gzip.open(raw) as plain:
                return "gzip", plain.read(HEAD_BYTES)
        if magic[:4] == b"PK\x03\x04":
            return "zip", _zip_start(raw)
        if magic[:4] == _OLD_WORKBOOK:
            raise _RefusalError(_WORKBOOK)
        for mark, packed in _PACKED.items():
            if magic.startswith(mark):
                raise _RefusalError(
                    f"packed with {packed}, which is not read; unpack it, or use gzip"
                )
        return "", raw.read(HEAD_BYTES)


def _zip_start(raw: IO[bytes]) -> bytes:
    with zipfile.ZipFile(raw) as archive:
        members = [
            member
            for member in archive.infolist()
            if not member.is_dir() and not member.filename.startswith("__MACOSX/")
        ]
        if any(member.filename.startswith("xl/") for member in members):
            raise _RefusalError(_WORKBOOK)
        if members and all(side_files.is_document(m.filename) for m in members):
            raise _NoDataError
        if len(members) != 1:
            raise _RefusalError(f"a zip archive of {len(members)} files; expected one")
        with archive.open(members[0]) as plain:
            return plain.read(HEAD_BYTES)


def _format(start: bytes) -> Format:
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    try:
        encoding, text = text_of(start)
    except ValueError as error:
        if b"\x00" in start[:1024]:
            return "unknown"
        raise _RefusalError(str(error)) from error
    if "\x00" in text[:1024] or not text.strip("\ufeff \t\r\n"):
        return "unknown"
    if text.lstrip()[:1] in ("{", "["):
        if encoding != "utf-8":
            raise _RefusalError(f"JSON in {encoding}; save it as UTF-8")
        return "json"
    return "csv"


def _dialect(start: bytes) -> Dialect:
    if len(start) == HEAD_BYTES and not {b"\n"[0], b"\r"[0]} & set(start):
        raise _RefusalError(f"its first line is longer than {HEAD_BYTES} bytes")
    try:
        found = dialect_of(start)
    except ValueError as error:
        raise _RefusalError(str(error)) from error
    twice = [n for n, count in Counter(found.header).items() if n and count > 1]
    if twice:
        raise _RefusalError(
            f"its header has the column {twice[0]} twice; expected each once"
        )
    return found


def _columns(path: Path, kind: Format, dialect: Dialect | None) -> tuple[str, ...]:
    if kind == "parquet":
        return tuple(pq.read_schema(path).names)
    return dialect.header if dialect else ()


def _is_bare(text: str, header: Sequence[str]) -> bool:
    """Return whether the names of a header have no blanks around them."""
    return tuple(next(csv.reader(io.StringIO(text, newline="")), ())) == header


def _head(start: bytes, kind: Format, dialect: Dialect | None) -> str:
    """Give the beginning as text; that of a CSV in the dialect that is read."""
    if kind not in {"csv", "json"}:
        return ""
    _, text = text_of(start)
    if dialect is None or (dialect.is_plain and _is_bare(text, dialect.header)):
        return text
    lines = io.StringIO(text, newline="").readlines()[dialect.before :]
    if len(start) == HEAD_BYTES:
        lines = lines[:-1]
    plain = io.StringIO()
    rows = csv.reader(lines, delimiter=dialect.delimiter)
    csv.writer(plain, lineterminator="\n").writerows([dialect.header, *list(rows)[1:]])
    return plain.getvalue()
