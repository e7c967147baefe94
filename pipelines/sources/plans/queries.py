"""The language's own SQL, ``sql_query`` and ``sql_condition``, as DuckDB expressions.

Belongs here: reading the SQL, refusing what would lose or merge rows, and exact
arithmetic: columns of text files are text, so where a plan calculates they are read as
exact numbers, one that is none stops the conversion, and no cast to a float survives.
Does not belong here: the steps.
"""

from collections.abc import Callable
from dataclasses import dataclass

import sqlglot
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from sqlglot import exp

from pipelines.focus.schema import MONEY
from pipelines.sources.plans.expressions import (
    FLOATS,
    TEXT,
    TIMES,
    Value,
    number,
    or_refuse,
)
from pipelines.sources.plans.language import PLACE_HOLDER, Plan, PlanError

TABLE = "cost_data"
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg)
NUMERIC = (exp.Abs, exp.Ceil, exp.Floor, exp.Round, exp.Sign)
COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
NUMBERS = {*FLOATS, "DECIMAL", "BIGINT", "HUGEINT", "INTEGER", "SMALLINT", "TINYINT"}
REFUSED = {
    "joins": "JOIN",
    "group": "GROUP BY",
    "having": "HAVING",
    "distinct": "DISTINCT",
    "limit": "LIMIT",
    "offset": "OFFSET",
    "qualify": "QUALIFY",
    "with_": "WITH",
}

Read = Callable[[list[str]], Value]


@dataclass(frozen=True, slots=True)
class Query:
    """A read query: the named expressions beside ``*``, and the filter."""

    columns: tuple[tuple[str, exp.Expr], ...]
    where: exp.Expr | None


def condition(plan: Plan) -> Query:
    """Read a ``sql_condition``: WHEN clauses and a default.

    Raises:
        PlanError: it is not SQL.
    """
    cases = " ".join(str(case) for case in plan.args.conditions)
    default = plan.args.default_value
    default = "null" if default is None else default
    read = _parsed(plan, f"select *, case {cases} else {default} end as a from {TABLE}")
    return Query(columns=((plan.alias, read.columns[0][1]),), where=None)


def query(plan: Plan) -> Query:
    """Read a ``sql_query``: SELECT *, expressions FROM {{ TABLE_NAME }}.

    Raises:
        PlanError: it is not SQL, or would lose or merge rows or columns.
    """
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        sql = environment.from_string(str(plan.args)).render(TABLE_NAME=TABLE)
    except TemplateError as error:
        raise plan.error("conversion_args", f"not a template: {error}") from error
    read = _parsed(plan, sql)
    made = [alias for alias, _ in read.columns]
    if plan.alias not in {*made, PLACE_HOLDER}:
        raise plan.error(
            "conversion_args",
            f"the query makes {', '.join(made) or 'nothing'}; "
            f"expected an expression AS {plan.alias}",
        )
    return read


def has_filter(plan: Plan) -> bool:
    """Return whether a plan's own WHERE takes rows out."""
    return plan.conversion == "sql_query" and query(plan).where is not None


def reads_other_rows(plan: Plan) -> bool:
    """Return whether what a plan makes of a row depends on other rows."""
    if plan.conversion not in {"sql_query", "sql_condition"}:
        return False
    read = condition(plan) if plan.conversion == "sql_condition" else query(plan)
    return any(each.find(exp.Window) for _, each in read.columns)


def rule(where: str, sql: str) -> str:
    """Give a condition over one row, once it is known to be no more than that.

    Raises:
        PlanError: it is not SQL, or asks more than the row.
    """
    try:
        read = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise PlanError(f"{where}: not SQL: {str(error).splitlines()[0]}") from error
    if not isinstance(read, exp.Condition) or read.find(exp.Query, exp.Window):
        raise PlanError(f"{where}: {sql}; expected a condition over columns of a row")
    return read.sql("duckdb")


def _parsed(plan: Plan, sql: str) -> Query:
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        what = str(error).splitlines()[0]
        raise plan.error("conversion_args", f"not SQL: {what}") from error
    select = statements[0]
    if len(statements) != 1 or not isinstance(select, exp.Select):
        raise plan.error("conversion_args", "expected one SELECT")
    for part, word in REFUSED.items():
        if select.args.get(part):
            raise plan.error(
                "conversion_args", f"{word} could lose or merge rows; not allowed"
            )
    inner = [each for each in select.find_all(exp.Query) if each is not select]
    tables = [table.name for table in select.find_all(exp.Table)]
    if inner or tables != [TABLE]:
        raise plan.error("conversion_args", "expected FROM {{ TABLE_NAME }} alone")
    first, *others = select.expressions
    if not isinstance(first, exp.Star) or any(first.args.values()):
        raise plan.error("conversion_args", "expected SELECT *, expressions")
    unnamed = [each.sql("duckdb") for each in others if not isinstance(each, exp.Alias)]
    if unnamed:
        raise plan.error("conversion_args", f"expected a name: {unnamed[0]} AS ...")
    where = select.args.get("where")
    return Query(
        columns=tuple((each.alias, each.this) for each in others),
        where=where.this if where else None,
    )


