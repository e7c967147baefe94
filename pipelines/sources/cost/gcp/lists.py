"""Read lists that somebody wrote into one cell of a flattened CSV.

Belongs here: JSON, or what Python prints for a list, to JSON whose values are all
text, so that no amount passes through a float. What a list means is in
``convert.sql``.
"""

import ast
import json
import re
from contextlib import suppress

import duckdb

FUNCTION = "gcp_list"
# JSON all the same, so that SQL may read it as a list and get NULL.
UNREADABLE = "false"
NOTHING = {"", "none", "null", "nan", "[]", "{}"}
# Decimal('-0.5') is what Python prints for NUMERIC.
WRAPPED = re.compile(r"\bDecimal\(('[^']*'|\"[^\"]*\")\)")
# A number outside of quotes, after a colon.
NUMBER = re.compile(r"""((?:'|")\s*:\s*)(-?\d[\d.]*(?:[eE][+-]?\d+)?)(?=\s*[,}])""")


def register(db: duckdb.DuckDBPyConnection) -> None:
    """Let a connection's SQL call ``gcp_list``."""
    found = db.execute(
        "select count(*) from duckdb_functions() where function_name = $name",
        {"name": FUNCTION},
    ).fetchall()
    if found == [(0,)]:
        db.create_function(FUNCTION, read, ["VARCHAR"], "VARCHAR")


def read(text: str) -> str:
    """Give a cell as a JSON list of objects of texts, or UNREADABLE."""
    if text.strip().lower() in NOTHING:
        return "[]"
    value = _value(text)
    if isinstance(value, dict):
        # {'team': 'search'} is what many scripts make of labels.
        value = [{"key": key, "value": cell} for key, cell in value.items()]
    if not isinstance(value, list) or not all(isinstance(i, dict) for i in value):
        return UNREADABLE
    return json.dumps([_texts(item) for item in value])


def _value(text: str) -> object:
    with suppress(ValueError):
        return json.loads(text, parse_float=str, parse_int=str)
    quoted = NUMBER.sub(r"\1'\2'", WRAPPED.sub(r"\1", text))
    for attempt in (quoted, text):
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
            return ast.literal_eval(attempt)
    return None


def _texts(item: dict[object, object]) -> dict[str, str | None]:
    return {str(k): None if v is None else str(v) for k, v in item.items()}
