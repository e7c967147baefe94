"""DuckDB's types: what they are called, and which are alike."""

import re
from functools import cache
from typing import Final

from sqlglot import exp

from pipelines.spark.dialect.errors import DialectError

NULL: Final = '"NULL"'
# (DECIMAL(38,12), VARCHAR): the commas within have no space after them.
_TUPLE: Final = re.compile(r"TUPLE\(((?:[^()]|\(\d+,\d+\))*)\)")
_WHOLE: Final = frozenset(
    {
        exp.DType.TINYINT,
        exp.DType.SMALLINT,
        exp.DType.INT,
        exp.DType.BIGINT,
        exp.DType.INT128,
    }
)


def type_of(expression: exp.Expr) -> exp.DataType:
    """Give the DuckDB type of an expression that was annotated."""
    found = expression.type
    if found is None:
        raise DialectError(f"the type of {expression.sql('duckdb')} is not known")
    return found


def is_kind(kind: exp.DataType, *names: exp.DType) -> bool:
    """Return whether a type is one of these, whatever its width."""
    return bool(kind.this in names)


def is_whole(kind: exp.DataType) -> bool:
    """Return whether a type is of whole numbers; HUGEINT is one."""
    return bool(kind.this in _WHOLE)


def is_decimal(kind: exp.DataType) -> bool:
    """Return whether a type is DECIMAL."""
    return bool(kind.this == exp.DType.DECIMAL)


def is_double(kind: exp.DataType) -> bool:
    """Return whether a type is DOUBLE."""
    return bool(kind.this == exp.DType.DOUBLE)


def is_text(kind: exp.DataType) -> bool:
    """Return whether a type is text."""
    return bool(kind.this in (exp.DType.TEXT, exp.DType.VARCHAR))


def is_null_type(kind: exp.DataType) -> bool:
    """Return whether a type is that of a bare NULL."""
    return bool(kind.this == exp.DType.NULL)


def digits(kind: exp.DataType) -> tuple[int, int]:
    """Give width and scale of a DECIMAL."""
    width, scale = (int(part.name) for part in kind.expressions)
    return width, scale


def item_of(kind: exp.DataType) -> exp.DataType:
    """Give the type of a list's items."""
    if kind.this not in (exp.DType.ARRAY, exp.DType.LIST):
        raise DialectError(f"{kind.sql('duckdb')} is no list")
    return kind.expressions[0]  # type: ignore[no-any-return]


@cache
def parsed_type(written: str) -> exp.DataType:
    """Read a type as DuckDB writes it; a tuple is a struct without names."""
    named = _TUPLE.sub(_as_struct, written).replace(NULL, "NULL")
    return exp.DataType.build(named, dialect="duckdb")


def _as_struct(found: re.Match[str]) -> str:
    parts = re.split(r",\s+", found[1])
    fields = ", ".join(f"v{n} {kind}" for n, kind in enumerate(parts))
    return f"STRUCT({fields})"
