"""The columns of the ledger: FOCUS 1.4 Cost and Usage, then Unitmill's ``x_`` ones.

``columns.csv`` holds the specification's facts. ``conform`` gives any SELECT this
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
    """One FOCUS column as the specification defines it."""

    name: str
    type: str
    level: str
    nullable: bool
    format: str
    allowed_values: tuple[str, ...]
    introduced: str


# Where a row came from and the vendor's own words for it. x_SourceCost is the amount
# that the row puts on the vendor's invoice; it differs from BilledCost only where
# FOCUS moves money between rows (Savings Plan covered usage and its negation), so
# both have the same sum per invoice. x_SourceRowPart is 1 for a row of the export
# and 2 or more for a row that Unitmill adds: for the unused part of a commitment fee,
# for the further days of a cost that an owner states once. x_CommitmentStart and
# x_CommitmentEnd (UTC, exclusive) are a commitment's term, where the bill says it.
X_COLUMNS: Mapping[str, str] = {
    "x_CommitmentEnd": "TIMESTAMP",
    "x_CommitmentStart": "TIMESTAMP",
    "x_CredentialId": "VARCHAR",
    "x_DeliveryId": "VARCHAR",
    "x_LineItemType": "VARCHAR",
    "x_Operation": "VARCHAR",
    "x_ProcessingTier": "VARCHAR",
    "x_SourceCost": MONEY,
    "x_SourceName": "VARCHAR",
    "x_SourceRowNumber": "BIGINT",
    "x_SourceRowPart": "TINYINT",
    "x_UsageType": "VARCHAR",
}


@cache
def columns() -> tuple[Column, ...]:
    """Give the 65 columns of FOCUS 1.4 Cost and Usage, alphabetical."""
    text = files("pipelines.focus").joinpath("columns.csv").read_text("utf-8")
    return tuple(
        Column(
            name=row["name"],
            type=row["type"],
            level=row["level"],
            nullable=row["nullable"] == "true",
            format=row["format"],
            allowed_values=tuple(v for v in row["allowed_values"].split("|") if v),
            introduced=row["introduced"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def ledger_types() -> dict[str, str]:
    """Map every ledger column to its DuckDB type, in ledger order."""
    return {column.name: column.type for column in columns()} | dict(X_COLUMNS)


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
