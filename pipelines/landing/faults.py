"""What is wrong with a file, in one sentence of ours, whatever engine stumbled on it.

DuckDB, Arrow, zlib and JSON parsers speak to programmers: in several lines, with
advice on their own options, and with the row, which may hold what nobody should see.
Belongs here: the words for what they say. Does not belong here: what a source refuses
itself, which comes as it is.
"""

import csv
import json
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.landing.plain_csv import first_fault, original_of
from pipelines.landing.source import Candidate, ExportError

_ENGINE = re.compile(r"^[A-Z][A-Za-z ]+ Error: ")
# A SELECT of ours that refuses a cell says what it expected, in one line.
_OURS = re.compile(r"expected | is gone\b|does not sum")
_SHOWN = 60
_FILE = re.compile(r"^  file = (.+)$", re.MULTILINE)
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CUT = "its {kind} data is damaged or cut off; fetch it again"
_NO_NUMBER = "a number such as 1234.56"
_EXPECTED = (
    (r"DECIMAL|DOUBLE|FLOAT|(?i:numer)", _NO_NUMBER),
    (r"TIMESTAMP|FORMAT", "a time such as 2026-08-13T05:00:00Z"),
    (r"DATE", "a date such as 2026-08-13"),
    (r"INT|BIGINT|HUGEINT", "a whole number"),
    (r"BOOL", "true or false"),
    (r"JSON|MAP|STRUCT", 'a JSON object such as {"team": "search"}'),
)
# What DuckDB says of a value: its text, and a word of the type that it should have.
_VALUES = (
    r"Could not convert string ['\"](?P<value>.*?)['\"] to (?P<type>\w+)",
    r"Failed to cast value(?::)? ['\"]?(?P<value>.*?)['\"]? (?:to|as) (?P<type>\w+)",
    r"cast value to (?P<type>numer)ical: ['\"]?(?P<value>.*?)['\"]?(?: in |$)",
    r"Casting value ['\"](?P<value>.*?)['\"] to type (?P<type>\w+)",
    r"invalid (?P<type>timestamp|date) field format: ['\"](?P<value>.*?)['\"]",
    r"(?P<type>timestamp|date|time) field value out of range: ['\"](?P<value>.*?)['\"]",
    r"Could not parse string ['\"](?P<value>.*?)['\"] according to (?P<type>\w+)",
    r"Malformed (?P<type>JSON) at byte.*?Input: ['\"]?(?P<value>.*?)['\"]?$",
)
_NO_JSON = (
    "its JSON is damaged or cut off; expected whole records, one a line or in one array"
)
_NO_UTF_8 = "it has text that is not UTF-8; save it as UTF-8"
_KINDS = (
    (r"(?i)gzip|zlib|inflate|deflate|end-of-stream", _CUT.format(kind="gzip")),
    (
        r"magic bytes not found",
        _CUT.format(kind="Parquet") + " (Parquet magic bytes not found in footer)",
    ),
    (
        r"(?i)parquet|thrift|TProtocol|snappy|magic bytes|zstd",
        _CUT.format(kind="Parquet"),
    ),
    (r"(?i)utf-?8|unicode|encoded", _NO_UTF_8),
    (
        r"maximum_object_size",
        "it has a record that is larger than is read; expected one record a line",
    ),
    (r"(?i)json", _NO_JSON),
    (r"(?i)duplicate", "it says a key twice where one is expected"),
)
_UNKNOWN = "it cannot be read; expected the file as its vendor wrote it"
_BY_CLASS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        (zipfile.BadZipFile, zipfile.LargeZipFile),
        "not a readable zip archive; fetch it again",
    ),
    (
        EOFError,
        _CUT.format(kind="gzip") + " (it ended before the end-of-stream marker)",
    ),
    (zlib.error, _CUT.format(kind="gzip")),
    ((json.JSONDecodeError, RecursionError), _NO_JSON),
    (UnicodeError, _NO_UTF_8),
    (csv.Error, "it is no CSV; expected every quote closed, and rows of one length"),
    (sqlite3.Error, _CUT.format(kind="SQLite")),
    (struct.error, "it is damaged or cut off; fetch it again"),
)


