"""Arithmetic as DuckDB does it.

``/`` divides doubles whatever its operands, by zero too; ``round`` of a double
multiplies, rounds half away from zero and divides; powers and ceilings are doubles.
Sums of doubles are not the same on two engines, nor twice on one: a model rounds them.
"""

from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import build, kinds
from pipelines.spark.dialect.build import Rule, Rules, bound, call, cast
from pipelines.spark.dialect.conversions import in_spark, rounded
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.mixing import as_type

_X: Final = exp.DType
_DOUBLE: Final = exp.DataType.build("double")
# From here on each double is a whole number.
_NO_FRACTION: Final = 2.0**52


def _divide(node: exp.Expr) -> exp.Expr:
    """Divide doubles; x / 0 is an infinity or no number, where Spark gives an error."""
    left, right = as_type(node.this, _DOUBLE), as_type(node.expression, _DOUBLE)
    if _is_never_zero(node.expression):
        return _quotient(left, right)
    infinite = exp.Mul(
        this=build.wrapped(left.copy()), expression=build.double(float("inf"))
    )
    return bound(
        right,
        lambda by: build.when(
            exp.EQ(this=by.copy(), expression=build.double(0.0)),
            infinite,
            _quotient(left, by.copy()),
        ),
    )


def _quotient(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.Paren(
        this=exp.Div(this=build.wrapped(left), expression=build.wrapped(right))
    )


def _is_never_zero(divisor: exp.Expr) -> bool:
    """Return whether a divisor is a number other than 0, or NULL instead of 0."""
    while isinstance(divisor, (exp.Paren, exp.Cast)):
        divisor = divisor.this
    if isinstance(divisor, exp.Literal):
        return float(divisor.name) != 0
    is_nullif = isinstance(divisor, exp.Anonymous) and divisor.name == "nullif"
    return is_nullif and _is_zero(divisor.expressions[1])


def _is_zero(expression: exp.Expr) -> bool:
    while isinstance(expression, (exp.Paren, exp.Cast)):
        expression = expression.this
    return isinstance(expression, exp.Literal) and float(expression.name) == 0


def _whole_quotient(node: exp.Expr) -> exp.Expr:
    """Cut off a quotient of whole numbers; Spark's ``div`` is of 64 bits."""
    sides = (kinds.type_of(node.this), kinds.type_of(node.expression))
    if not all(kinds.is_whole(kind) for kind in sides):
        raise DialectError(f"no rule for // of {sides[0]} and {sides[1]}")
    if _X.INT128 not in (sides[0].this, sides[1].this):
        divided = exp.IntDiv(
            this=build.wrapped(node.this), expression=build.wrapped(node.expression)
        )
        return cast(divided, in_spark(kinds.type_of(node)))
    left = cast(node.this, "decimal(38, 0)")
    right = cast(node.expression, "decimal(38, 0)")
    rest = exp.Mod(this=left.copy(), expression=right.copy())
    # With a divisor of 20 digits the quotient has room for 28.
    whole = build.binary(exp.Sub, left, build.wrapped(rest))
    return cast(
        exp.Div(this=whole, expression=cast(right, "decimal(20, 0)")), "decimal(38, 0)"
    )


def operation(node: exp.Expr) -> exp.Expr:
    """Add, subtract, multiply or take the rest of numbers, in the type DuckDB does.

    A double beside a decimal is a double in both; DECIMALs have the same scale in both,
    as long as Spark is not allowed to lose precision.
    """
    kind = kinds.type_of(node)
    left, right = node.this, node.expression
    for one in (left, right):
        own = kinds.type_of(one)
        is_number = kinds.is_whole(own) or kinds.is_decimal(own) or kinds.is_double(own)
        if not is_number and not kinds.is_null_type(own):
            raise DialectError(f"no rule for {node.sql('duckdb')[:80]}")
    if kinds.is_double(kind):
        left, right = as_type(left, _DOUBLE), as_type(right, _DOUBLE)
    made = type(node)(this=build.wrapped(left), expression=build.wrapped(right))
    return made if not kinds.is_whole(kind) else _of_width(made, node, kind)


def _of_width(made: exp.Expr, node: exp.Expr, kind: exp.DataType) -> exp.Expr:
    """Keep whole numbers in DuckDB's width: a TINYINT + 1 is an INT in Spark."""
    sides = {kinds.type_of(one).this for one in (node.this, node.expression)}
    is_same = sides == {kind.this} and kind.this != _X.INT128
    return made if is_same else cast(exp.Paren(this=made), in_spark(kind))


def _round(node: exp.Expr) -> exp.Expr:
    """Round half away from zero; a double by its product, not by its text."""
    places = node.args.get("decimals")
    if places is not None and not isinstance(places, exp.Literal):
        raise DialectError(
            f"no rule rounds to a computed place: {places.sql('duckdb')}"
        )
    count = int(places.name) if places is not None else 0
    kind = kinds.type_of(node.this)
    if kinds.is_double(kind):
        return rounded(node.this, count)
    if kinds.is_decimal(kind):
        return call("round", node.this, build.number(count))
    if kinds.is_whole(kind) and count >= 0:
        return as_type(node.this, kind)
    raise DialectError(f"no rule rounds {kind.sql('duckdb')}")


def _ceiling(name: str) -> Rule:
    """Round up or down; a double stays one, where Spark makes a BIGINT of it."""

    def rule(node: exp.Expr) -> exp.Expr:
        kind = kinds.type_of(node.this)
        if kinds.is_whole(kind):
            return as_type(node.this, kinds.type_of(node))
        if kinds.is_decimal(kind):
            return call(name, node.this)
        return bound(
            node.this,
            lambda value: build.when(
                exp.LT(
                    this=call("abs", value.copy()),
                    expression=build.double(_NO_FRACTION),
                ),
                cast(call(name, value.copy()), "double"),
                value.copy(),
            ),
        )

    return rule


def _sign(node: exp.Expr) -> exp.Expr:
    return cast(call("sign", node.this), "tinyint")


def _of_doubles(name: str) -> Rule:
    """Call a function of doubles; its last digit is the machine's mathematics."""

    def rule(node: exp.Expr) -> exp.Expr:
        parts = [p for p in (node.this, node.args.get("expression")) if p is not None]
        return call(name, *(as_type(part, _DOUBLE) for part in parts))

    return rule


def _as_in_spark(name: str) -> Rule:
    def rule(node: exp.Expr) -> exp.Expr:
        return call(name, node.this)

    return rule


def _negative(node: exp.Expr) -> exp.Expr:
    return exp.Neg(this=build.wrapped(node.this))


RULES: Final[Rules] = {
    exp.Div: _divide,
    exp.IntDiv: _whole_quotient,
    exp.Mod: operation,
    exp.Neg: _negative,
    exp.Round: _round,
    exp.Ceil: _ceiling("ceil"),
    exp.Floor: _ceiling("floor"),
    exp.Sign: _sign,
    exp.Sqrt: _of_doubles("sqrt"),
    exp.Pow: _of_doubles("power"),
    exp.Abs: _as_in_spark("abs"),
}
