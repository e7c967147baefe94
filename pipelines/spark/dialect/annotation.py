"""The DuckDB type of each expression of a query.

What an operator means in Spark depends on the types of its operands: a division, a
comparison, a cast.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from pipelines.spark.dialect.asking import asked_type, common_type, united_type
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.kinds import item_of, type_of

Columns = Mapping[str, exp.DataType]
_COLUMNS: Final = "columns"
_BOOLEAN: Final = exp.DataType.build("boolean")
_BIGINT: Final = exp.DataType.build("bigint")
_CONDITIONS: Final = (exp.Predicate, exp.Not, exp.Connector, exp.Escape)
_AS_THEIR_PART: Final = (
    exp.Alias,
    exp.Paren,
    exp.Filter,
    exp.IgnoreNulls,
    exp.Order,
    exp.Distinct,
)
_STRUCTURE: Final = (
    exp.Star,
    exp.Var,
    exp.JSONPath,
    exp.JSONPathPart,
    exp.DataType,
    exp.DataTypeParam,
    exp.Interval,
    exp.Identifier,
    exp.Ordered,
    exp.Where,
    exp.Having,
    exp.Group,
    exp.GroupingSets,
    exp.Lambda,
    exp.Qualify,
    exp.Join,
    exp.From,
    exp.With,
    exp.Table,
    exp.TableAlias,
    exp.WindowSpec,
)


def columns_of(union: exp.SetOperation) -> list[exp.DataType]:
    """Give the types of the columns of an annotated union."""
    return union.meta[_COLUMNS]  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Scope:
    """What names mean at a place of a query.

    Attributes:
        relations: columns of tables and CTEs, by name; a relation of the warehouse as
            ``schema.table``.
        sources: columns of what the SELECT reads, by its name there; outer ones too.
        variables: of lambdas around the place.
    """

    relations: Mapping[str, Columns]
    sources: Mapping[str, Columns] = field(default_factory=dict)
    variables: Mapping[str, exp.DataType] = field(default_factory=dict)


def annotate(query: exp.Expr, relations: Mapping[str, Columns]) -> Columns:
    """Write the type of each expression into a qualified query; give its columns.

    Raises:
        DialectError: DuckDB knows no type, or a column is of no relation that is known.
    """
    return _query(query, _Scope(relations))


def _query(query: exp.Expr, scope: _Scope) -> Columns:
    known = dict(scope.relations)
    with_ = query.args.get("with_")
    for cte in with_.expressions if with_ else ():
        columns = _query(cte.this, _Scope(known, scope.sources))
        known[cte.alias] = _renamed(columns, cte.args.get("alias"))
    scope = _Scope(known, scope.sources, scope.variables)
    if isinstance(query, exp.Subquery):
        return _query(query.this, scope)
    if isinstance(query, exp.SetOperation):
        left, right = _query(query.this, scope), _query(query.expression, scope)
        united = {
            name: united_type(a, b)
            for (name, a), b in zip(left.items(), right.values(), strict=True)
        }
        query.meta[_COLUMNS] = list(united.values())
        return united
    if isinstance(query, exp.Values):
        return _values(query, scope)
    if not isinstance(query, exp.Select):
        raise DialectError(f"no rule for the query {query.sql('duckdb')[:80]}")
    return _select(query, scope)


def _select(query: exp.Select, scope: _Scope) -> Columns:
    sources = dict(scope.sources)
    read = [query.args["from_"].this] if query.args.get("from_") else []
    read += [join.this for join in query.args.get("joins") or ()]
    for source in read:
        sources[source.alias_or_name] = _source(source, scope)
    inside = _Scope(scope.relations, sources, scope.variables)
    for one in query.selects:
        _visit(one, inside)
    outputs = {one.alias_or_name: type_of(one) for one in query.selects}
    # An ORDER BY names columns of the list, which belong to no table.
    sources[""] = outputs
    for key, value in query.args.items():
        if key in ("with_", "from_", "expressions"):
            continue
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, exp.Join):
                _visit_parts(part, inside, leave=("this",))
            elif isinstance(part, exp.Expr):
                _visit(part, inside)
    return outputs


def _source(source: exp.Expr, scope: _Scope) -> Columns:
    if isinstance(source, exp.Table):
        name = f"{source.db}.{source.name}" if source.db else source.name
        if name not in scope.relations:
            raise DialectError(f"the columns of {source.sql('duckdb')} are not known")
        return scope.relations[name]
    return _renamed(_query(source, scope), source.args.get("alias"))


def _renamed(columns: Columns, alias: exp.Expr | None) -> Columns:
    names = [one.name for one in (alias.args.get("columns") or ())] if alias else []
    if not names:
        return columns
    return dict(zip(names, columns.values(), strict=True))


def _values(query: exp.Values, scope: _Scope) -> Columns:
    rows = [row.expressions for row in query.expressions]
    for row in rows:
        for cell in row:
            _visit(cell, scope)
    kinds = [common_type(*cells) for cells in zip(*rows, strict=True)]
    return {f"col{n}": kind for n, kind in enumerate(kinds)}


def _visit(node: exp.Expr, scope: _Scope) -> None:
    if isinstance(node, exp.Query):
        columns = _query(node, scope)
        node.type = next(iter(columns.values()))
        return
    if isinstance(node, exp.Column):
        node.type = _column(node, scope)
        return
    if isinstance(node, exp.Identifier) and node.name in scope.variables:
        node.type = scope.variables[node.name]
        return
    _visit_parts(node, scope)
    if isinstance(node, _AS_THEIR_PART):
        first = node.this or next(iter(node.expressions), None)
        node.type = first.type if isinstance(first, exp.Expr) else None
    elif isinstance(node, _STRUCTURE) or _has_no_type_alone(node):
        node.type = None
    else:
        node.type = _asked(node)


def _visit_parts(node: exp.Expr, scope: _Scope, leave: tuple[str, ...] = ()) -> None:
    lambdas = []
    for key, value in node.args.items():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, exp.Lambda):
                lambdas.append(part)
            elif isinstance(part, exp.Expr) and key not in leave:
                _visit(part, scope)
    for one in lambdas:
        item = item_of(type_of(node.this))
        names = dict.fromkeys((v.name for v in one.expressions), item)
        _visit(
            one.this,
            _Scope(scope.relations, scope.sources, {**scope.variables, **names}),
        )


def _column(node: exp.Column, scope: _Scope) -> exp.DataType | None:
    if isinstance(node.this, exp.Star):
        return None
    columns = scope.sources.get(node.table)
    if columns is None or node.name not in columns:
        raise DialectError(f"{node.sql('duckdb')} is no column of what the query reads")
    kind = columns[node.name]
    if kind.this in (exp.DType.UINT128, exp.DType.UNKNOWN):
        raise DialectError(
            f"{node.sql('duckdb')} is a UHUGEINT, for which Spark has no type"
        )
    return kind


def _has_no_type_alone(node: exp.Expr) -> bool:
    """Return whether a part has no type without what is around it."""
    parent = node.parent
    while isinstance(parent, (exp.Filter, exp.IgnoreNulls)):
        node, parent = parent, parent.parent
    if isinstance(parent, exp.Window):
        return node.arg_key == "this"
    is_branch = isinstance(node, exp.If) and isinstance(parent, exp.Case)
    return is_branch or isinstance(node, (exp.Tuple, exp.Slice))


def _asked(node: exp.Expr) -> exp.DataType:
    if isinstance(node, _CONDITIONS):
        return _BOOLEAN
    if isinstance(node, exp.Grouping):
        return _BIGINT
    if isinstance(node, exp.Explode):
        return item_of(type_of(node.this))
    if isinstance(node, exp.Bracket) and type_of(node.this).this == exp.DType.MAP:
        return type_of(node.this).expressions[1]  # type: ignore[no-any-return]
    if isinstance(node, exp.Dot):
        return _field(node)
    asked = _function_of(node) if isinstance(node, exp.Window) else node
    return asked_type(asked, has_window=asked is not node)


def _field(node: exp.Dot) -> exp.DataType:
    for one in type_of(node.this).expressions:
        if isinstance(one, exp.ColumnDef) and one.name == node.expression.name:
            return one.args["kind"]  # type: ignore[no-any-return]
    raise DialectError(f"{node.sql('duckdb')} is no field of a struct")


def _function_of(window: exp.Window) -> exp.Expr:
    found = window.this
    while isinstance(found, (exp.Filter, exp.IgnoreNulls)):
        found = found.this
    return found  # type: ignore[no-any-return]