def rendered(plan: Plan, expression: exp.Expr, read: Read) -> str:
    """Write an expression for DuckDB, with exact arithmetic."""
    complaint = f"{plan.where}: expected a number"
    root = exp.Paren(this=expression.copy())
    for column in list(root.find_all(exp.Column)):
        column.replace(_resolved(column, read))
    for cast in list(root.find_all(exp.Cast)):
        if cast.to.is_type("float", "double"):
            cast.set("to", _money())
    for node in _inner_first(root, *ARITHMETIC, *NUMERIC, *COMPARISONS):
        if _is_numeric(node):
            _exact(complaint, *node.iter_expressions())
    for node in _inner_first(root, exp.Case, exp.Coalesce):
        if _is_number(node):
            _exact(complaint, *_branches(node))
    for node in _inner_first(root, exp.Mul, exp.Div):
        if _is_numeric(node):
            # Scales add up in products and quotients are floats: back to money. What
            # is divided by nothing is infinite, thus NULL.
            to_money = exp.TryCast if isinstance(node, exp.Div) else exp.Cast
            node.replace(to_money(this=exp.Paren(this=node.copy()), to=_money()))
    return root.sql("duckdb")


def _inner_first(root: exp.Expr, *kinds: type[exp.Expr]) -> list[exp.Expr]:
    return list(reversed(list(root.find_all(*kinds))))


def _resolved(column: exp.Column, read: Read) -> exp.Expr:
    """Give the SQL of a column, or of a field in it: usage.amount."""
    steps = [part.name for part in column.parts]
    if len(steps) > 1 and steps[0] == TABLE:
        steps = steps[1:]
    value = read(steps)
    resolved = sqlglot.parse_one(value.sql, read="duckdb")
    resolved.meta["value"] = value
    return resolved


def _exact(complaint: str, *nodes: exp.Expr) -> None:
    """Read the columns that a number is calculated from as exact numbers."""
    for node in nodes:
        value = node.meta.get("value")
        if isinstance(value, Value) and value.type in {TEXT, *FLOATS}:
            read = or_refuse(number(value), value, complaint)
            node.replace(sqlglot.parse_one(read, read="duckdb"))
        elif isinstance(node, (exp.Paren, exp.Nullif)):
            _exact(complaint, node.this)
        elif isinstance(node, (exp.Case, exp.Coalesce)):
            _exact(complaint, *_branches(node))


def _branches(node: exp.Expr) -> list[exp.Expr]:
    """Give the expressions of which one becomes the node's value."""
    if isinstance(node, exp.Coalesce):
        return [node.this, *node.expressions]
    results = [case.args["true"] for case in node.args["ifs"]]
    return [*results, *filter(None, [node.args.get("default")])]


def _is_numeric(node: exp.Expr) -> bool:
    """Return whether a node calculates with numbers, not with times or texts."""
    operands = list(node.iter_expressions())
    if node.find(exp.Interval) or any(_is_time(each) for each in operands):
        return False
    if isinstance(node, COMPARISONS):
        return any(_is_number(each) for each in operands)
    return True


def _is_time(node: exp.Expr) -> bool:
    value = node.meta.get("value")
    return isinstance(value, Value) and value.type in TIMES


def _is_number(node: exp.Expr) -> bool:
    if isinstance(node, exp.Paren):
        return _is_number(node.this)
    if isinstance(node, exp.Literal):
        return not node.is_string
    if isinstance(node, exp.Cast):
        return bool(node.to.is_type(*exp.DataType.NUMERIC_TYPES))
    if isinstance(node, (exp.Case, exp.Coalesce)):
        return any(_is_number(each) for each in _branches(node))
    value = node.meta.get("value")
    if isinstance(value, Value):
        return value.type.partition("(")[0] in NUMBERS
    return isinstance(node, (*ARITHMETIC, *NUMERIC))


def _money() -> exp.DataType:
    return exp.DataType.build(MONEY, dialect="duckdb")
