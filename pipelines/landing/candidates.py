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
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import IO

import pyarrow.parquet as pq

from pipelines.landing.source import (
    UNREADABLE,
    Candidate,
    Compression,
    ExportError,
    Format,
)

HEAD_BYTES = 64 * 1024
DELIMITERS = ",|;\t"
# DuckDB would read every file that such a path matches.
WILDCARDS = set("*?[")
# Notes and leftovers that lie beside exports; no vendor delivers bills in them.
IGNORED_SUFFIXES = {".md", ".log", ".tmp", ".crc", ".part"}
IGNORED_NAMES = {"PLANTED.csv", "_SUCCESS", "cost_and_usage_data_status"}
# They have no rows that a program could count: an invoice as it is printed, a mail.
DOCUMENTS = {".pdf", ".html", ".htm", ".doc", ".docx", ".pptx", ".eml", ".msg"}
DOCUMENTS |= {".png", ".jpg", ".jpeg", ".svg"}
# What the user does not want read: one pattern a line, of paths below the folder.
IGNORE_FILE = ".unitmillignore"


@dataclass(frozen=True, slots=True)
class Found:
    """What lies below a folder.

    Attributes:
        readable: the files that may be exports.
        damaged: of each damaged one, its name and what is wrong.
        skipped: names of documents, and of what the user wants ignored.
    """

    readable: list[Candidate] = field(default_factory=list)
    damaged: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def find(exports_dir: Path, place: str = "") -> Found:
    """Sniff every file below the exports folder, in path order.

    Args:
        exports_dir: that folder, or the mirror of an object store.
        place: what names begin with: '', or the store's address and a slash.

    Raises:
        ExportError: the folder is missing.
    """
    if not exports_dir.is_dir():
        raise ExportError(f"no exports folder at {exports_dir}; expected a directory")
    found = Found()
    patterns = _ignored_patterns(exports_dir)
    for path in _files(exports_dir):
        below = _shown(path, exports_dir)
        if is_document(path.name) or any(fnmatch(below, p) for p in patterns):
            found.skipped.append(place + below)
            continue
        try:
            found.readable.append(sniff(path, exports_dir, place))
        except ExportError as error:
            found.damaged.append((place + below, str(error)))
    return found


def sniff(path: Path, exports_dir: Path, place: str = "") -> Candidate:
    """Return what one file's beginning is.

    Raises:
        ExportError: the file is damaged (truncated archive, broken Parquet footer),
            gone, or no regular file.
    """
    below = _shown(path, exports_dir)
    name = place + below
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("not a regular file")
        if below != path.relative_to(exports_dir).as_posix():
            raise ValueError("its name is not UTF-8; rename it")
        if WILDCARDS & set(str(path)):
            raise ValueError("its path has *, ? or [; rename it")
        compression, start = _start(path)
        kind = _format(start)
        columns = _columns(path, kind, start)
    except (zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise ExportError(f"{name}: not a readable zip archive, {error}") from error
    except UNREADABLE as error:
        raise ExportError(f"{name}: unreadable, {error}") from error
    text = start.decode("utf-8", "replace") if kind in {"csv", "json"} else ""
    return Candidate(
        path=path,
        name=name,
        size=found.st_size,
        modified=datetime.fromtimestamp(found.st_mtime, UTC),
        format=kind,
        compression=compression,
        columns=columns,
        head=text.removeprefix("\ufeff"),
    )


def is_ignored(*parts: str) -> bool:
    """Return whether a file is no export: hidden, a note or a leftover.

    Args:
        parts: the folders that it lies in, then its name.
    """
    return (
        any(part.startswith(".") for part in parts)
        or parts[-1] in IGNORED_NAMES
        or Path(parts[-1]).suffix.lower() in IGNORED_SUFFIXES
    )


def is_document(name: str) -> bool:
    """Return whether a file is for people: it may lie here, and has no rows."""
    return Path(name).suffix.lower() in DOCUMENTS or Path(name).stem.upper() == "README"


def _ignored_patterns(exports_dir: Path) -> list[str]:
    """Read what the user wants ignored; a folder stands for all that is in it."""
    path = exports_dir / IGNORE_FILE
    if not path.is_file():
        return []
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    patterns = [line.lstrip("/") for line in lines if line and line[0] != "#"]
    return [f"{p}*" if p.endswith("/") else p for p in patterns]


def first_keys(head: str) -> tuple[str, ...]:
    """Give the names in a JSON file's first object, if the head has all of it."""
    start = head.find("{")
    try:
        first, _ = json.JSONDecoder().raw_decode(head, max(start, 0))
    except (json.JSONDecodeError, RecursionError):
        return ()
    return tuple(first) if isinstance(first, dict) else ()


def _shown(path: Path, exports_dir: Path) -> str:
    name = path.relative_to(exports_dir).as_posix()
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _files(exports_dir: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(exports_dir):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            if not is_ignored(name):
                yield Path(folder, name)


def _start(path: Path) -> tuple[Compression, bytes]:
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        if magic[:2] == b"\x1f\x8b":
            with gzip.open(raw) as plain:
                return "gzip", plain.read(HEAD_BYTES)
        if magic == b"PK\x03\x04":
            return "zip", _zip_start(raw)
        return "", raw.read(HEAD_BYTES)


def _zip_start(raw: IO[bytes]) -> bytes:
    with zipfile.ZipFile(raw) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        if any(m.filename.startswith("xl/") for m in members):
            raise ValueError("an Excel workbook; save the sheet with the rows as CSV")
        if len(members) != 1:
            raise ValueError(f"a zip archive of {len(members)} files; expected one")
        with archive.open(members[0]) as plain:
            return plain.read(HEAD_BYTES)


def _format(start: bytes) -> Format:
    if start[:4] == b"PAR1":
        return "parquet"
    if start[:16] == b"SQLite format 3\x00":
        return "sqlite"
    text = start.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in text[:1024] or not text.strip():
        return "unknown"
    if text.lstrip()[:1] in (b"{", b"["):
        return "json"
    return "csv"


def _columns(path: Path, kind: Format, start: bytes) -> tuple[str, ...]:
    if kind == "parquet":
        return tuple(pq.read_schema(path).names)
    if kind != "csv":
        return ()
    if len(start) == HEAD_BYTES and not {b"\n"[0], b"\r"[0]} & set(start):
        raise ValueError(f"its first line is longer than {HEAD_BYTES} bytes")
    line = start.decode("utf-8-sig", "replace").splitlines()[0]
    delimiter = max(DELIMITERS, key=line.count)
    return tuple(next(csv.reader(io.StringIO(line), delimiter=delimiter), []))
