"""Plans to one SELECT, in the order of focus-converter's engine: by kind.

Belongs here: the order, and which SQL each kind of plan becomes. First columns that may
be missing and types of source columns, then column expressions, look-ups and SQL;
within a kind by file name and number. Does not belong here: reading plans
(``language``), where files and deliveries come from (``vendor``, ``overlay``).
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from pipelines.focus.schema import ledger_types
from pipelines.sources.plans import expressions, queries
from pipelines.sources.plans.chain import Chain, Missing
from pipelines.sources.plans.expressions import TEXT, Value, name
from pipelines.sources.plans.language import Plan
from pipelines.sources.plans.shape import shaped


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled mapping.

    Attributes:
        select: the SELECT.
        columns: the FOCUS and ``x_`` columns that the plans make, in its order.
        missing: source columns that plans read and the source lacks: NULL.
    """

    select: str
    columns: tuple[str, ...]
    missing: tuple[str, ...]


def compile_plans(
    plans: Sequence[Plan],
    relation: str,
    present: Mapping[str, str],
    *,
    keep: Sequence[str] = (),
    missing_column: Missing = "null",
) -> Compiled:
    """Compile plans over a relation.

    Args:
        plans: the plans, in the order of ``read_plans``.
        relation: a SELECT whose rows are mapped, one to one.
        present: its columns and their types (from DESCRIBE).
        keep: columns of the relation to pass through as they are.
        missing_column: whether a column that the source lacks is NULL or an error.

    Raises:
        PlanError: a plan cannot mean anything over these columns.
    """
    makers = {plan.alias: plan for plan in plans if plan.conversion not in FIRST}
    with Chain(relation, present, makers, missing_column) as chain:
        for kinds in (*({kind} for kind in FIRST), COLUMNS, {"lookup"}, SQL):
            for plan in plans:
                if plan.conversion in kinds:
                    KINDS[plan.conversion](chain, plan)
        outputs = outputs_of(plans)
        final = [_final(chain, plan) for plan in outputs.values()]
        select = chain.select(", ".join([*final, *map(name, keep)]))
        return Compiled(select, tuple(outputs), tuple(chain.missing))


def outputs_of(plans: Iterable[Plan]) -> dict[str, Plan]:
    """Give the ledger columns that plans make, each with the last plan that does.

    Raises:
        PlanError: two names of the language are one column in FOCUS 1.4.
    """
    outputs: dict[str, Plan] = {}
    for plan in plans:
        if not plan.output or plan.conversion in FIRST:
            continue
        other = outputs.setdefault(plan.output, plan)
        if other.alias != plan.alias:
            raise plan.error(
                "focus_column",
                f"{plan.alias} and {other.alias} ({other.where}) are both "
                f"{plan.output} in FOCUS 1.4",
            )
        outputs[plan.output] = plan
    return outputs


def _final(chain: Chain, plan: Plan) -> str:
    value = chain.read(plan, plan.alias)
    ledger_type = ledger_types().get(plan.output, value.type)
    where = f"{plan.where}: {plan.output}"
    return f"{shaped(value, ledger_type, where)} as {name(plan.output)}"


def _missing_column(chain: Chain, plan: Plan) -> None:
    dtype = plan.args.data_type
    if not chain.has(plan.column):
        kind = expressions.DTYPES[dtype]
        chain.make(plan, plan.column, Value(f"cast(null as {kind})", kind))


def _types(chain: Chain, plan: Plan) -> None:
    for each in plan.args.dtype_args:
        value = chain.read(plan, each.column_name, "conversion_args.dtype_args")
        message = f"{plan.where}: {each.column_name}: expected {each.dtype}"
        typed = expressions.typed(value, each.dtype, message, strict=each.strict)
        chain.make(plan, each.column_name, typed)


def _column(convert: Callable[[Plan, Value], Value]) -> Callable[[Chain, Plan], None]:
    """Make a step of a conversion that reads one column."""

    def step(chain: Chain, plan: Plan) -> None:
        chain.make(plan, plan.alias, convert(plan, chain.read(plan, plan.column)))

    return step


def _renamed(_: Plan, value: Value) -> Value:
    return value


def _parsed(plan: Plan, value: Value) -> Value:
    pattern = None if plan.args is None else str(plan.args)
    expected = f"a time like {pattern}" if pattern else "an ISO 8601 time"
    message = f"{plan.where}: {plan.column}: expected {expected}"
    return expressions.parsed(value, pattern, message)


