"""A compiled query of DuckDB as one SELECT of Spark."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import annotation, kinds
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.rules import rule_of
from pipelines.spark.dialect.shapes import plain
from pipelines.spark.dialect.steps import Step, in_steps
from pipelines.spark.dialect.unnesting import marked, unnested

_RELATION: Final = re.compile(r'"[^"]+"\."([^"]+)"\."([^"]+)"')


def translated(code: str, relations: Mapping[str, Mapping[str, str]]) -> str:
    """Translate what dbt compiled for DuckDB; each relation is a view of Spark.

    Args:
        code: a SELECT of DuckDB.
        relations: columns with their DuckDB types of each relation that is read, by
            its name in dbt's manifest: ``"warehouse"."staging"."stg_x"``. In Spark it
            is the view ``staging__stg_x``.

    Raises:
        DialectError: something in it has no rule; the message names it.
    """
    *before, last = translated_steps(code, relations)
    if before:
        names = ", ".join(step.view for step in before)
        raise DialectError(f"it takes steps: {names}; ask for translated_steps")
    return last.code


def translated_steps(
    code: str, relations: Mapping[str, Mapping[str, str]]
) -> tuple[Step, ...]:
    """Translate a query, with the CTEs that are materialized as steps before it.

    Raises:
        DialectError: something in it has no rule; the message names it.
    """
    named = {_name(relation): columns for relation, columns in relations.items()}
    query = plain(code, named)
    typed = {
        name: {
            column.lower(): kinds.parsed_type(kind) for column, kind in columns.items()
        }
        for name, columns in named.items()
    }
    annotation.annotate(query, typed)
    _align_unions(query)
    _name_nulls(query)
    marked(query)
    made = _with_rules(query)
    for select in list(made.find_all(exp.Select)):
        unnested(select)
    return in_steps(made)


def view_of(relation: str) -> str:
    """Give the name of the Spark view of a relation of dbt's manifest."""
    return _name(relation).replace(".", "__")


def _name(relation: str) -> str:
    found = _RELATION.fullmatch(relation)
    if found is None:
        raise DialectError(f"{relation} is no relation of dbt's manifest")
    return f"{found[1]}.{found[2]}"


def _with_rules(query: exp.Query) -> exp.Expr:
    """Translate each node, the innermost first; types stay those of DuckDB."""
    made: exp.Expr = query
    for node in list(_parts_first(query)):
        rule = rule_of(node)
        if rule is None:
            continue
        kind = node.type
        new = rule(node)
        if new is node:
            continue
        new.type = kind
        if node is query:
            made = new
        else:
            node.replace(new)
    return made


def _parts_first(node: exp.Expr) -> Iterator[exp.Expr]:
    for part in node.iter_expressions():
        yield from _parts_first(part)
    yield node


def _name_nulls(query: exp.Query) -> None:
    """Make a column of NULLs alone an INTEGER, as it is in a table of DuckDB."""
    for side in _sides(query):
        for one in side.selects:
            if kinds.is_null_type(kinds.type_of(one)):
                _convert(one, exp.DataType.build("int"))


def _align_unions(query: exp.Expr) -> None:
    """Give the columns of all sides of a union the type that DuckDB gives them."""
    for union in query.find_all(exp.SetOperation):
        if isinstance(union.parent, exp.SetOperation):
            continue
        for side in _sides(union):
            for one, kind in zip(
                side.selects, annotation.columns_of(union), strict=True
            ):
                _convert(one, kind)


def _sides(query: exp.Expr) -> Iterator[exp.Select]:
    if isinstance(query, exp.SetOperation):
        yield from _sides(query.this)
        yield from _sides(query.expression)
    elif isinstance(query, exp.Subquery):
        yield from _sides(query.this)
    elif isinstance(query, exp.Select):
        yield query


def _convert(one: exp.Expr, kind: exp.DataType) -> None:
    """Put a cast around a column of a SELECT, for the rule of casts to translate."""
    inner = one.unalias()
    if kinds.type_of(inner) == kind or kinds.is_null_type(kind):
        return
    outer = exp.Cast(this=inner.copy(), to=kind.copy())
    outer.type = kind
    inner.replace(outer)
    one.type = kind
