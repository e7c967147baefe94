"""The columns of the ledger: FOCUS 1.4 Cost and Usage, then Unitmill's ``x_`` ones.

``columns.csv`` holds the specification's facts and, in words of ours, what a column
says; ``x_columns.csv`` the same of Unitmill's own. ``conform`` gives any SELECT this
shape: same names, order and types, NULL for what the source does not know.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

MONEY = "DECIMAL(38,12)"


@dataclass(frozen=True, slots=True)
class Column:
    """One FOCUS column as the specification defines it, and what it says in short."""

    name: str
    type: str
    level: str
    nullable: bool
    format: str
    allowed_values: tuple[str, ...]
    introduced: str
    meaning: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files("pipelines.focus").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


# Where a row came from, and the vendor's own words for it.
_X_ROWS = _rows("x_columns.csv")
X_COLUMNS: Mapping[str, str] = {row["name"]: row["type"] for row in _X_ROWS}


@cache
def columns() -> tuple[Column, ...]:
    """Give the 65 columns of FOCUS 1.4 Cost and Usage, alphabetical."""
    return tuple(
        Column(
            name=row["name"],
            type=row["type"],
            level=row["level"],
            nullable=row["nullable"] == "true",
            format=row["format"],
            allowed_values=tuple(v for v in row["allowed_values"].split("|") if v),
            introduced=row["introduced"],
            meaning=row["meaning"],
        )
        for row in _rows("columns.csv")
    )


@cache
def ledger_types() -> dict[str, str]:
    """Map every ledger column to its DuckDB type, in ledger order."""
    return {column.name: column.type for column in columns()} | dict(X_COLUMNS)


@cache
def ledger_meanings() -> dict[str, str]:
    """Map every ledger column to what it says, in ledger order."""
    stated = {column.name: column.meaning for column in columns()}
    return stated | {row["name"]: row["meaning"] for row in _X_ROWS}


@cache
def closed_lists() -> frozenset[str]:
    """Name the columns whose values the specification lists."""
    return frozenset(c.name for c in columns() if c.allowed_values)


def conform(select: str, present: Mapping[str, str], types: Mapping[str, str]) -> str:
    """Wrap a SELECT so that it has exactly these columns, types and order.

    Args:
        select: the SELECT to wrap.
        present: the columns that it has, with their types (from DESCRIBE).
        types: the columns that it shall have, with their types.

    Raises:
        ValueError: the SELECT has a column that is neither known nor an ``x_`` one.
    """
    extra = [name for name in present if name not in types]
    unknown = [name for name in extra if not name.startswith("x_")]
    if unknown:
        raise ValueError(f"no such column: {', '.join(unknown)}")
    shaped = [_shaped(name, kind, present.get(name)) for name, kind in types.items()]
    shaped += [f'"{name}"' for name in extra]
    return f"select {', '.join(shaped)} from ({select})"


def _shaped(name: str, expected: str, actual: str | None) -> str:
    if actual is None:
        return f'cast(null as {expected}) as "{name}"'
    if actual == expected:
        return f'"{name}"'
    return f'cast("{name}" as {expected}) as "{name}"'
