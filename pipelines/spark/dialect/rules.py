"""Which rule translates which node of a query, and which need none.

Only what stands here is translated: a function or an operator that nobody compared on
both engines is an error, not a guess.
"""

from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import (
    aggregates,
    arithmetic,
    documents,
    kinds,
    lists,
    mixing,
    patterns,
    text,
    times,
    windows,
)
from pipelines.spark.dialect.build import Rule, Rules, cast
from pipelines.spark.dialect.conversions import converted, in_spark, tried
from pipelines.spark.dialect.errors import DialectError

# The same words with the same meaning in both engines.
SAME: Final = frozenset(
    {
        *(
            exp.Select,
            exp.Union,
            exp.Subquery,
            exp.Exists,
            exp.Values,
            exp.CTE,
            exp.With,
        ),
        *(exp.From, exp.Where, exp.Limit, exp.GroupingSets, exp.Having),
        *(exp.Order, exp.Ordered, exp.WindowSpec, exp.TableAlias),
        *(exp.Alias, exp.Column, exp.Identifier, exp.Dot, exp.Star, exp.Paren, exp.Var),
        *(exp.Literal, exp.Null, exp.Boolean, exp.Interval),
        *(exp.DataType, exp.DataTypeParam, exp.ColumnDef),
        *(exp.And, exp.Or, exp.Not, exp.Is, exp.Count, exp.AnyValue),
        *(exp.RowNumber, exp.Rank, exp.DenseRank, exp.Explode, exp.Slice),
        *(exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey),
    }
)


def _cast(node: exp.Expr) -> exp.Expr:
    source, target = kinds.type_of(node.this), kinds.type_of(node)
    if isinstance(node.this, exp.Null):
        return cast(node.this, in_spark(target))
    made = converted(node.this, source, target)
    return exp.Paren(this=made) if isinstance(made, exp.Binary) else made


def _try_cast(node: exp.Expr) -> exp.Expr:
    return tried(node.this, kinds.type_of(node.this), kinds.type_of(node))


def _table(node: exp.Expr) -> exp.Expr:
    """Name the view that the engine registers for a relation of the warehouse."""
    if not node.args.get("db"):
        return node
    name = f"{node.args['db'].name}__{node.name}"
    alias = node.args.get("alias")
    return exp.Table(this=exp.to_identifier(name), alias=alias)


def _told_apart(node: exp.Expr) -> exp.Expr:
    """Keep DISTINCT or GROUP BY; Spark does not tell maps apart, or not as DuckDB."""
    select = node.parent
    if node.args.get("on"):
        raise DialectError("no rule for distinct on; number the rows")
    keys = select.selects if isinstance(select, exp.Select) else node.expressions
    if isinstance(node, exp.Group):
        keys = node.expressions
    for key in keys:
        if key.type is not None and kinds.is_kind(key.type, exp.DType.MAP):
            raise DialectError(
                f"the map {key.alias_or_name} is told apart from others; group by what "
                "it is made of"
            )
    return node


def _join(node: exp.Expr) -> exp.Expr:
    known = {"", "INNER", "CROSS", "OUTER", "SEMI", "ANTI"}
    if node.args.get("method") or str(node.args.get("kind") or "").upper() not in known:
        raise DialectError(f"no rule for the join {node.sql('duckdb')[:80]}")
    return node


_OWN: Final[Rules] = {
    exp.Join: _join,
    exp.Distinct: _told_apart,
    exp.Group: _told_apart,
    exp.Cast: _cast,
    exp.TryCast: _try_cast,
    exp.Table: _table,
}
RULES: Final[Rules] = {
    **mixing.RULES,
    **arithmetic.RULES,
    **times.RULES,
    **text.RULES,
    **patterns.RULES,
    **lists.RULES,
    **documents.RULES,
    **aggregates.RULES,
    **windows.RULES,
    **_OWN,
}


def rule_of(node: exp.Expr) -> Rule | None:
    """Give the rule for a node; None where it says the same in Spark.

    Raises:
        DialectError: no rule covers it.
    """
    kind: object = type(node)
    if isinstance(node, exp.Anonymous):
        kind = node.name.lower()
    if kind in SAME:
        return None
    if kind not in RULES:
        raise DialectError(
            f"no rule translates {node.sql('duckdb')[:100]} ({type(node).__name__})"
        )
    return RULES[kind]
