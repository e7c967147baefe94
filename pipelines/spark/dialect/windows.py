"""Windows: numbers of rows, and what is beside them.

What a window says of equal rows without an order is not the same twice, so that is an
error; whole numbers are BIGINT in DuckDB.
"""

from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import build
from pipelines.spark.dialect.build import Rules, bound, call, cast, double, number
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.mixing import as_type
from pipelines.spark.dialect.steps import is_materialized

_DOUBLE: Final = exp.DataType.build("double")
_ITEM: Final = "_item"
_NUMBERED: Final = (exp.RowNumber, exp.Rank, exp.DenseRank)
_SHIFTED: Final = (exp.Lag, exp.Lead)


def _window(node: exp.Expr) -> exp.Expr:
    """Number rows, or sum up those around; numbers are BIGINT in DuckDB."""
    function = node.this
    if isinstance(function, exp.Anonymous) and function.name == "product":
        return _product(node)
    has_order = node.args.get("order") is not None
    if isinstance(function, exp.RowNumber) and not has_order and is_materialized(node):
        # Each row has some number, and keeps it: rows are written before they are read.
        node.set("order", exp.Order(expressions=[exp.Ordered(this=number(1))]))
        return cast(node.copy(), "bigint")
    if isinstance(function, (*_NUMBERED, *_SHIFTED)) and not has_order:
        raise DialectError(f"{node.sql('duckdb')[:80]} has no order")
    if isinstance(function, _NUMBERED):
        return cast(node.copy(), "bigint")
    return node


def _shifted(node: exp.Expr) -> exp.Expr:
    if node.args.get("default") is not None:
        raise DialectError(
            "no rule for the default of lag() and lead(); write coalesce"
        )
    return node


def _product(node: exp.Expr) -> exp.Expr:
    """Multiply values in the order of a window; NULL is the product of none."""
    if node.args.get("order") is None:
        raise DialectError(f"{node.sql('duckdb')[:80]} has no order")
    [value] = node.this.expressions
    listed = node.copy()
    listed.set("this", call("collect_list", as_type(value, _DOUBLE)))
    a, b = exp.to_identifier("_product"), exp.to_identifier(_ITEM)
    times = exp.Lambda(
        this=exp.Mul(this=a.copy(), expression=b.copy()), expressions=[a, b]
    )
    return bound(
        listed,
        lambda items: build.when(
            exp.EQ(this=call("size", items.copy()), expression=number(0)),
            exp.Null(),
            call("aggregate", items.copy(), double(1.0), times),
        ),
    )


def _product_alone(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.parent, exp.Window):
        raise DialectError("no rule for product() without a window")
    return node


RULES: Final[Rules] = {
    exp.Window: _window,
    exp.Lag: _shifted,
    exp.Lead: _shifted,
    "product": _product_alone,
}
