"""Which mark is the decimal one in a file's numbers: ``2,40``, ``1.234,56``, ``2.40``.

Belongs here: what the cells of a column prove, and the number that a cell then is.
Which columns hold numbers is each source's business.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Mark = Literal[",", "."]
# Switzerland and France write 1'234.56 and 1 234,56, often with a no-break space.
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u202f'\u2019](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"[-+]?[$€£]?(\d[\d.,]*|[.,]\d+)([eE][-+]?\d+)?")
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,]\d{3})+")
_OTHER: Mapping[Mark, Mark] = {",": ".", ".": ","}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a cell shows: the mark before its decimals, and whether that is certain.

    ``1,234`` may be a thousand or one; ``0,12``, ``12,5`` and ``1.234,56`` may not.
    """

    mark: Mark
    is_certain: bool


@dataclass(slots=True)
class Evidence:
    """What the cells of a column prove: for each mark, the first row and its cell.

    Attributes:
        proven: certain cells.
        possible: cells where the mark may also group thousands.
    """

    proven: dict[Mark, tuple[int, str]] = field(default_factory=dict)
    possible: dict[Mark, tuple[int, str]] = field(default_factory=dict)

    @property
    def is_any(self) -> bool:
        """Whether a cell has a mark at all."""
        return bool(self.proven or self.possible)

    def add(self, row: int, cell: str) -> None:
        """Take in one cell; what is no number says nothing."""
        shown = shown_by(cell)
        if shown is not None:
            found = self.proven if shown.is_certain else self.possible
            found.setdefault(shown.mark, (row, cell))


def shown_by(cell: str) -> Shown | None:
    """Return which decimal mark a cell shows; None where it shows none."""
    text = _SPACES.sub("", cell)
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    digits, exponent = found.groups()
    marks = [letter for letter in digits if letter in ",."]
    if not marks:
        return None
    last: Mark = "," if marks[-1] == "," else "."
    grouped = _GROUPED.fullmatch(digits)
    if len(set(marks)) == 1:
        if len(marks) > 1:
            # Thousands: the other mark is the decimal one, though it is not seen.
            return Shown(_OTHER[last], is_certain=True) if grouped else None
        certain = grouped is None or bool(exponent) or text != cell
        return Shown(last, is_certain=certain)
    whole = digits[: digits.rindex(last)]
    is_number = marks.count(last) == 1 and _GROUPED.fullmatch(whole)
    return Shown(last, is_certain=True) if is_number else None


def marks_of(
    columns: Mapping[str, Evidence], delimiter: str
) -> tuple[dict[str, Mark], str]:
    """Decide the decimal mark of each column.

    Args:
        columns: what the cells of each prove, by name.
        delimiter: that of the file; with ';' a comma is a decimal mark.

    Returns:
        The marks, and what cannot be decided, '' where all can.
    """
    anywhere: set[Mark] = {mark for each in columns.values() for mark in each.proven}
    marks: dict[str, Mark] = {}
    for name, found in columns.items():
        if len(found.proven) > 1:
            first, later = sorted(found.proven.values())
            return {}, (
                f"row {later[0]}: {name} is {later[1]!r}, and in row {first[0]} "
                f"{first[1]!r}; expected one decimal mark in a column"
            )
        known = set(found.proven) or anywhere
        if len(known) == 1:
            (marks[name],) = known
            continue
        undecided = _undecided(found, delimiter)
        if known and found.possible:
            undecided = next(iter(found.possible.values()))
        if undecided:
            row, cell = undecided
            return {}, (
                f"row {row}: decimal comma in {name}? {cell!r} may be "
                f"{with_point(cell, '.')} or {with_point(cell, ',')}; expected numbers "
                "with a decimal point"
            )
        marks[name] = "," if "," in found.possible else "."
    return marks, ""


def _undecided(found: Evidence, delimiter: str) -> tuple[int, str] | None:
    """Give a cell that may be two numbers, where nothing in the file says which."""
    if delimiter == ";":
        return found.possible.get(".")
    return found.possible.get(",")


def with_point(cell: str, mark: Mark) -> str:
    """Write a number with a decimal point and without thousands; leave all else."""
    if shown_by(cell) is None and not _SPACES.search(cell):
        return cell
    text = _SPACES.sub("", cell)
    if _NUMBER.fullmatch(text) is None:
        return cell
    return text.replace(_OTHER[mark], "").replace(mark, ".")


def evidence_of(
    rows: Iterable[tuple[int, list[str]]], numbers: Mapping[str, int]
) -> dict[str, Evidence]:
    """Look at every cell of the columns that hold numbers.

    Args:
        rows: numbered from 1.
        numbers: the place of each such column, by name.
    """
    columns = {name: Evidence() for name in numbers}
    pairs = [(columns[name], place) for name, place in numbers.items()]
    for number, row in rows:
        for column, place in pairs:
            cell = row[place]
            if "," in cell or "." in cell:
                column.add(number, cell.strip())
    return columns
