"""From one type to another as DuckDB converts.

Spark cuts digits off where DuckDB rounds, and rounds a double by its shortest text
where DuckDB multiplies and rounds the product.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import build, kinds
from pipelines.spark.dialect.build import bound, call, cast, number
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.writing import double_to_text, list_to_text

_X: Final = exp.DType
# Up to here each whole number is a double.
_EXACT: Final = Decimal(2**53)
# Widths below which no DECIMAL is past that.
_ALWAYS_EXACT: Final = 15
# Numbers that DuckDB reads and Spark does not: 1_000, 0x10.
_OF_DUCKDB: Final = r"^\s*[+-]?(?:[\d.]+_|0[xXbB])"
_SPLIT: Final = 2**40
_NAMES: Final = {
    _X.TINYINT: "tinyint",
    _X.SMALLINT: "smallint",
    _X.INT: "int",
    _X.BIGINT: "bigint",
    _X.INT128: "decimal(38, 0)",
    _X.DOUBLE: "double",
    _X.BOOLEAN: "boolean",
    _X.DATE: "date",
    _X.TIMESTAMPNTZ: "timestamp_ntz",
    _X.TEXT: "string",
    _X.VARCHAR: "string",
    _X.JSON: "string",
}


def in_spark(kind: exp.DataType) -> str:
    """Give the type that holds the same values in Spark, as Spark writes it.

    A HUGEINT, the type of sums of whole numbers, is a DECIMAL(38, 0); JSON is text.
    """
    if kind.this == _X.DECIMAL:
        width, scale = kinds.digits(kind)
        return f"decimal({width}, {scale})"
    if kind.this in (_X.ARRAY, _X.LIST):
        return f"array<{in_spark(kind.expressions[0])}>"
    if kind.this == _X.MAP:
        return f"map<{', '.join(in_spark(k) for k in kind.expressions)}>"
    if kind.this == _X.STRUCT:
        fields = ", ".join(f"{f.name}: {in_spark(f.kind)}" for f in kind.expressions)
        return f"struct<{fields}>"
    if kind.this not in _NAMES:
        raise DialectError(f"Spark has no type for DuckDB's {kind.sql('duckdb')}")
    return _NAMES[kind.this]


def converted(
    expression: exp.Expr, source: exp.DataType, target: exp.DataType
) -> exp.Expr:
    """Write a conversion between two DuckDB types in Spark's SQL.

    Raises:
        DialectError: no rule covers these two types.
    """
    if source == target or (kinds.is_text(source) and kinds.is_text(target)):
        return expression
    to = in_spark(target)
    if kinds.is_null_type(source):
        return cast(expression, to)
    rule = _RULES.get((_family(source), _family(target)))
    if rule is None:
        raise DialectError(
            f"no rule converts {source.sql('duckdb')} to {target.sql('duckdb')}: "
            f"{expression.sql('spark')[:80]}"
        )
    return rule(expression, source, target)


def _family(kind: exp.DataType) -> str:
    if kinds.is_whole(kind):
        return "whole"
    if kinds.is_text(kind):
        return "text"
    return str(kind.this.value).lower()


def _plainly(
    expression: exp.Expr, _source: exp.DataType, target: exp.DataType
) -> exp.Expr:
    return cast(expression, in_spark(target))


def _written(
    expression: exp.Expr, source: exp.DataType, target: exp.DataType
) -> exp.Expr:
    """Convert a text that is written out; what else they read is not the same."""
    if not isinstance(expression, exp.Literal):
        raise DialectError(
            f"no rule reads {expression.sql('spark')[:80]} as {target.sql('duckdb')}"
        )
    return _plainly(expression, source, target)


def _as_it_is(
    expression: exp.Expr, _source: exp.DataType, _target: exp.DataType
) -> exp.Expr:
    return expression


def _decimal_to_double(
    expression: exp.Expr, source: exp.DataType, _target: exp.DataType
) -> exp.Expr:
    """Convert as DuckDB: beyond 2^53 units by the whole part and the rest apart."""
    width, scale = kinds.digits(source)
    if width <= _ALWAYS_EXACT or scale == 0:
        return cast(expression, "double")

    def parts(value: exp.Expr) -> exp.Expr:
        whole = cast(value.copy(), "bigint")
        rest = build.binary(exp.Sub, value.copy(), whole.copy())
        return build.when(
            exp.LTE(
                this=call("abs", value.copy()),
                expression=number(_EXACT.scaleb(-scale)),
            ),
            cast(value.copy(), "double"),
            build.binary(exp.Add, cast(whole, "double"), cast(rest, "double")),
        )

    return bound(expression, parts)


def _double_to_decimal(
    expression: exp.Expr, _source: exp.DataType, target: exp.DataType
) -> exp.Expr:
    """Multiply in double, round half away from zero, and take each digit of that.

    A double of more than 2^63 units is taken in two pieces, for Spark's own conversion
    to DECIMAL is of the shortest text that means the double, not of its digits.
    """
    _, scale = kinds.digits(target)
    units = call("round", _times(expression, scale))

    def pieces(value: exp.Expr) -> exp.Expr:
        high = cast(
            exp.Div(this=value.copy(), expression=build.double(_SPLIT)), "bigint"
        )
        back = exp.Mul(
            this=cast(high.copy(), "double"), expression=build.double(_SPLIT)
        )
        low = cast(exp.Sub(this=value.copy(), expression=back), "bigint")
        whole = exp.Mul(this=cast(high, "decimal(20, 0)"), expression=number(_SPLIT))
        return build.binary(exp.Add, whole, low)

    whole = bound(units, pieces)
    if scale:
        unit = cast(
            build.text(f"{Decimal(1).scaleb(-scale):f}"), f"decimal({scale}, {scale})"
        )
        whole = exp.Mul(this=whole, expression=unit)
    return cast(whole, in_spark(target))


def _times(expression: exp.Expr, scale: int) -> exp.Expr:
    if scale == 0:
        return expression
    return exp.Mul(this=build.wrapped(expression), expression=build.double(10.0**scale))


def rounded(expression: exp.Expr, places: int) -> exp.Expr:
    """Round a double to places after the point as DuckDB: half away from zero."""
    whole = call("round", _times(expression, places))
    if places == 0:
        return whole
    return exp.Paren(this=exp.Div(this=whole, expression=build.double(10.0**places)))


def _decimal_to_whole(
    expression: exp.Expr, source: exp.DataType, target: exp.DataType
) -> exp.Expr:
    """Round half away from zero, where Spark cuts off."""
    _, scale = kinds.digits(source)
    rounded_ = call("round", expression) if scale else expression
    return cast(rounded_, in_spark(target))


def _double_to_whole(
    expression: exp.Expr, _source: exp.DataType, target: exp.DataType
) -> exp.Expr:
    """Round half to even, where Spark cuts off."""
    whole = cast(call("rint", expression), "bigint")
    return whole if target.this == _X.BIGINT else cast(whole, in_spark(target))


def _text_to_whole(
    expression: exp.Expr, _source: exp.DataType, target: exp.DataType
) -> exp.Expr:
    """Read '16.0' as 16 and '2.5' as 3, where Spark refuses both.

    DuckDB also reads '1_000' and '0x10', which Spark refuses.
    """
    read = cast(expression, "decimal(38, 10)")
    return cast(call("round", read), in_spark(target))


def _items(
    expression: exp.Expr, source: exp.DataType, target: exp.DataType
) -> exp.Expr:
    """Convert a list whose items Spark converts as DuckDB does, or an empty one."""
    one, other = kinds.item_of(source), kinds.item_of(target)
    rule = _RULES.get((_family(one), _family(other)))
    if kinds.is_null_type(one) or rule is _plainly:
        return cast(expression, in_spark(target))
    raise DialectError(
        f"no rule converts {source.sql('duckdb')} to {target.sql('duckdb')}"
    )


def _json_to_map(
    expression: exp.Expr, _source: exp.DataType, target: exp.DataType
) -> exp.Expr:
    """Read an object; what is none is an error in both."""
    return read_json(expression, in_spark(target))


def read_json(expression: exp.Expr, kind: str) -> exp.Expr:
    """Read JSON as a Spark type; what cannot be is an error, not NULL."""
    options = call("map", build.text("mode"), build.text("FAILFAST"))
    return call("from_json", expression, build.text(kind), options)


def tried(expression: exp.Expr, source: exp.DataType, target: exp.DataType) -> exp.Expr:
    """Write ``try_cast`` between two DuckDB types: NULL where it cannot be."""
    to = in_spark(target)
    if not kinds.is_text(source):
        raise DialectError(f"no rule for try_cast of {source.sql('duckdb')}")
    if not kinds.is_whole(target) and not kinds.is_decimal(target):
        raise DialectError(f"no rule for try_cast to {target.sql('duckdb')}")
    refused = call("raise_error", build.text("no rule reads a number such as 1_000"))

    def read(value: exp.Expr) -> exp.Expr:
        if kinds.is_decimal(target):
            return _try(value.copy(), to)
        return _try(call("round", _try(value.copy(), "decimal(38, 10)")), to)

    return bound(
        expression,
        lambda value: build.when(
            call("regexp_like", value.copy(), build.text(_OF_DUCKDB)),
            refused,
            read(value),
        ),
    )


def _try(expression: exp.Expr, to: str) -> exp.TryCast:
    # sqlglot writes CAST for one that is not called safe.
    return exp.TryCast(this=expression, to=build.spark_type(to), safe=True)


_Rule = Callable[[exp.Expr, exp.DataType, exp.DataType], exp.Expr]
_RULES: Final[dict[tuple[str, str], _Rule]] = {
    ("whole", "whole"): _plainly,
    ("whole", "decimal"): _plainly,
    ("whole", "double"): _plainly,
    ("whole", "text"): _plainly,
    ("boolean", "whole"): _plainly,
    ("boolean", "text"): _plainly,
    ("decimal", "decimal"): _plainly,
    ("decimal", "whole"): _decimal_to_whole,
    ("decimal", "double"): _decimal_to_double,
    ("decimal", "text"): _plainly,
    ("double", "decimal"): _double_to_decimal,
    ("double", "whole"): _double_to_whole,
    ("date", "timestampntz"): _plainly,
    ("timestampntz", "date"): _plainly,
    ("date", "text"): _plainly,
    ("timestampntz", "text"): _plainly,
    ("text", "whole"): _text_to_whole,
    ("text", "decimal"): _written,
    ("text", "double"): _written,
    ("text", "date"): _written,
    ("text", "timestampntz"): _written,
    ("text", "boolean"): _written,
    ("text", "json"): _as_it_is,
    ("json", "text"): _as_it_is,
    ("json", "map"): _json_to_map,
    ("array", "array"): _items,
    ("array", "text"): list_to_text,
    ("double", "text"): double_to_text,
}
