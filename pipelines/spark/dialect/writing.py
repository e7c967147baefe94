"""Values as DuckDB writes them as text, where Spark writes them otherwise."""

from sqlglot import exp

from pipelines.spark.dialect import build, kinds
from pipelines.spark.dialect.build import bound, call, cast
from pipelines.spark.dialect.errors import DialectError


def double_to_text(
    expression: exp.Expr, _source: exp.DataType, _target: exp.DataType
) -> exp.Expr:
    """Write 12345678.9 where Java writes 1.23456789E7, and 1e-05 for 1.0E-5.

    The last digit is Java's; before Java 19 it is not always the shortest text.
    """

    def parts(value: exp.Expr) -> exp.Expr:
        size = call("abs", value.copy())
        java = cast(value.copy(), "string")
        digits = call(
            "rtrim",
            build.text("0"),
            cast(cast(value.copy(), "decimal(38, 21)"), "string"),
        )
        return exp.Case(
            ifs=[
                _if_within(size, 1e-3, 1e7, java),
                _if_within(size, 0.0, 0.0, java),
                _if_within(
                    size,
                    1e-4,
                    1e16,
                    call(
                        "regexp_replace", digits, build.text(r"\.$"), build.text(".0")
                    ),
                ),
            ],
            default=_with_exponent(java),
        )

    return bound(expression, parts)


def _if_within(size: exp.Expr, low: float, high: float, then: exp.Expr) -> exp.If:
    above = exp.GTE(this=size.copy(), expression=build.double(low))
    kind = exp.LT if high > low else exp.LTE
    below = kind(this=size.copy(), expression=build.double(high))
    return exp.If(this=exp.And(this=above, expression=below), true=then.copy())


def _with_exponent(java: exp.Expr) -> exp.Expr:
    """Write 1.5E-7 as 1.5e-07, 1.0E20 as 1e+20, and no number as nan or inf."""
    written = java.copy()
    for pattern, by in (
        (r"\.0E", "E"),
        (r"E(\d)", "E+$1"),
        (r"E([+-])(\d)$", "E$10$2"),
        ("Infinity", "inf"),
    ):
        written = call("regexp_replace", written, build.text(pattern), build.text(by))
    return call("lower", written)


def list_to_text(
    expression: exp.Expr, source: exp.DataType, _target: exp.DataType
) -> exp.Expr:
    """Write ``[a, b]``; a text that DuckDB would put into quotes is an error."""
    if not kinds.is_text(kinds.item_of(source)):
        raise DialectError(f"no rule writes {source.sql('duckdb')} as text")
    refused = call("raise_error", build.text("no rule writes such a list as text"))
    item = exp.to_identifier("_item")
    special = call("regexp_like", item, build.text(r"^$|^NULL$|[^\w ./*-]|^ | $"))

    def parts(value: exp.Expr) -> exp.Expr:
        joined = call("array_join", value.copy(), build.text(", "), build.text("NULL"))
        is_special = call(
            "exists", value.copy(), exp.Lambda(this=special, expressions=[item.copy()])
        )
        written = call("concat", build.text("["), joined, build.text("]"))
        return build.when(is_special, refused, written)

    return bound(expression, parts)
