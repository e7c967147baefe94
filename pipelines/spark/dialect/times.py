"""Dates, times and spans.

A date plus a span is a time in DuckDB; differences count borders that are passed, where
Spark counts whole units; a week begins on Monday.
"""

from typing import Final

from sqlglot import exp

from pipelines.spark.dialect import build, kinds
from pipelines.spark.dialect.arithmetic import operation
from pipelines.spark.dialect.build import Rule, Rules, call, cast, number
from pipelines.spark.dialect.conversions import in_spark
from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.mixing import as_type

_X: Final = exp.DType
_DATE: Final = exp.DataType.build("date")
_TIMESTAMP: Final = exp.DataType.build("timestamp", dialect="duckdb")
_LOCAL: Final = "timestamp_ltz"
_EPOCH: Final = {
    "SECOND": "unix_seconds",
    "MILLISECOND": "unix_millis",
    "MICROSECOND": "unix_micros",
}
_TRUNCATED: Final = (
    "YEAR",
    "QUARTER",
    "MONTH",
    "WEEK",
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
)
# The parts of a format that both engines write in the same way.
_FORMATS: Final = {
    "%Y": "yyyy",
    "%m": "MM",
    "%d": "dd",
    "%H": "HH",
    "%M": "mm",
    "%S": "ss",
}


def _is(node: exp.Expr, *names: exp.DType) -> bool:
    return kinds.is_kind(kinds.type_of(node), *names)


def _sum(node: exp.Expr) -> exp.Expr:
    """Add or subtract numbers, days, dates, times and spans."""
    left, right = node.this, node.expression
    is_sum = isinstance(node, exp.Add)
    if _is_span(right):
        return _made(node, as_type(left, _TIMESTAMP), right)
    if _is(left, _X.DATE) and kinds.is_whole(kinds.type_of(right)):
        return call("date_add" if is_sum else "date_sub", left, cast(right, "int"))
    if _is(left, _X.DATE) and _is(right, _X.DATE) and not is_sum:
        return cast(call("datediff", left, right), "bigint")
    if _is(left, _X.TIMESTAMPNTZ) and _is(right, _X.TIMESTAMPNTZ) and not is_sum:
        return _made(node, left, right)
    return operation(node)


def _is_span(node: exp.Expr) -> bool:
    return isinstance(node, exp.Interval) or _is(node, _X.INTERVAL)


