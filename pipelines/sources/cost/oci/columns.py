"""What the columns of a cost report are called, and which of them are tags.

``columns.csv`` lists what Unitmill reads: its name here, its header, its type, and
whether a row can do without. Belongs here: names. Reading the files (``reading.py``)
and what a column means (``convert.sql``) do not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial

from pipelines.sources.formats.package_files import rows_beside

TAG = "tags/"


@dataclass(frozen=True, slots=True)
class Column:
    """One column that Unitmill reads: type is text, number, time, flag or currency."""

    name: str
    header: str
    type: str
    required: bool


@cache
def known() -> tuple[Column, ...]:
    """Give the columns that Unitmill reads."""
    return tuple(
        Column(row["name"], row["header"], row["type"], row["needed"] == "yes")
        for row in table("columns.csv")
    )


def positions(headers: Iterable[str]) -> dict[str, int]:
    """Map the headers that Unitmill reads to their places in a file."""
    header_of_lower = {column.header.lower(): column.header for column in known()}
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        named = header_of_lower.get(header.strip().lower())
        if named:
            found.setdefault(named, place)
    return found


def tags(headers: Iterable[str]) -> dict[str, int]:
    """Map each tag, '<Namespace>.<Key>' of any characters, to its place in a file."""
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        key = header.removeprefix(TAG)
        if key and key != header:
            found.setdefault(key, place)
    return found


# The tables beside this module.
table = partial(rows_beside, __package__)
