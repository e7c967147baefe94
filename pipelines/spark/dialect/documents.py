"""JSON: a text in Spark, of which values are taken by path or key."""

import re
from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import kinds
from pipelines.spark.dialect.build import Rules, bound, call, text, when
from pipelines.spark.dialect.conversions import in_spark, read_json
from pipelines.spark.dialect.errors import DialectError

_KEY: Final = re.compile(r"[^\[\]'\"*]+")


def _value(node: exp.Expr) -> exp.Expr:
    """Take a value of an object as text: by a written path, or by a key of a column.

    A key that begins with ``$`` or ``/`` is a path in DuckDB; that is an error here.
    """
    path = node.expression
    if isinstance(path, exp.JSONPath):
        keys = [part.this for part in path.expressions[1:]]
        is_plain = all(
            isinstance(part, exp.JSONPathKey) and _KEY.fullmatch(str(part.this))
            for part in path.expressions[1:]
        )
        if not is_plain:
            raise DialectError(f"no rule for the path in {node.sql('duckdb')[:80]}")
        return call(
            "get_json_object", node.this, text("$" + "".join(f"['{k}']" for k in keys))
        )
    if not kinds.is_text(kinds.type_of(path)):
        raise DialectError(f"no rule for the key in {node.sql('duckdb')[:80]}")
    values = read_json(node.this, "map<string, string>")
    refused = call(
        "raise_error", call("concat", text("no rule for the path "), path.copy())
    )
    return bound(
        path,
        lambda key: when(
            call("regexp_like", key.copy(), text("^[$/]")),
            refused,
            call("try_element_at", values, key.copy()),
        ),
    )


def _from_json(node: exp.Expr) -> exp.Expr:
    """Read a list of texts; the type is what DuckDB makes of its structure."""
    return read_json(node.this, in_spark(kinds.type_of(node)))


RULES: Final[Rules] = {exp.JSONExtractScalar: _value, exp.FromJson: _from_json}
