"""Values of several types in one place: compared, or one of them chosen.

DuckDB's common type of a DECIMAL and a HUGEINT keeps the decimals, Spark's drops them;
a text beside a date is read as a date. So each operand is converted to the type that
DuckDB says, wherever that is not its own.
"""

from collections.abc import Iterable
from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import asking, build, kinds
from pipelines.spark.dialect.build import Rule, Rules, call
from pipelines.spark.dialect.conversions import converted
from pipelines.spark.dialect.errors import DialectError


def as_type(expression: exp.Expr, target: exp.DataType) -> exp.Expr:
    """Convert an annotated operand to a type, if it is of another one."""
    return converted(expression, kinds.type_of(expression), target)


def aligned(*operands: exp.Expr) -> list[exp.Expr]:
    """Convert operands that are compared to the type in which DuckDB compares them.

    Raises:
        DialectError: a text that is no literal stands beside something else.
    """
    sides = [kinds.type_of(one) for one in operands]
    if all(kinds.is_whole(kind) for kind in sides):
        return list(operands)
    target = asking.common_type(*operands)
    for one, kind in zip(operands, sides, strict=True):
        is_column = kinds.is_text(kind) and not isinstance(one, exp.Literal)
        if is_column and not kinds.is_text(target):
            raise DialectError(
                f"the text {one.sql('spark')[:60]} is compared to no text"
            )
        if kinds.is_text(target) and not (
            kinds.is_text(kind) or kinds.is_null_type(kind)
        ):
            raise DialectError(f"{one.sql('spark')[:60]} is compared to a text")
    return [as_type(one, target) for one in operands]


def _compared(node: exp.Expr) -> exp.Expr:
    left, right = aligned(node.this, node.expression)
    return _remade(node, left, right)


def _remade(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return type(node)(this=build.wrapped(left), expression=build.wrapped(right))


def _interval_compared(node: exp.Expr) -> exp.Expr:
    """Compare spans of time; a month has no length in Spark, so only days do."""
    if kinds.is_kind(kinds.type_of(node.this), exp.DType.INTERVAL):
        for unit in node.find_all(exp.Interval):
            if str(unit.args["unit"].name).upper() not in ("DAY", "HOUR", "SECOND"):
                raise DialectError(f"no rule compares a span to {unit.sql('duckdb')}")
        return _remade(node, node.this, node.expression)
    return _compared(node)


def _null_safe_differs(node: exp.Expr) -> exp.Expr:
    left, right = aligned(node.this, node.expression)
    return exp.Not(this=exp.Paren(this=_remade(exp.NullSafeEQ(), left, right)))


def _between(node: exp.Expr) -> exp.Expr:
    this, low, high = aligned(node.this, node.args["low"], node.args["high"])
    return exp.Between(this=build.wrapped(this), low=low, high=high)


def _in(node: exp.Expr) -> exp.Expr:
    if query := node.args.get("query"):
        if asking.common_type(node.this, query) != kinds.type_of(node.this):
            raise DialectError(f"no rule for {node.sql('duckdb')[:80]}: mixed types")
        return node
    this, *listed = aligned(node.this, *node.expressions)
    return exp.In(this=build.wrapped(this), expressions=listed)


def chosen(node: exp.Expr, operands: Iterable[exp.Expr]) -> list[exp.Expr]:
    """Convert operands to the type of the node that gives one of them."""
    return [as_type(one, kinds.type_of(node)) for one in operands]


def _coalesce(node: exp.Expr) -> exp.Expr:
    return call("coalesce", *chosen(node, [node.this, *node.expressions]))


def _extreme(name: str) -> Rule:
    """Take the largest or least, of those that are not NULL: both engines do so."""

    def rule(node: exp.Expr) -> exp.Expr:
        operands = chosen(node, [node.this, *node.expressions])
        return call(name, *operands) if len(operands) > 1 else operands[0]

    return rule


def _case(node: exp.Expr) -> exp.Expr:
    branches = []
    operand = node.this
    for branch in node.args["ifs"]:
        condition = branch.this
        if operand is not None:
            left, right = aligned(operand, branch.this)
            condition = _remade(exp.EQ(), left.copy(), right)
        branches.append(
            exp.If(this=condition, true=chosen(node, [branch.args["true"]])[0])
        )
    default = node.args.get("default")
    return exp.Case(
        ifs=branches,
        default=chosen(node, [default])[0] if default is not None else None,
    )


def _if(node: exp.Expr) -> exp.Expr:
    if isinstance(node.parent, exp.Case):
        return node
    otherwise = node.args.get("false") or _null()
    then, otherwise = chosen(node, [node.args["true"], otherwise])
    return build.when(node.this, then, otherwise)


def _null() -> exp.Null:
    null = exp.Null()
    null.type = kinds.parsed_type(kinds.NULL)
    return null


def _nullif(node: exp.Expr) -> exp.Expr:
    """Give NULL for one value; the result is of the first operand's type."""
    left, right = aligned(node.this, node.expression)
    if left is node.this:
        return call("nullif", left, right)
    same = _remade(exp.EQ(), left.copy(), right)
    return build.when(same, exp.Null(), node.this)


RULES: Final[Rules] = {
    exp.EQ: _compared,
    exp.NEQ: _compared,
    exp.NullSafeEQ: _compared,
    exp.NullSafeNEQ: _null_safe_differs,
    exp.GT: _interval_compared,
    exp.GTE: _interval_compared,
    exp.LT: _interval_compared,
    exp.LTE: _interval_compared,
    exp.Between: _between,
    exp.In: _in,
    exp.Coalesce: _coalesce,
    exp.Greatest: _extreme("greatest"),
    exp.Least: _extreme("least"),
    exp.Case: _case,
    exp.If: _if,
    exp.Nullif: _nullif,
}
