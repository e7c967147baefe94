"""Shapes of queries that Spark lacks, in other words of DuckDB.

What comes out is a query of DuckDB still, with the same rows; only it has no stars, no
``union by name``, no ``qualify``, no ``group by all``, no named windows and no
``unpivot``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from pipelines.spark.dialect.errors import DialectError

_KEPT: Final = "_kept"
_QUALIFIED: Final = "_qualified"
_PARTS_OF_WINDOWS: Final = ("partition_by", "order", "spec")


def plain(code: str, relations: Mapping[str, Mapping[str, str]]) -> exp.Query:
    """Read a query; give it with each column named, in shapes that Spark has.

    Args:
        code: a SELECT of DuckDB.
        relations: ``schema.table`` -> column -> DuckDB type.
    """
    try:
        query = parse_one(code, read="duckdb")
        _refuse_recursion(query)
        _without_unpivot(query)
        query = _qualified(query, relations)
    except SqlglotError as error:
        raise DialectError(f"sqlglot cannot read it: {error}") from error
    for union in [s for s in query.find_all(exp.SetOperation) if s.args.get("by_name")]:
        _in_one_order(union)
    for select in list(query.find_all(exp.Select)):
        _without_group_by_all(select)
        _without_named_windows(select)
    for select in list(query.find_all(exp.Select)):
        query = _without_qualify(query, select)
    if not isinstance(query, exp.Query):
        raise DialectError(f"{code[:80]} is no SELECT")
    return query


def of_level(
    node: exp.Expr, select: exp.Select, *kinds: type[exp.Expr]
) -> Iterator[exp.Expr]:
    """Give the nodes of a SELECT's own expressions, not of queries in them."""
    for found in node.find_all(*kinds):
        if found.find_ancestor(exp.Select) is select:
            yield found


def has_own_aggregate(node: exp.Expr, select: exp.Select) -> bool:
    """Return whether an expression sums up rows of its SELECT, not by a window."""
    for found in of_level(node, select, exp.AggFunc, exp.Anonymous):
        above = found.parent
        while isinstance(above, (exp.Filter, exp.IgnoreNulls)):
            above = above.parent
        is_aggregate = isinstance(found, exp.AggFunc) or found.name.lower() == "product"
        if is_aggregate and not isinstance(above, exp.Window):
            return True
    return False


def _qualified(query: exp.Expr, relations: Mapping[str, Mapping[str, str]]) -> exp.Expr:
    tree: dict[str, dict[str, Mapping[str, str]]] = {}
    for name, columns in relations.items():
        layer, table = name.split(".", 1)
        tree.setdefault(layer, {})[table] = columns
    schema = MappingSchema({"warehouse": tree}, dialect="duckdb", normalize=True)
    return qualify(
        query,
        schema=schema,
        dialect="duckdb",
        validate_qualify_columns=False,
        quote_identifiers=False,
    )


def _refuse_recursion(query: exp.Expr) -> None:
    for found in query.find_all(exp.With):
        if found.recursive:
            names = ", ".join(cte.alias for cte in found.expressions[:1])
            raise DialectError(
                f"the query is recursive ({names}), which Spark does not run as DuckDB "
                "does; write its steps as models"
            )


def _without_unpivot(query: exp.Expr) -> None:
    """Write ``unpivot t on a, b into name n value v`` as two lists side by side."""
    for pivot in [p for p in query.find_all(exp.Pivot) if p.args.get("unpivot")]:
        into = pivot.args.get("into")
        columns = [c for c in pivot.expressions if isinstance(c, exp.Column)]
        is_plain = len(columns) == len(pivot.expressions)
        if into is None or not is_plain or isinstance(pivot.parent, exp.Table):
            raise DialectError(f"no rule for {pivot.sql('duckdb')[:80]}")
        names = ", ".join(f"'{c.name}'" for c in columns)
        values = ", ".join(c.name for c in columns)
        [value] = into.expressions
        pivot.replace(
            parse_one(
                f"select * from (select * exclude ({values}), "
                f"unnest([{names}]) as {into.this.name}, "
                f"unnest([{values}]) as {value.name} from {pivot.this.sql('duckdb')}) "
                f"as unpivoted where {value.name} is not null",
                read="duckdb",
            )
        )


