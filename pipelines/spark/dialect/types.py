"""The DuckDB type of each expression of a query, asked of DuckDB itself.

What an operator means in Spark depends on the types of its operands: a division, a
comparison, a cast. DuckDB's rules for types are long (a DECIMAL and a HUGEINT, a text and
a date, an average), so none is written down here: each expression is put to an empty
DuckDB with NULLs of the types of its parts.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import duckdb
from sqlglot import exp

from pipelines.spark.dialect.errors import DialectError

Columns = Mapping[str, exp.DataType]
NULL: Final = '"NULL"'
_COLUMNS: Final = "columns"
_BOOLEAN: Final = exp.DataType.build("boolean")
_BIGINT: Final = exp.DataType.build("bigint")
_BARE: Final = (exp.Literal, exp.Null, exp.Boolean, exp.Interval, exp.DataType)
# (DECIMAL(38,12), VARCHAR): the commas within have no space after them.
_TUPLE: Final = re.compile(r"TUPLE\(((?:[^()]|\(\d+,\d+\))*)\)")
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
_X: Final = exp.DataType.Type
WHOLE: Final = frozenset(
    {_X.TINYINT, _X.SMALLINT, _X.INT, _X.BIGINT, _X.INT128},
)


def type_of(expression: exp.Expr) -> exp.DataType:
    """Give the DuckDB type of an expression that was annotated."""
    found = expression.type
    if found is None:
        raise DialectError(f"the type of {expression.sql('duckdb')} is not known")
    return found


def is_kind(kind: exp.DataType, *names: exp.DataType.Type) -> bool:
    """Return whether a type is one of these, whatever its width."""
    return kind.this in names


def is_whole(kind: exp.DataType) -> bool:
    """Return whether a type is of whole numbers; HUGEINT is one."""
    return kind.this in WHOLE


def is_decimal(kind: exp.DataType) -> bool:
    """Return whether a type is DECIMAL."""
    return kind.this == _X.DECIMAL


def is_double(kind: exp.DataType) -> bool:
    """Return whether a type is DOUBLE."""
    return kind.this == _X.DOUBLE


def is_text(kind: exp.DataType) -> bool:
    """Return whether a type is text."""
    return kind.this in (_X.TEXT, _X.VARCHAR)


def is_null_type(kind: exp.DataType) -> bool:
    """Return whether a type is that of a bare NULL."""
    return kind.this == _X.NULL


def digits(kind: exp.DataType) -> tuple[int, int]:
    """Give width and scale of a DECIMAL."""
    width, scale = (int(part.name) for part in kind.expressions)
    return width, scale


def item_of(kind: exp.DataType) -> exp.DataType:
    """Give the type of a list's items."""
    if kind.this not in (_X.ARRAY, _X.LIST):
        raise DialectError(f"{kind.sql('duckdb')} is no list")
    return kind.expressions[0]  # type: ignore[no-any-return]


class _Duck:
    """An empty DuckDB that says types; each question is put once."""

    def __init__(self) -> None:
        self._db = duckdb.connect(config={"threads": 1})
        self._known: dict[str, exp.DataType] = {}
        self._lock = threading.Lock()

    def type_of(self, question: str) -> exp.DataType:
        """Give the type of the one column of a SELECT."""
        with self._lock:
            if question not in self._known:
                self._known[question] = self._asked(question)
            return self._known[question].copy()

    def _asked(self, question: str) -> exp.DataType:
        try:
            [found] = self._db.sql(question).types
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise DialectError(f"DuckDB knows no type for {question}: {first}") from error
        return parsed_type(str(found))


_DUCK: Final = _Duck()


def parsed_type(written: str) -> exp.DataType:
    """Read a type as DuckDB writes it; a tuple is a struct whose fields have no names."""
    named = _TUPLE.sub(_as_struct, written).replace(NULL, "NULL")
    return exp.DataType.build(named, dialect="duckdb")


def _as_struct(found: re.Match[str]) -> str:
    parts = re.split(r",\s+", found[1])
    fields = ", ".join(f"v{n} {kind}" for n, kind in enumerate(parts))
    return f"STRUCT({fields})"


def columns_of(union: exp.SetOperation) -> list[exp.DataType]:
    """Give the types of the columns of an annotated union."""
    return union.meta[_COLUMNS]  # type: ignore[no-any-return]