def _time(plan: Plan) -> str:
    return f"{plan.where}: {plan.column}: expected an ISO 8601 time"


def _mapped(plan: Plan, value: Value) -> Value:
    args = plan.args
    pairs = {str(each.key): each.value for each in args.value_list}
    return expressions.mapped(
        value,
        pairs,
        args.default_value,
        null_too=bool(args.apply_default_if_null),
    )


def _text(plan: Plan, value: Value) -> Value:
    sql = f"cast({value.sql} as {TEXT})"
    for each in plan.args.steps:
        if each == "title":
            sql = expressions.title(sql)
        elif isinstance(each, str):
            sql = f"{each}({sql})"
        else:
            sql = expressions.split(sql, each.split_by, each.index)
    return Value(sql, "")


def _static(chain: Chain, plan: Plan) -> None:
    value = plan.args.static_value
    chain.make(plan, plan.alias, expressions.literal(value), "conversion_args")


def _unnested(chain: Chain, plan: Plan) -> None:
    column, *path = plan.column.split(".")
    value = chain.read(plan, column)
    args = plan.args
    if not path:
        sql = value.sql
    elif args.children_type == "struct":
        sql = expressions.child(value, path)
    else:
        operation = args.aggregation_operation or "first"
        sql = expressions.children(value, path[0], operation)
    chain.make(plan, plan.alias, chain.reach(plan, plan.column, sql, "column"))


def _looked_up(chain: Chain, plan: Plan) -> None:
    args = plan.args
    table = Path(args.reference_dataset_path)
    key, value = args.source_value, args.destination_value
    pairs: dict[str, str | None] = {}
    with table.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        for column in (key, value):
            if column not in (reader.fieldnames or []):
                raise plan.error("conversion_args", f"{table.name} has no {column!r}")
        for row in reader:
            found = row[value] or None
            if row[key] and pairs.setdefault(row[key], found) != found:
                raise plan.error(
                    "conversion_args",
                    f"{table.name} line {reader.line_num} gives {row[key]!r} a second "
                    f"{value}: {found!r} beside {pairs[row[key]]!r}",
                )
    if not pairs:
        raise plan.error("conversion_args", f"{table.name} has no rows")
    chain.join(plan, plan.alias, chain.read(plan, plan.column), pairs)


def _queried(chain: Chain, plan: Plan) -> None:
    if plan.conversion == "sql_condition":
        read = queries.condition(plan)
    else:
        read = queries.query(plan)

    def column(path: list[str]) -> Value:
        value = chain.read(plan, path[0], "conversion_args")
        if not path[1:]:
            return value
        inside = expressions.child(value, path[1:])
        return chain.reach(plan, ".".join(path), inside, "conversion_args")

    def sql(expression: exp.Expr) -> str:
        return queries.rendered(plan, expression, column)

    if read.where:
        chain.step()
    made = [(alias, sql(each)) for alias, each in read.columns]
    where = sql(read.where) if read.where else ""
    for alias, expression in made:
        chain.make(plan, alias, Value(expression, ""), "conversion_args")
    if where:
        chain.step(where)


# In the order in which they act; see the engine's FocusConverter.
FIRST = ("apply_default_if_column_missing", "set_column_dtypes")
SQL = {"sql_query", "sql_condition"}
KINDS: Mapping[str, Callable[[Chain, Plan], None]] = {
    "apply_default_if_column_missing": _missing_column,
    "set_column_dtypes": _types,
    "rename_column": _column(_renamed),
    "parse_datetime": _column(_parsed),
    "assign_utc_timezone": _column(
        lambda plan, value: expressions.assigned(value, "UTC", _time(plan))
    ),
    "assign_timezone": _column(
        lambda plan, value: expressions.assigned(value, str(plan.args), _time(plan))
    ),
    "convert_timezone": _column(
        lambda plan, value: expressions.converted(value, str(plan.args), _time(plan))
    ),
    "month_start": _column(
        lambda plan, value: expressions.month_start(value, _time(plan))
    ),
    "month_end": _column(lambda plan, value: expressions.month_end(value, _time(plan))),
    "map_values": _column(_mapped),
    "string_functions": _column(_text),
    "static_value": _static,
    "unnest": _unnested,
    "lookup": _looked_up,
    "sql_query": _queried,
    "sql_condition": _queried,
}
COLUMNS = set(KINDS) - SQL - {*FIRST, "lookup"}
