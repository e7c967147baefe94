"""How sample files are written so that their bytes never change.

Belongs here: bytes on disk. What the files say belongs to the module of the system.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with line feeds, whatever the platform."""
    write_bytes(path, text.encode())


def write_json(path: Path, document: object, *, indent: int | None = None) -> None:
    """Write a JSON document; without an indent it is as small as JSON gets."""
    separators = (",", ":") if indent is None else (",", ": ")
    write_text(path, json.dumps(document, indent=indent, separators=separators) + "\n")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a CSV with a header."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def write_gzip(path: Path, text: str) -> None:
    """Write gzip without a file name and with time 0 in its header."""
    write_bytes(path, gzip.compress(text.encode(), compresslevel=9, mtime=0))


def gzip_json(path: Path, document: object) -> None:
    """Write a JSON document, as small as JSON gets, as gzip."""
    write_gzip(path, json.dumps(document, separators=(",", ":")) + "\n")