def sentence_of(error: BaseException, names: Mapping[Path, str] | None = None) -> str:
    """Say what is wrong with a file: in one line, with row and value where known.

    Args:
        error: what a reader raised.
        names: what the files are called for a person; a path shows its last part.

    Returns:
        A sentence without the file's name, or with it where a SELECT of ours, or the
        row that is at fault, says it.

    Raises:
        duckdb.InterruptException: the reader was stopped, as by Ctrl-C or SIGTERM; that
            says nothing of the file, which must not be refused for it.
    """
    if isinstance(error, duckdb.InterruptException):
        raise error
    if isinstance(error, ExportError):
        return str(error)
    if isinstance(error, duckdb.Error):
        return _of_duckdb(error, names or {})
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, RuntimeError) and "password" in str(error):
        return "an encrypted zip archive; unpack it"
    for kinds, sentence in _BY_CLASS:
        if isinstance(error, kinds):
            return sentence
    message = _by_words(str(error))
    is_arrow = isinstance(error, pa.ArrowException) and message == _UNKNOWN
    return _CUT.format(kind="Parquet") if is_arrow else message


def message_of(source: str, file: Candidate, error: BaseException) -> str:
    """Say what is wrong with a file of a source, with its name."""
    sentence = sentence_of(error, {file.path: file.name})
    before = f"{source}: " if source else ""
    if before and sentence.startswith(before):
        return sentence
    if sentence.startswith(file.path.name):
        sentence = file.name + sentence.removeprefix(file.path.name)
    if sentence.startswith(file.name):
        return before + sentence
    return f"{before}{file.name}: unreadable, {sentence}"


def _by_words(message: str) -> str:
    for pattern, sentence in _KINDS:
        if re.search(pattern, message):
            return sentence
    return _UNKNOWN


def _of_duckdb(error: duckdb.Error, names: Mapping[Path, str]) -> str:
    message = _ENGINE.sub("", str(error))
    if isinstance(error, duckdb.OutOfMemoryException):
        return "it needs more memory than UNITMILL_MEMORY_LIMIT allows; raise it"
    if found := _FILE.search(message):
        return _of_csv(Path(found[1]), message, names)
    first = message.partition("\n")[0].strip()
    if of_value := _of_value(first):
        return of_value
    if _OURS.search(first) and "Malformed" not in first:
        return first
    return _of_place(first, names) or _by_words(first)


def _of_value(message: str) -> str:
    """Say which value is not what it should be; '' where the engine names none."""
    for pattern in _VALUES:
        if value := re.search(pattern, message):
            shown = value["value"][:_SHOWN]
            return f"{shown!r} is not {_expected(value['type'])}"
    return ""


def _of_place(message: str, names: Mapping[Path, str]) -> str:
    """Say which record is none, which file or column is not there; '' for neither."""
    if found := re.search(r"in line (\d+): Expected (\w+)", message):
        return f"line {found[1]}: Expected {found[2]} in a key, as its vendor writes it"
    if found := re.search(r"in record/value (\d+)", message):
        return f"record {found[1]} is no JSON; expected whole records"
    if found := re.search(r'(?:open file|pattern) "?([^"]+?)"?(?::|$)', message):
        return f"{_named(Path(found[1]), names)} is gone or cannot be opened"
    if found := re.search(r'column "([^"]+)" not found', message):
        return f"it has no column {found[1]}"
    return ""


def _expected(kind: str) -> str:
    for pattern, expected in _EXPECTED:
        if re.search(pattern, kind.upper()):
            return expected
    return "what its column holds"


def _of_csv(path: Path, message: str, names: Mapping[Path, str]) -> str:
    """Look for the row in the file: DuckDB counts lines, and shows the whole of one."""
    name = _named(path, names)
    try:
        fault = first_fault(path)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        return f"{name}: {sentence_of(error)}"
    if fault:
        return f"{name}{fault}"
    line = _LINE.search(message)
    place = f", line {line[1]}" if line else ""
    return (
        f"{name}{place}: is no row of this CSV; expected cells between commas, with "
        "quotes doubled within a cell"
    )


def _named(path: Path, names: Mapping[Path, str]) -> str:
    original = original_of(path)
    return names.get(original, original.name)
