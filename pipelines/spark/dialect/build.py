"""Small pieces of Spark's SQL that rules are put together from."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Final

from sqlglot import exp

# A node whose parts are translated -> what it is in Spark.
Rule = Callable[[exp.Expr], exp.Expr]
# By the class of a node, or by the name of a function that sqlglot does not know.
Rules = Mapping[object, Rule]
# The variable of `bound`; no column of a model is called so.
_BOUND: Final = "_bound"
# What may stand twice in a statement, in nodes of its tree.
_SMALL: Final = 8
_AT_ANY_ROW: Final = (exp.AggFunc, exp.Window, exp.Anonymous, exp.Query)


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Call a function of Spark by the name that Spark has for it."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(value: str) -> exp.Literal:
    """Write a text."""
    return exp.Literal.string(value)


def number(value: int | Decimal) -> exp.Expr:
    """Write a whole number, or a decimal as Spark reads it."""
    return exp.Literal.number(f"{value:f}" if isinstance(value, Decimal) else value)


def null() -> exp.Null:
    """Write NULL."""
    return exp.Null()


def double(value: float) -> exp.Expr:
    """Write a double; a bare ``0.5`` is a decimal in Spark."""
    return cast(text(repr(value)), "double")


def cast(expression: exp.Expr, to: str | exp.DataType) -> exp.Cast:
    """Convert as Spark does, to a type in Spark's words."""
    return exp.Cast(this=expression, to=spark_type(to))


def spark_type(to: str | exp.DataType) -> exp.DataType:
    """Give a type that is written as Spark writes it."""
    return (to if isinstance(to, exp.DataType) else _parsed(to)).copy()


@cache
def _parsed(to: str) -> exp.DataType:
    return exp.DataType.build(to, dialect="spark")


def wrapped(expression: exp.Expr) -> exp.Expr:
    """Put what has an operator into parentheses."""
    loose = (exp.Binary, exp.Unary, exp.Between, exp.In, exp.Not)
    is_loose = isinstance(expression, loose) and not isinstance(
        expression, (exp.Paren, exp.Dot)
    )
    return exp.Paren(this=expression) if is_loose else expression


def binary(kind: type[exp.Binary], left: exp.Expr, right: exp.Expr) -> exp.Paren:
    """Write an operator with both its sides, in parentheses."""
    return exp.Paren(this=kind(this=wrapped(left), expression=wrapped(right)))


def when(condition: exp.Expr, then: exp.Expr, otherwise: exp.Expr) -> exp.Expr:
    """Give one of two values; only that one is computed."""
    return call("if", condition, then, otherwise)


def is_null(expression: exp.Expr) -> exp.Paren:
    """Ask whether something is NULL."""
    return exp.Paren(this=exp.Is(this=wrapped(expression), expression=null()))


def array(*items: exp.Expr) -> exp.Anonymous:
    """Write a list."""
    return call("array", *items)


def each(function: str, items: exp.Expr, name: str, body: exp.Expr) -> exp.Anonymous:
    """Call ``transform`` or ``filter``: a function of each item of a list."""
    variable = exp.to_identifier(name)
    return call(function, items, exp.Lambda(this=body, expressions=[variable]))


def field(of: str, name: str) -> exp.Dot:
    """Give a field of the variable of a lambda."""
    return exp.Dot(this=exp.to_identifier(of), expression=exp.to_identifier(name))


def bound(expression: exp.Expr, use: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """Use an expression several times, and compute it once.

    A rule that writes its operand three times would make a term of five steps 243 times
    as long. Spark has no ``let``; a function of each item of a list of one is one.
    """
    nodes = list(expression.walk())
    if len(nodes) <= _SMALL and not any(isinstance(n, _AT_ANY_ROW) for n in nodes):
        return use(expression)
    body = use(exp.to_identifier(_BOUND))
    return call(
        "element_at", each("transform", array(expression), _BOUND, body), number(1)
    )
