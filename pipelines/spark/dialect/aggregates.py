"""Sums, choices and lists of many rows.

DuckDB leaves NULL values out where it chooses a row, and keeps them in lists; of no
rows a list is NULL. Whole numbers are summed as HUGEINT. Sums, averages and deviations
of doubles depend on the order of rows in both engines: a model rounds them.
"""

from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import build, kinds
from pipelines.spark.dialect.build import (
    Rule,
    Rules,
    bound,
    call,
    cast,
    double,
    field,
    number,
    text,
)
from pipelines.spark.dialect.conversions import in_spark
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.mixing import as_type

_DOUBLE: Final = exp.DataType.build("double")
_ITEM: Final = "_item"
_QUANTILES: Final = (exp.PercentileCont, exp.Median)


def _sum(node: exp.Expr) -> exp.Expr:
    """Sum up; whole numbers in 38 digits, which is as HUGEINT."""
    if isinstance(node.this, exp.Distinct):
        raise DialectError("no rule for sum(distinct)")
    kind = kinds.type_of(node.this)
    if kinds.is_whole(kind):
        return exp.Sum(this=cast(node.this, "decimal(38, 0)"))
    if kinds.is_decimal(kind) or kinds.is_double(kind):
        return exp.Sum(this=node.this)
    raise DialectError(f"no rule sums {kind.sql('duckdb')}")


def _count_if(node: exp.Expr) -> exp.Expr:
    """Count what is true; of NULLs alone the count is NULL in DuckDB."""
    return exp.Sum(this=cast(cast(node.this, "int"), "decimal(38, 0)"))


def _average(node: exp.Expr) -> exp.Expr:
    kind = kinds.type_of(node.this)
    if not kinds.is_double(kind):
        raise DialectError(f"no rule averages {kind.sql('duckdb')}; cast it to double")
    return call("avg", node.this)


def _as_double(name: str) -> Rule:
    def rule(node: exp.Expr) -> exp.Expr:
        return call(name, as_type(node.this, _DOUBLE))

    return rule


def _same(name: str) -> Rule:
    def rule(node: exp.Expr) -> exp.Expr:
        return call(name, node.this)

    return rule


def _any(node: exp.Expr) -> exp.Expr:
    """Give any value that is not NULL."""
    if isinstance(node.this, exp.AnyValue):
        return call("any_value", node.this.this, exp.true())
    raise DialectError(f"no rule for {node.sql('duckdb')[:80]}")


def _of_extreme(name: str) -> Rule:
    """Give the value of the row that has most or least, of rows with both values.

    In a tuple NULL is more than all else in DuckDB, less in Spark.
    """

    def rule(node: exp.Expr) -> exp.Expr:
        value, by = node.this, node.expression
        if isinstance(by, exp.Tuple):
            by = _in_order(by.expressions)
        is_some = exp.Not(this=build.is_null(value.copy()))
        return call(name, value, exp.Case(ifs=[exp.If(this=is_some, true=by)]))

    return rule


def _in_order(keys: list[exp.Expr]) -> exp.Expr:
    """Make a struct that sorts with NULLs last."""
    parts: list[exp.Expr] = []
    for n, key in enumerate(keys):
        parts += [text(f"n{n}"), build.is_null(key.copy()), text(f"k{n}"), key.copy()]
    return call("named_struct", *parts)


def _tuple(node: exp.Expr) -> exp.Expr:
    """Make a struct of a tuple; its fields are called as in ``kinds.parsed_type``."""
    if _is_structure(node):
        return node
    parts: list[exp.Expr] = []
    for n, part in enumerate(node.expressions):
        parts += [text(f"v{n}"), part]
    return call("named_struct", *parts)


def _is_structure(node: exp.Expr) -> bool:
    """Return whether a tuple is a row of VALUES, a grouping set, or sorts rows."""
    places = (exp.Values, exp.GroupingSets, exp.Group, exp.ArgMax, exp.ArgMin)
    return isinstance(node.parent, places)


def _list(node: exp.Expr) -> exp.Expr:
    """Collect values in the order that is asked for, NULLs too; NULL of no rows."""
    return node if isinstance(node.parent, exp.Filter) else _collected(node, None)


def _filter(node: exp.Expr) -> exp.Expr:
    if isinstance(node.this, (exp.ArrayAgg, exp.GroupConcat)):
        return _collected(node.this, node.expression)
    if isinstance(node.this, _QUANTILES):
        return _interpolated(node.this, node.expression)
    return exp.Filter(this=node.this, expression=node.expression)


