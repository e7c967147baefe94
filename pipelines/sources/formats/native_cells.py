"""Cells of Parquet that have the type of their column: they are not read as text.

A number that is written out and read again costs several times what its sum costs.
Belongs here: which types of Parquet are good for which column of a log. Does not belong
here: other forms of a value, such as 12.0 for a count; those are read as text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.focus.schema import MONEY
from pipelines.landing.source import Candidate
from pipelines.sources.formats.csv_cells import Column, Type, positions

# Digits behind the point that an amount of the ledger keeps, and those before it.
_SCALE, _WHOLE = 12, 26


def with_natives(
    file: Candidate, columns: Sequence[Column], kinds: Mapping[str, str]
) -> tuple[Column, ...]:
    """Mark the columns that a file has in their own type.

    Args:
        file: any file; only Parquet has types.
        columns: the columns of a log.
        kinds: the name of each one's type in ``logs.TYPES``.
    """
    if file.format != "parquet":
        return tuple(columns)
    schema = pq.read_schema(file.path)
    found = positions(schema.names)
    types = {name: schema.field(place).type for name, place in found.items()}
    return tuple(
        replace(column, type=kind, is_native=True)
        if column.name in types
        and (kind := _native(column.type, kinds[column.name], types[column.name]))
        else column
        for column in columns
    )


def _native(kind: Type, name: str, there: pa.DataType) -> Type | None:
    """Give how a cell of this type is read; None where it is read as text."""
    if name == "flag" and pa.types.is_boolean(there):
        return replace(kind, read="{cell}", reads_all=True)
    if name == "time" and pa.types.is_timestamp(there) and there.unit != "ns":
        return replace(kind, read="cast({cell} as timestamp)", reads_all=True)
    if name == "count" and pa.types.is_integer(there):
        # Half of what 64 bits without a sign hold is too large.
        is_too_wide = there == pa.uint64()
        read = "try_cast({cell} as bigint)" if is_too_wide else "cast({cell} as bigint)"
        return replace(kind, read=read, reads_all=not is_too_wide)
    if name == "amount" and _is_amount(there):
        return replace(kind, read=f"cast({{cell}} as {MONEY})", reads_all=True)
    return None


def _is_amount(there: pa.DataType) -> bool:
    """Return whether an amount of the ledger holds every value of a type."""
    if pa.types.is_decimal(there):
        fits: bool = there.scale <= _SCALE and there.precision - there.scale <= _WHOLE
        return fits
    is_whole: bool = pa.types.is_integer(there)
    return is_whole