def _leaves(query: exp.Expr) -> list[exp.Select]:
    if isinstance(query, exp.SetOperation):
        return _leaves(query.this) + _leaves(query.expression)
    if isinstance(query, exp.Subquery):
        return _leaves(query.this)
    if isinstance(query, exp.Select):
        return [query]
    raise DialectError(f"no rule for {query.sql('duckdb')[:80]} in a union by name")


def _in_one_order(union: exp.SetOperation) -> None:
    """Give all sides of a union the same columns in the same order."""
    sides = _leaves(union)
    names = list(dict.fromkeys(s.alias_or_name for side in sides for s in side.selects))
    for side in sides:
        have = {s.alias_or_name: s for s in side.selects}
        if list(have) == names:
            continue
        missing = {n: exp.alias_(exp.Null(), n) for n in names}
        side.set("expressions", [have.get(n) or missing[n] for n in names])
    for part in [union, *union.find_all(exp.SetOperation)]:
        part.set("by_name", False)


def _without_group_by_all(select: exp.Select) -> None:
    """Write out the columns that no aggregate is made of."""
    group = select.args.get("group")
    if group is None or not group.args.get("all"):
        return
    keys = []
    for one in select.selects:
        expression = one.unalias()
        has_window = any(True for _ in of_level(expression, select, exp.Window))
        is_constant = not any(True for _ in expression.find_all(exp.Column))
        if has_window or is_constant or has_own_aggregate(expression, select):
            continue
        keys.append(expression.copy())
    is_summed = any(has_own_aggregate(one, select) for one in select.selects)
    if not keys and not is_summed:
        raise DialectError("no rule for `group by all` of constants alone")
    select.set("group", exp.Group(expressions=keys) if keys else None)


def _without_named_windows(select: exp.Select) -> None:
    """Write each named window where it is used; one may build on another."""
    named = {w.this.name: w for w in select.args.get("windows") or ()}

    def parts(window: exp.Expr) -> dict[str, Any]:
        own = {key: window.args.get(key) for key in _PARTS_OF_WINDOWS}
        base = window.args.get("alias")
        if base is None or base.name not in named:
            return own
        of_base = parts(named[base.name])
        return {key: own[key] or of_base[key] for key in _PARTS_OF_WINDOWS}

    for window in list(of_level(select, select, exp.Window)):
        if window.args.get("alias") is None or window in named.values():
            continue
        whole = parts(window)
        window.set("alias", None)
        for key, value in whole.items():
            is_list = isinstance(value, list)
            copied = [v.copy() for v in value] if is_list else value and value.copy()
            window.set(key, copied)
    select.set("windows", None)


def _without_qualify(query: exp.Expr, select: exp.Select) -> exp.Expr:
    """Make the condition on windows a column of a subquery."""
    condition = select.args.get("qualify")
    if condition is None:
        return query
    for key in ("distinct", "order", "limit", "offset"):
        if select.args.get(key):
            raise DialectError(f"no rule for qualify with {key}")
    names = [one.alias_or_name for one in select.selects]
    with_ = select.args.get("with_")
    select.set("qualify", None)
    select.set("with_", None)
    inner = select.copy()
    inner.append("expressions", exp.alias_(condition.this.copy(), _KEPT))
    outer = (
        exp.select(*[exp.alias_(exp.column(n, table=_QUALIFIED), n) for n in names])
        .from_(inner.subquery(_QUALIFIED))
        .where(exp.column(_KEPT, table=_QUALIFIED))
    )
    outer.set("with_", with_)
    if select is query:
        return outer
    select.replace(outer)
    return query