def _collected(node: exp.Expr, where: exp.Expr | None) -> exp.Expr:
    value, keys, name = node.this, [], "collect_list"
    if isinstance(value, exp.Order):
        if any(one.args.get("desc") for one in value.expressions):
            raise DialectError("no rule for a list in descending order")
        keys, value = [one.this for one in value.expressions], value.this
    if isinstance(value, exp.Distinct):
        [value], name = value.expressions, "collect_set"
    item = call(
        "named_struct", text("s"), _in_order(keys or [exp.true()]), text("v"), value
    )
    found: exp.Expr = call(name, item)
    if where is not None:
        found = exp.Filter(this=found, expression=where)
    if keys:
        found = call("sort_array", found)
    values = build.each("transform", found, _ITEM, field(_ITEM, "v"))
    if isinstance(node, exp.GroupConcat):
        return _joined(values, node, has_order=bool(keys))
    return bound(
        values,
        lambda items: build.when(
            exp.EQ(this=call("size", items.copy()), expression=number(0)),
            exp.Null(),
            items.copy(),
        ),
    )


def _joined(values: exp.Expr, node: exp.Expr, *, has_order: bool) -> exp.Expr:
    """Join texts of many rows; NULLs are left out, and NULL is what none make."""
    if not has_order:
        raise DialectError(f"{node.sql('duckdb')[:60]} has no order")
    item = exp.to_identifier(_ITEM)
    some = build.each("filter", values, _ITEM, exp.Not(this=build.is_null(item)))
    return bound(
        some,
        lambda items: build.when(
            exp.EQ(this=call("size", items.copy()), expression=number(0)),
            exp.Null(),
            call("array_join", items.copy(), node.args["separator"]),
        ),
    )


def _quantile(node: exp.Expr) -> exp.Expr:
    if isinstance(node.parent, exp.Window):
        raise DialectError("no rule for a quantile in a window")
    return node if isinstance(node.parent, exp.Filter) else _interpolated(node, None)


def _interpolated(node: exp.Expr, where: exp.Expr | None) -> exp.Expr:
    """Interpolate between two of the sorted values.

    The last digit depends on the processor in DuckDB itself (an addition that is fused
    with a product): a model rounds it.
    """
    share = 0.5 if isinstance(node, exp.Median) else float(node.expression.name)
    if not kinds.is_double(kinds.type_of(node.this)):
        raise DialectError(
            f"no rule for a quantile of {kinds.type_of(node.this).sql('duckdb')}; "
            "cast it to double"
        )
    found: exp.Expr = call("collect_list", node.this)
    if where is not None:
        found = exp.Filter(this=found, expression=where)
    values = call("sort_array", found)

    def at_share(items: exp.Expr) -> exp.Expr:
        last = exp.Paren(
            this=exp.Sub(this=call("size", items.copy()), expression=number(1))
        )
        place = exp.Mul(this=last, expression=double(share))
        return call("try_element_at", _between(items, place), number(1))

    return bound(values, at_share)


def _between(items: exp.Expr, place: exp.Expr) -> exp.Expr:
    """Give the value at a place between two items as a list of one; empty of none."""
    at = exp.to_identifier("_at")
    low = cast(call("floor", at.copy()), "int")
    high = cast(call("ceil", at.copy()), "int")
    first, second = (call("get", items.copy(), one) for one in (low, high))
    rest = build.binary(exp.Sub, at.copy(), low.copy())
    of_first = exp.Mul(this=first, expression=build.binary(exp.Sub, double(1.0), rest))
    of_second = exp.Mul(this=second, expression=rest.copy())
    mixed = exp.Add(this=of_first, expression=of_second)
    return build.each("transform", build.array(place), "_at", mixed)


def _grouping(node: exp.Expr) -> exp.Expr:
    return cast(
        exp.Grouping(expressions=node.expressions), in_spark(kinds.type_of(node))
    )


RULES: Final[Rules] = {
    exp.Sum: _sum,
    exp.CountIf: _count_if,
    exp.Avg: _average,
    exp.StddevSamp: _as_double("stddev_samp"),
    exp.Min: _same("min"),
    exp.Max: _same("max"),
    exp.LogicalAnd: _same("bool_and"),
    exp.LogicalOr: _same("bool_or"),
    exp.IgnoreNulls: _any,
    exp.ArgMax: _of_extreme("max_by"),
    exp.ArgMin: _of_extreme("min_by"),
    exp.Tuple: _tuple,
    exp.ArrayAgg: _list,
    exp.GroupConcat: _list,
    exp.Filter: _filter,
    exp.PercentileCont: _quantile,
    exp.Median: _quantile,
    exp.Grouping: _grouping,
}
