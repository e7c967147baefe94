"""The DuckDB type of an expression, asked of DuckDB itself.

DuckDB's rules for types are long (a DECIMAL and a HUGEINT, a text and a date, an
average), so none is written down here: an expression is put to an empty DuckDB, of
columns that have the types of its parts.
"""

import threading
from functools import cache
from typing import Final

import duckdb
from sqlglot import exp

from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.kinds import is_null_type, parsed_type, type_of

_BARE: Final = (exp.Literal, exp.Null, exp.Boolean, exp.Interval, exp.DataType)


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
            return self._known[question]

    def _asked(self, question: str) -> exp.DataType:
        try:
            [found] = self._db.sql(question).types
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise DialectError(
                f"DuckDB knows no type for {question}: {first}"
            ) from error
        return parsed_type(str(found))


_DUCK: Final = _Duck()


def common_type(*expressions: exp.Expr) -> exp.DataType:
    """Give the type in which DuckDB compares or mixes annotated expressions."""
    first, *others = map(type_of, expressions)
    if all(first == other for other in others):
        return first
    given: list[exp.DataType] = []
    parts = exp.Tuple(expressions=[_stub(one, given) for one in expressions])
    return _DUCK.type_of(_question(f"coalesce{parts.sql('duckdb')}", given))


def united_type(left: exp.DataType, right: exp.DataType) -> exp.DataType:
    """Give the type of a column of a union of two types."""
    if left == right:
        return left
    return _DUCK.type_of(
        f"select {_typed_null(left)} as x union all select {_typed_null(right)}"
    )


def asked_type(node: exp.Expr, *, has_window: bool = False) -> exp.DataType:
    """Give the type of a node whose parts have theirs; of a function of a window, too.

    Raises:
        DialectError: DuckDB refuses it.
    """
    given: list[exp.DataType] = []
    written = _with_stubs(node, given).sql("duckdb", copy=False)
    return _DUCK.type_of(_question(written, given, has_window=has_window))


def _question(
    written: str, given: list[exp.DataType], *, has_window: bool = False
) -> str:
    """Ask for an expression of columns; of NULLs alone DuckDB knows it is NULL."""
    columns = ", ".join(f"{_typed_null(kind)} as p{n}" for n, kind in enumerate(given))
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


@cache
def _typed_null(kind: exp.DataType) -> str:
    if is_null_type(kind):
        return "NULL"
    return exp.Cast(this=exp.Null(), to=kind.copy()).sql("duckdb", copy=False)
