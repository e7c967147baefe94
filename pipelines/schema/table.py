"""What a table of the ledger folder is: a name, a grain, and columns with a meaning.

Belongs here: the form of a declaration. The declarations stand beside it, one module a
domain; those of owners' lists follow from the lists (``sources.lists``).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: as the Parquet partitions spell it.
        type: its DuckDB type.
        meaning: what it says, its unit, and when it is NULL.
    """

    name: str
    type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: also that of the ledger's folder, of the Dagster asset and the dbt source.
        description: what it holds, in a sentence.
        grain: what one row is.
        columns: in the order of the partitions.
        notes: how its counters are to be read, where a column alone does not say it.
    """

    name: str
    description: str
    grain: str
    columns: tuple[Column, ...]
    notes: str = ""

    @property
    def types(self) -> Mapping[str, str]:
        """Map each column to its DuckDB type, in order."""
        return {column.name: column.type for column in self.columns}


# Where a row came from.
ORIGIN = (
    Column("source_name", "VARCHAR", "The source that wrote the row."),
    Column(
        "delivery_id",
        "VARCHAR",
        "The delivery it came with; see the mart `deliveries`.",
    ),
    Column(
        "source_row_number",
        "BIGINT",
        "The row's place in its delivery, from 1; of a row that sums up several, the "
        "first one's.",
    ),
)
