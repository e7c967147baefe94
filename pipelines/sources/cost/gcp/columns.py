"""What the columns of a billing export are called, in every format.

``columns.csv`` lists what Unitmill reads: its name here, its path in the export, its
type, and whether a row can do without. Belongs here: names. Reading the files
(``reading.py``) and what a column means (``convert.sql``) do not.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial

from pipelines.sources.formats.package_files import rows_beside


@dataclass(frozen=True, slots=True)
class Column:
    """One column that Unitmill reads.

    Attributes:
        name: its name in the SQL.
        path: its place in the export, 'service.description'.
        type: 'text', 'number', 'time', 'month', 'currency' or 'list'.
        fields: what the elements of a list have; () for other types.
        required: no file can do without it.
    """

    name: str
    path: str
    type: str
    fields: tuple[str, ...]
    required: bool

    @property
    def steps(self) -> tuple[str, ...]:
        """The names on the way to it."""
        return tuple(self.path.split("."))


@cache
def known() -> tuple[Column, ...]:
    """Give the columns that Unitmill reads."""
    made = []
    for row in table("columns.csv"):
        kind, _, fields = row["type"].partition(":")
        names = tuple(fields.split("|")) if fields else ()
        needed = row["needed"] == "yes"
        made.append(Column(row["name"], row["path"], kind, names, needed))
    return tuple(made)


def plain() -> tuple[Column, ...]:
    """Give the columns that hold one value."""
    return tuple(column for column in known() if column.type != "list")


def lists() -> tuple[Column, ...]:
    """Give the columns that hold a list."""
    return tuple(column for column in known() if column.type == "list")


def by_path(headers: Iterable[str]) -> dict[str, int]:
    """Map the paths that a flattened table has to the positions of their columns.

    Flattened names have dots or underscores; no two paths differ only in these.
    """
    paths = {_flat(column.path): column.path for column in known()}
    found: dict[str, int] = {}
    for position, header in enumerate(headers):
        path = paths.get(_flat(header))
        if path:
            found.setdefault(path, position)
    return found


# The tables beside this module.
table = partial(rows_beside, __package__)


def _flat(name: str) -> str:
    return re.sub(r"[._]+", "_", name.strip().lower())
