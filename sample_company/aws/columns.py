"""The columns of CUR 2.0, with the name that each had in the legacy report.

Belongs here: reading the table ``columns.csv``: CUR 2.0 name, legacy CSV name
(empty where the legacy report has no such column) and type.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

Kind = Literal["string", "double", "bigint", "timestamp", "map"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the cost and usage report."""

    name: str
    legacy: str
    kind: Kind


def columns() -> tuple[Column, ...]:
    """Give the columns in the order of the export."""
    with Path(__file__).with_suffix(".csv").open(newline="") as table:
        return tuple(
            Column(row["name"], row["legacy"], cast("Kind", row["kind"]))
            for row in csv.DictReader(table)
        )
