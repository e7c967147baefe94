"""In which dialect a CSV is written: its encoding, delimiter, and where its header is.

Belongs here: what a file's beginning says of it. Does not belong here: bringing the
file into the one dialect that is read (``plain_csv``), and decimal marks, which take
the whole file (``decimals``).
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

# What is read of a file to find out what it is.
HEAD_BYTES = 64 * 1024
DELIMITERS = ",|;\t"
# Longer marks first: that of UTF-32 begins as that of UTF-16 does.
MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# One letter of Western Europe is one such byte, and words have hardly three in a row.
# Chinese, Japanese, Greek or Cyrillic in an older encoding have many.
_FOREIGN = re.compile(rb"[\x80-\xff]{3}")
_QUOTED = re.compile(r'"[^"]*"')
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_SEPARATOR_LINE = re.compile(r'"?sep=([,|;\t])"?\s*', re.IGNORECASE)
# How many lines may stand before a header, and what tells a header from them.
_LINES = 40
_TITLE_CELLS = 2
_HEADER_CELLS = 4
NOT_TEXT = "it is neither UTF-8 nor Windows-1252 text; save it as UTF-8"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV is written.

    Attributes:
        encoding: a codec of Python; a byte order mark is no part of the text.
        delimiter: one of ``DELIMITERS``.
        before: lines before the header: a title, ``sep=;``, blank lines.
        header: the names of the columns, without blanks around them.
    """

    encoding: str
    delimiter: str
    before: int
    header: tuple[str, ...]

    @property
    def is_plain(self) -> bool:
        """Whether DuckDB reads it as it lies."""
        return (
            self.encoding == "utf-8"
            and self.delimiter == ","
            and not self.before
            and (not self.header or bool(self.header[-1]))
        )


def text_of(start: bytes) -> tuple[str, str]:
    """Decode a file's beginning: its encoding, and the text without its mark.

    Raises:
        ValueError: it is no text in an encoding that is read.
    """
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return encoding, start[len(mark) :].decode(encoding, "replace")
    pairs = start[:64]
    for place, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        others = pairs[1 - place :: 2]
        if len(pairs) > _HEADER_CELLS and not any(pairs[place::2]) and all(others):
            return encoding, start.decode(encoding, "replace")
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may be cut.
        if error.reason == "unexpected end of data":
            return "utf-8", start.decode("utf-8", "ignore")
        refuse_foreign(start)
        return "cp1252", start.decode("cp1252")
    return "utf-8", start.decode("utf-8")


def refuse_foreign(start: bytes) -> None:
    """Refuse bytes that are no Windows-1252, of which Latin-1 is a part.

    Raises:
        ValueError: names and descriptions would be read as other letters.
    """
    if _UNDEFINED.search(start) or _FOREIGN.search(start):
        raise ValueError(NOT_TEXT)


def dialect_of(start: bytes) -> Dialect:
    """Return how a CSV with this beginning is written.

    Raises:
        ValueError: it is no text that is read.
        csv.Error: it is no CSV.
    """
    encoding, text = text_of(start)
    lines = io.StringIO(text, newline="").readlines()[:_LINES]
    stated = _SEPARATOR_LINE.fullmatch(lines[0]) if lines else None
    before = _header_line(lines, 1 if stated else 0)
    if before == len(lines):
        return Dialect(encoding, ",", 0, ())
    below = next((line for line in lines[before + 1 :] if line.strip()), "")
    delimiter = stated[1] if stated else delimiter_of(lines[before], below)
    rows = csv.reader(lines[before:], delimiter=delimiter)
    header = tuple(_stripped(name) for name in next(rows, []))
    return Dialect(encoding, delimiter, before, header)


def delimiter_of(line: str, below: str = "") -> str:
    """Return what separates the cells of a header, and those of the row below it.

    What is in quotes does not count.
    """
    header, row = _QUOTED.sub("", line), _QUOTED.sub("", below)

    def found(mark: str) -> tuple[int, int]:
        return min(header.count(mark), row.count(mark)), header.count(mark)

    return max(DELIMITERS, key=found)


def _header_line(lines: Sequence[str], first: int) -> int:
    """Find the header: behind blank lines, and behind a title of one or two cells."""
    filled = [place for place in range(first, len(lines)) if _cells(lines[place])]
    if not filled:
        return len(lines)
    if len(_cells(lines[filled[0]])) <= _TITLE_CELLS:
        for place in filled[1:]:
            cells = _cells(lines[place])
            if len(set(cells)) == len(cells) >= _HEADER_CELLS:
                return place
    return filled[0]


def _cells(line: str) -> list[str]:
    """Give the cells of a line that are not blank."""
    cells = next(csv.reader([line], delimiter=delimiter_of(line)), [])
    return [cell for cell in cells if _stripped(cell)]


def _stripped(name: str) -> str:
    """Take blanks, tabs, no-break spaces and marks off the ends of a name."""
    return name.strip("\ufeff\u200b").strip()
