"""``unnest`` in a SELECT's list, as a lateral view of Spark.

Several of one SELECT walk side by side, the shorter ones filled up with NULL.
"""

from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import build, kinds
from pipelines.spark.dialect.build import call, field
from pipelines.spark.dialect.conversions import in_spark
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.shapes import has_own_aggregate, of_level

_VIEW: Final = "_unnested"
_SUMS: Final = "sums"
_BEFORE: Final = "_before"
_ROW: Final = "_row"
_ITEM: Final = "_item"


def marked(query: exp.Expr) -> None:
    """Note which SELECTs sum up, as long as aggregates are known as such."""
    for select in query.find_all(exp.Select):
        if select.find(exp.Explode):
            select.meta[_SUMS] = has_own_aggregate(select, select)


def unnested(select: exp.Select) -> None:
    """Move the lists of a translated SELECT into a lateral view, in place.

    What sums up or looks at other rows comes before, in a SELECT within.
    """
    found = [e for one in select.selects for e in of_level(one, select, exp.Explode)]
    if not found:
        return
    if any(select.args.get(key) for key in ("order", "limit")):
        raise DialectError("no rule for unnest beside order or limit")
    has_window = any(True for _ in of_level(select, select, exp.Window))
    if has_window or select.args.get("group") or select.meta.get(_SUMS):
        _put_within(select, found)
    names = [f"_u{n}" for n in range(len(found))]
    lists: list[exp.Expr] = []
    for one, name in zip(found, names, strict=True):
        empty = build.cast(build.array(), in_spark(kinds.type_of(one.this)))
        lists.append(call("coalesce", one.this.copy(), empty))
        row = exp.column(_ROW, table=_VIEW)
        is_alone = len(found) == 1
        part = (
            row if is_alone else exp.Dot(this=row, expression=exp.to_identifier(name))
        )
        one.replace(part)
    rows = lists[0] if len(found) == 1 else _side_by_side(lists, names)
    alias = exp.TableAlias(
        this=exp.to_identifier(_VIEW), columns=[exp.to_identifier(_ROW)]
    )
    select.append(
        "laterals", exp.Lateral(this=call("explode", rows), view=True, alias=alias)
    )


def _put_within(select: exp.Select, found: list[exp.Expr]) -> None:
    """Compute all columns in a SELECT within, lists too, and read them from there."""
    inner = exp.Select(**{k: v for k, v in select.args.items() if k != "with_"}).copy()
    columns: list[exp.Expr] = []
    outer: list[exp.Expr] = []
    for one in select.selects:
        name = one.alias_or_name
        own = [e for e in one.find_all(exp.Explode) if any(e is f for f in found)]
        if not own:
            columns.append(one.copy())
            outer.append(exp.alias_(exp.column(name, table=_BEFORE), name))
            continue
        outer.append(one)
        for part in own:
            kind, place = part.this.type, f"_l{len(columns)}"
            columns.append(exp.alias_(part.this.copy(), place))
            listed = exp.column(place, table=_BEFORE)
            listed.type = kind
            part.set("this", listed)
        for column in one.find_all(exp.Column):
            if column.table != _BEFORE:
                raise DialectError(
                    f"no rule for {one.sql('duckdb')[:80]} beside a window"
                )
    inner.set("expressions", columns)
    inner.set("distinct", None)
    with_, distinct = select.args.get("with_"), select.args.get("distinct")
    for key in list(select.args):
        select.set(key, None)
    select.set("distinct", distinct)
    select.set("with_", with_)
    select.set("expressions", outer)
    select.set("from_", exp.From(this=inner.subquery(_BEFORE)))


def _side_by_side(lists: list[exp.Expr], names: list[str]) -> exp.Expr:
    """Zip lists; each field gets a name, for Spark numbers or names them itself."""
    named: list[exp.Expr] = []
    for n, name in enumerate(names):
        # Lists without a name of their own are fields 0, 1, 2.
        named += [build.text(name), field(_ITEM, str(n))]
    zipped = call("arrays_zip", *lists)
    return build.each("transform", zipped, _ITEM, call("named_struct", *named))