def _made(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return type(node)(this=build.wrapped(left), expression=build.wrapped(right))


def _product(node: exp.Expr) -> exp.Expr:
    """Multiply numbers, or a span by a whole number."""
    left, right = node.this, node.expression
    if _is_span(right):
        left, right = right, left
    if not _is_span(left):
        return operation(node)
    if not kinds.is_whole(kinds.type_of(right)):
        raise DialectError(f"no rule for {node.sql('duckdb')[:80]}")
    return exp.Mul(this=build.wrapped(left), expression=cast(right, "int"))


def _span(name: str) -> Rule:
    """Make a span of a number of days or hours."""
    place = {"days": 0, "hours": 1}[name]

    def rule(node: exp.Expr) -> exp.Expr:
        count = node.this if isinstance(node, exp.ToDays) else node.expressions[0]
        return call("make_dt_interval", *[number(0)] * place, cast(count, "int"))

    return rule


def _difference(node: exp.Expr) -> exp.Expr:
    """Count the borders of a unit between two times."""
    unit = node.args["unit"].name.upper()
    start, end = node.expression, node.this
    if unit == "DAY":
        days = call("datediff", as_type(end, _DATE), as_type(start, _DATE))
        return cast(days, "bigint")
    if unit == "MONTH":
        months = build.binary(exp.Sub, _months(end), _months(start))
        return cast(months, "bigint")
    if unit not in _EPOCH:
        raise DialectError(f"no rule counts {unit.lower()}s between two times")
    since = (
        call(_EPOCH[unit], cast(as_type(one, _TIMESTAMP), _LOCAL))
        for one in (end, start)
    )
    return build.binary(exp.Sub, *since)


def _months(time: exp.Expr) -> exp.Expr:
    day = as_type(time, _DATE)
    years = exp.Mul(this=call("year", day), expression=number(12))
    return build.binary(exp.Add, years, call("month", day.copy()))


def _truncated(node: exp.Expr) -> exp.Expr:
    """Go back to the beginning of a unit; a week begins on Monday in both."""
    unit = node.args["unit"].name.upper()
    if unit not in _TRUNCATED:
        raise DialectError(f"no rule truncates to {unit.lower()}")
    time = cast(as_type(node.this, _TIMESTAMP), _LOCAL)
    return cast(call("date_trunc", build.text(unit), time), "timestamp_ntz")


def _part(name: str) -> Rule:
    """Take a part of a date; a BIGINT in DuckDB."""

    def rule(node: exp.Expr) -> exp.Expr:
        return cast(call(name, as_type(node.this, _DATE)), "bigint")

    return rule


def _day_of_week(node: exp.Expr) -> exp.Expr:
    """Count from Monday = 1; Spark's ``weekday`` counts from Monday = 0."""
    day = call("weekday", as_type(node.this, _DATE))
    return cast(build.binary(exp.Add, day, number(1)), "bigint")


def _last_day(node: exp.Expr) -> exp.Expr:
    return call("last_day", as_type(node.this, _DATE))


def _written(node: exp.Expr) -> exp.Expr:
    return call("date_format", as_type(node.this, _TIMESTAMP), _format(node))


def _read(node: exp.Expr) -> exp.Expr:
    return call("to_timestamp_ntz", node.this, _format(node))


def _format(node: exp.Expr) -> exp.Literal:
    """Translate the format of a time; it is all digits, so no language matters."""
    form = node.args["format"]
    if not isinstance(form, exp.Literal):
        raise DialectError(f"the format of {node.sql('duckdb')[:80]} is computed")
    left = form.name
    for one in _FORMATS:
        left = left.replace(one, "")
    if "%" in left or any(c.isalpha() or c in "'[]{}#" for c in left):
        raise DialectError(f"no rule for the format {form.name} of a time")
    written = form.name
    for one, other in _FORMATS.items():
        written = written.replace(one, other)
    return build.text(written)


def _range(node: exp.Expr) -> exp.Expr:
    """List what lies from a start to before an end."""
    if not node.args.get("is_end_exclusive"):
        raise DialectError("no rule for generate_series; write range")
    item = kinds.item_of(kinds.type_of(node))
    start, end, step = (node.args.get(key) for key in ("start", "end", "step"))
    if start is None or end is None:
        raise DialectError("no rule for a range without a start")
    start, end = as_type(start, item), as_type(end, item)
    is_upward = isinstance(step, exp.Interval) or step is None
    if not is_upward or "-" in (step.this.name if step is not None else ""):
        raise DialectError(f"no rule for the step of {node.sql('duckdb')[:80]}")
    every = step if step is not None else cast(number(1), in_spark(item))
    one = exp.to_identifier("_step")
    is_before = exp.LT(this=one, expression=build.wrapped(end.copy()))
    steps = call("sequence", start.copy(), end.copy(), every)
    listed = build.each("filter", steps, "_step", is_before)
    empty = cast(build.array(), f"array<{in_spark(item)}>")
    sides = {"this": build.wrapped(start), "expression": build.wrapped(end)}
    # Spark refuses a sequence that would go back; of NULL there is none.
    return exp.Case(
        ifs=[
            exp.If(this=exp.LT(**sides).copy(), true=listed),
            exp.If(this=exp.GTE(**sides).copy(), true=empty),
        ]
    )


RULES: Final[Rules] = {
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.Mul: _product,
    exp.ToDays: _span("days"),
    "to_hours": _span("hours"),
    exp.DateDiff: _difference,
    exp.TimestampTrunc: _truncated,
    exp.DateTrunc: _truncated,
    exp.Year: _part("year"),
    exp.Month: _part("month"),
    exp.Day: _part("day"),
    exp.DayOfWeekIso: _day_of_week,
    exp.LastDay: _last_day,
    exp.TimeToStr: _written,
    exp.StrToTime: _read,
    exp.GenerateSeries: _range,
}
