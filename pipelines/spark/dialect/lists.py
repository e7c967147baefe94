"""Lists and maps.

Spark counts items of ``[]`` from 0, gives an error where there is none, and a NULL in a
list makes an answer unknown.
"""

from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import build, kinds
from pipelines.spark.dialect.build import Rules, bound, call, cast, number
from pipelines.spark.dialect.conversions import in_spark
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.mixing import as_type

_X: Final = exp.DType
_VARIABLE: Final = "_item"


def _list(node: exp.Expr) -> exp.Expr:
    """Write a list; all items are of the type that DuckDB gives them."""
    kind = kinds.type_of(node)
    if not node.expressions:
        return build.array()
    item = kinds.item_of(kind)
    return build.array(*(as_type(one, item) for one in node.expressions))


def _item(node: exp.Expr) -> exp.Expr:
    """Take an item by its place or key; NULL where there is none."""
    [key] = node.expressions
    kind = kinds.type_of(node.this)
    if isinstance(key, exp.Slice):
        return _slice(node.this, key)
    if kinds.is_kind(kind, _X.MAP) and not key.is_number:
        return call("try_element_at", node.this, as_type(key, kind.expressions[0]))
    kinds.item_of(kind)
    if key.is_int:
        # sqlglot counts from 0 as soon as it has read `[1]`.
        return call("try_element_at", node.this, number(int(key.to_py()) + 1))
    if not isinstance(key, exp.Column):
        raise DialectError(f"the place in {node.sql('duckdb')[:80]} is computed")
    place = call("nullif", cast(key, "int"), number(0))
    return call("try_element_at", node.this, place)


def _slice(items: exp.Expr, part: exp.Slice) -> exp.Expr:
    """Take the first items, ``[:3]``."""
    until = part.expression
    if (
        part.this is not None
        or not isinstance(until, exp.Literal)
        or int(until.name) < 1
    ):
        raise DialectError(f"no rule for the slice {part.sql('duckdb')}; write [:n]")
    return call("slice", items, number(1), number(int(until.name)))


def _contains(node: exp.Expr) -> exp.Expr:
    """Look for an item; a NULL in the list is not it, and does not make it unknown."""
    items, item = _items_and(node.this, node.expression)
    return bound(
        items,
        lambda all_: build.when(
            exp.Or(
                this=build.is_null(all_.copy()), expression=build.is_null(item.copy())
            ),
            cast(exp.Null(), "boolean"),
            call("coalesce", call("array_contains", all_.copy(), item), exp.false()),
        ),
    )


def _place(node: exp.Expr) -> exp.Expr:
    """Give the place of an item, NULL where it is not in the list."""
    items, item = _items_and(*node.expressions)
    found = call("array_position", items, item)
    return cast(call("nullif", found, number(0)), "int")


def _items_and(items: exp.Expr, item: exp.Expr) -> tuple[exp.Expr, exp.Expr]:
    kind = kinds.item_of(kinds.type_of(items))
    if kinds.type_of(item) != kind and not kinds.is_text(kind):
        item = as_type(item, kind)
    return items, item


def _filtered(node: exp.Expr) -> exp.Expr:
    return call("filter", node.this, node.expression)


def _transformed(node: exp.Expr) -> exp.Expr:
    return call("transform", node.this, node.expression)


def _largest(node: exp.Expr) -> exp.Expr:
    return call("array_max", node.this)


def _sum(node: exp.Expr) -> exp.Expr:
    """Sum up a list of whole numbers but for NULLs; of none the sum is NULL."""
    [items] = node.expressions
    if not kinds.is_whole(kinds.item_of(kinds.type_of(items))):
        raise DialectError(f"no rule for {node.sql('duckdb')[:80]}: no whole numbers")
    a, b = exp.to_identifier("_sum"), exp.to_identifier(_VARIABLE)
    added = exp.Add(this=a.copy(), expression=b.copy())
    total = exp.Lambda(this=cast(added, "decimal(38, 0)"), expressions=[a, b])
    some = build.each("filter", items, _VARIABLE, exp.Not(this=build.is_null(b.copy())))
    zero = cast(number(0), "decimal(38, 0)")
    return bound(
        some,
        lambda found: build.when(
            exp.EQ(this=call("size", found.copy()), expression=number(0)),
            exp.Null(),
            call("aggregate", found.copy(), zero, total),
        ),
    )


def _split(node: exp.Expr) -> exp.Expr:
    """Split a text at a separator, which is a pattern in Spark."""
    separator = node.expression
    if not isinstance(separator, exp.Literal) or not separator.name:
        raise DialectError(f"the separator of {node.sql('duckdb')[:80]} is computed")
    return call("split", node.this, build.text(rf"\Q{separator.name}\E"))


def _sorted(node: exp.Expr) -> exp.Expr:
    """Sort a list; NULLs come last, where Spark's are first."""
    if node.args.get("asc") is not None:
        raise DialectError("no rule for list_sort with an order")
    item = exp.to_identifier(_VARIABLE)

    def in_order(items: exp.Expr) -> exp.Expr:
        some = build.each(
            "filter", items.copy(), _VARIABLE, exp.Not(this=build.is_null(item.copy()))
        )
        none = build.each("filter", items.copy(), _VARIABLE, build.is_null(item.copy()))
        return call("concat", call("sort_array", some), none)

    return bound(node.this, in_order)


def _entries(node: exp.Expr) -> exp.Expr:
    return call("map_entries", node.expressions[0])


def _of_entries(node: exp.Expr) -> exp.Expr:
    return call("map_from_entries", as_type(node.this, kinds.type_of(node.this)))


def _lambda(node: exp.Expr) -> exp.Expr:
    return node


def empty_list(kind: exp.DataType) -> exp.Expr:
    """Write an empty list of a DuckDB type."""
    return cast(build.array(), in_spark(kind))


RULES: Final[Rules] = {
    exp.Array: _list,
    exp.Bracket: _item,
    exp.ArrayContains: _contains,
    "list_position": _place,
    exp.ArrayFilter: _filtered,
    exp.Transform: _transformed,
    exp.ArrayMax: _largest,
    "list_sum": _sum,
    exp.Split: _split,
    exp.ArraySort: _sorted,
    "map_entries": _entries,
    exp.MapFromEntries: _of_entries,
    exp.Lambda: _lambda,
}