def common_type(*expressions: exp.Expr) -> exp.DataType:
    """Give the type in which DuckDB compares or mixes annotated expressions."""
    kinds = {type_of(one).sql("duckdb") for one in expressions}
    if len(kinds) == 1:
        return type_of(expressions[0])
    given: list[exp.DataType] = []
    parts = exp.Tuple(expressions=[_stub(one, given) for one in expressions])
    return _DUCK.type_of(_question(f"coalesce{parts.sql('duckdb')}", given))


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
            name: _united(a, b)
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


def _united(left: exp.DataType, right: exp.DataType) -> exp.DataType:
    if left == right:
        return left
    return _DUCK.type_of(
        f"select {_typed_null(left)} as x union all select {_typed_null(right)}"
    )


def _visit(node: exp.Expr, scope: _Scope) -> None:
    if isinstance(node, exp.Query):
        columns = _query(node, scope)
        node.type = next(iter(columns.values()))
        return
    if isinstance(node, exp.Column):
        node.type = _column(node, scope)
        return
    if isinstance(node, exp.Identifier) and node.name in scope.variables:
        node.type = scope.variables[node.name].copy()
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
            one.this, _Scope(scope.relations, scope.sources, {**scope.variables, **names})
        )


def _column(node: exp.Column, scope: _Scope) -> exp.DataType | None:
    if isinstance(node.this, exp.Star):
        return None
    columns = scope.sources.get(node.table)
    if columns is None or node.name not in columns:
        raise DialectError(f"{node.sql('duckdb')} is no column of what the query reads")
    kind = columns[node.name]
    if kind.this in (_X.UINT128, _X.UNKNOWN):
        raise DialectError(
            f"{node.sql('duckdb')} is a UHUGEINT, for which Spark has no type"
        )
    return kind.copy()


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
        return _BOOLEAN.copy()
    if isinstance(node, exp.Grouping):
        return _BIGINT.copy()
    if isinstance(node, exp.Explode):
        return item_of(type_of(node.this)).copy()
    if isinstance(node, exp.Bracket) and type_of(node.this).this == _X.MAP:
        return type_of(node.this).expressions[1].copy()  # type: ignore[no-any-return]
    if isinstance(node, exp.Dot):
        return _field(node)
    asked = _function_of(node) if isinstance(node, exp.Window) else node
    given: list[exp.DataType] = []
    written = _with_stubs(asked, given).sql("duckdb")
    return _DUCK.type_of(_question(written, given, has_window=asked is not node))


def _field(node: exp.Dot) -> exp.DataType:
    for one in type_of(node.this).expressions:
        if isinstance(one, exp.ColumnDef) and one.name == node.expression.name:
            return one.args["kind"].copy()  # type: ignore[no-any-return]
    raise DialectError(f"{node.sql('duckdb')} is no field of a struct")


def _function_of(window: exp.Window) -> exp.Expr:
    found = window.this
    while isinstance(found, (exp.Filter, exp.IgnoreNulls)):
        found = found.this
    return found  # type: ignore[no-any-return]


def _question(
    written: str, given: list[exp.DataType], *, has_window: bool = False
) -> str:
    """Ask for an expression of columns; of NULLs alone DuckDB knows it is NULL."""
    columns = ", ".join(
        f"{_typed_null(kind)} as p{n}" for n, kind in enumerate(given)
    )
    over = " over ()" if has_window else ""
    return f"select {written}{over} as x from (select {columns or '1'})"


def _with_stubs(node: exp.Expr, given: list[exp.DataType]) -> exp.Expr:
    """Copy one node with columns of the right types as its parts."""
    changed = type(node)()
    for key, value in node.args.items():
        if isinstance(value, list):
            changed.set(key, [_stub(part, given) for part in value])
        else:
            changed.set(key, _stub(value, given))
    return changed


def _stub(part: object, given: list[exp.DataType]) -> object:
    if not isinstance(part, exp.Expr):
        return part
    is_name = isinstance(part, exp.Identifier) and not part.type
    is_written = isinstance(part, exp.Array) and all(
        isinstance(one, exp.Literal) for one in part.expressions
    )
    if isinstance(part, _BARE) or is_name or is_written:
        return part.copy()
    if part.type is not None and not isinstance(part, (exp.Order, exp.Distinct)):
        if is_null_type(part.type):
            return exp.Null()
        given.append(part.type)
        return exp.column(f"p{len(given) - 1}")
    return _with_stubs(part, given)


def _typed_null(kind: exp.DataType) -> str:
    if is_null_type(kind):
        return "NULL"
    return exp.Cast(this=exp.Null(), to=kind.copy()).sql("duckdb")
