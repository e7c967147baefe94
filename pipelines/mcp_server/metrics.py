"""A metric at any grain: two sums and their division.

Belongs here: dividing again what the table `metrics` of the version defines, over the
rows that are asked for. Does not belong here: a definition; those are beside their
marts, and each version has them in that table.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from pipelines.mcp_server.answers import (
    Answer,
    AskError,
    Published,
    nearest,
    plain,
    table,
)
from pipelines.mcp_server.catalog import columns
from pipelines.mcp_server.conditions import Where, conditions, require
from pipelines.publishing.reading import Rows
from pipelines.questions.months import month_of
from pipelines.semantic.metrics import Metric
from pipelines.semantic.published import UndescribedError, metrics_of

MONTH = "month"


def _sums(metric: Metric) -> list[str]:
    """SQL of a metric's sums, of their division, and of how many rows are in none."""
    rest = f"count(*) filter (({metric.counted}) is not true) as rows_left_out"
    counted = [f"{metric.expression} as value", "count(*) as row_count", rest]
    if metric.denominator is None:
        return counted
    above, below = (
        f"sum(case when {metric.counted} then {part} end)"
        for part in (metric.numerator, metric.denominator)
    )
    return [f"{above} as numerator", f"{below} as denominator", *counted]


def known_metrics(source: Published, word: str = "") -> Rows:
    """Give what the version defines, or what of it has a word: names and meanings.

    Raises:
        AskError: no metric has it, or the version defines none.
    """
    found: list[tuple[object, ...]] = [
        (name, metric.mart, metric.unit, metric.description, metric.trap)
        for name, metric in _definitions(source).items()
        if word.lower() in f"{name} {metric.description}".lower()
    ]
    if not found:
        raise AskError(f"no metric has {word!r}; call `metrics` without a word for all")
    return Rows(["metric", "mart", "unit", "means", "trap"], [], found, len(found))


def _definitions(source: Published) -> dict[str, Metric]:
    """Read the table `metrics`: each definition by its metric."""
    try:
        return {metric.metric: metric for metric in metrics_of(source.db)}
    except UndescribedError as error:
        raise AskError(
            f"version {source.version.name} defines no metrics; publish again with: "
            "unitmill build"
        ) from error


def metric_named(source: Published, name: str) -> Metric:
    """Find a metric.

    Raises:
        AskError: there is none of that name.
    """
    found = _definitions(source)
    if name not in found:
        raise AskError(
            f"no metric {name!r}; {nearest(name, list(found))} `metrics` lists them all"
        )
    return found[name]


def measured(
    source: Published,
    metric: Metric,
    by: Sequence[str],
    where: Where,
    months: tuple[date, date] | None,
) -> Answer:
    """Compute a metric.

    Args:
        source: the version.
        metric: which.
        by: columns of its mart, or ``month``: that of its time column.
        where: values of columns of its mart.
        months: the first days of the first and the last month; None for all.

    Raises:
        AskError: the mart has no such column, or the metric no time.
    """
    kinds = {name: kind for name, (kind, _) in columns(source, metric.mart).items()}
    groups = {name: _group(metric, name, kinds) for name in dict.fromkeys(by)}
    # Amounts of two currencies have no sum.
    if metric.currency_column and metric.currency_column not in groups:
        groups[metric.currency_column] = f'"{metric.currency_column}"'
    chosen = conditions(where, kinds, metric.mart)
    values: dict[str, object] = dict(chosen.values)
    in_time = []
    if months and metric.time_column:
        in_time = [
            f'"{metric.time_column}" >= $first',
            f'"{metric.time_column}" < $last + interval 1 month',
        ]
        values |= {"first": months[0], "last": months[1]}
    selected = [f'{sql} as "{name}"' for name, sql in groups.items()] + _sums(metric)
    rows = source.ask(
        f'select {", ".join(selected)} from "{metric.mart}" '
        f"where {chosen.sql(*in_time)} group by all order by all",
        values,
    )
    return {**_said(metric), **table(rows)}


def _group(metric: Metric, name: str, kinds: Mapping[str, str]) -> str:
    if name == MONTH and MONTH not in kinds:
        if metric.time_column is None:
            raise AskError(
                f"{metric.metric} has no time, so there is no {MONTH}; "
                "leave it out of `by`"
            )
        return f"strftime(\"{metric.time_column}\", '%Y-%m')"
    require(name, list(kinds), metric.mart)
    return f'"{name}"'


def _said(metric: Metric) -> Answer:
    division = f"{metric.numerator} / {metric.denominator}"
    times = f"{metric.per} * " if metric.per != 1 else ""
    said = {
        "metric": metric.metric,
        "mart": metric.mart,
        "means": metric.description,
        "formula": f"{times}{division}" if metric.denominator else metric.numerator,
        "counts_rows_where": metric.counted,
        "trap": metric.trap,
    }
    return {name: plain(text) for name, text in said.items() if text}


def months_of(source: Published, month: str, period: str) -> tuple[date, date] | None:
    """Read which months are asked about.

    Args:
        source: the version.
        month: one, as ``2026-10``; empty for the newest reconciled one.
        period: ``2026-08/2026-10``, both included, or ``all``; it goes before month.

    Raises:
        AskError: both are given, or the period is none.
        MonthError: it is no month.
    """
    if not period:
        return (source.month(month),) * 2
    if month:
        raise AskError("both month and period are given; give one of them")
    if period == "all":
        return None
    first, slash, last = period.partition("/")
    if not slash:
        raise AskError(
            f"{period!r} is no period; expected one like 2026-08/2026-10, or all"
        )
    return month_of(first), month_of(last)
