"""Types of Postgres: each column of DuckDB as one that has exactly the same values.

Belongs here: which type a column gets, and how DuckDB gives its values. Does not belong
here: what a column means.
"""

import re
from dataclasses import dataclass

from pipelines.landing.source import quoted
from pipelines.targets.postgres.session import identifier

SAME = {
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "INTERVAL": "interval",
    "BLOB": "bytea",
}
# Postgres has no such type; the next larger one holds every value. It has no unit of a
# timestamp either.
WIDER = {
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "decimal(20, 0)",
    "HUGEINT": "decimal(38, 0)",
    "UHUGEINT": "decimal(38, 0)",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
}
DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
NESTED = ("STRUCT(", "MAP(", "UNION(")
TEXT = {"VARCHAR", "JSON"}
# No text of Postgres has this character; U+FFFD is what Unicode has for one that cannot
# be shown.
WITHOUT_NUL = "replace({}, chr(0), chr(65533))"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called, its type, and what DuckDB is to select."""

    name: str
    type: str
    value: str


def column(name: str, data_type: str) -> Column:
    """Give the column of Postgres for one of DuckDB.

    Args:
        name: of the column.
        data_type: of DuckDB's catalog, such as ``DECIMAL(38,12)``.
    """
    kind, value = _of(data_type, identifier(name))
    return Column(name, kind, value)


def _of(data_type: str, value: str) -> tuple[str, str]:
    if data_type in SAME:
        return SAME[data_type], _finite(data_type, value)
    if found := DECIMAL.fullmatch(data_type):
        return f"numeric({found[1]}, {found[2]})", value
    if wider := WIDER.get(data_type):
        kind = wider.replace("decimal", "numeric")
        return kind, f"cast({value} as {wider})"
    if data_type.endswith("[]"):
        return _list(data_type.removesuffix("[]"), value)
    if data_type.endswith("]") or data_type.startswith(NESTED):
        return "text", _text(f"to_json({value})")
    return "text", _text(value)


def _list(element: str, value: str) -> tuple[str, str]:
    """Give an array of Postgres for a list of single values; JSON for one of lists."""
    if element in TEXT:
        clean = WITHOUT_NUL.format("element")
        return "text[]", f"list_transform({value}, lambda element: {clean})"
    if element in SAME or DECIMAL.fullmatch(element):
        kind, _ = _of(element, value)
        return f"{kind}[]", value
    if wider := WIDER.get(element):
        kind = wider.replace("decimal", "numeric")
        return f"{kind}[]", f"cast({value} as {wider}[])"
    return "text", _text(f"to_json({value})")


def _text(value: str) -> str:
    return WITHOUT_NUL.format(f"cast({value} as varchar)")


def _finite(data_type: str, value: str) -> str:
    """Stop at an infinite moment, which the driver would write as one of a year."""
    if not data_type.startswith("TIMESTAMP"):
        return value
    wrong = quoted(f"{value} is infinite, which cannot be copied to Postgres")
    return f"case when isinf({value}) then error({wrong}) else {value} end"
