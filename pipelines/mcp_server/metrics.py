"""A metric at any grain: two sums and their division.

Belongs here: dividing again what the table `metrics` of the version defines, over the
rows that are asked for. Does not belong here: a definition; those are beside their
marts, and each version has them in that table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.mcp_server.answers import (
    Answer,
    AskError,
    Published,
    nearest,
    plain,
    records,
    table,
)
from pipelines.mcp_server.catalog import columns
from pipelines.mcp_server.conditions import Where, conditions, require
from pipelines.publishing.reading import Rows
from pipelines.questions.months import month_of

TABLE = "metrics"
MONTH = "month"


@dataclass(frozen=True, slots=True)
class Metric:
    """A row of the table; see its columns' meanings there."""

    name: str
    mart: str
    numerator: str
    denominator: str | None
    per: int
    filter: str | None
    time_column: str | None
    currency_column: str | None
    description: str
    trap: str | None

    @property
    def counted(self) -> str:
        """SQL of the rows that count: both parts are known, and the filter holds."""
        known = [f"({p}) is not null" for p in (self.numerator, self.denominator) if p]
        return " and ".join(known + ([f"({self.filter})"] if self.filter else []))

    def sums(self) -> list[str]:
        """SQL of the sums, of their division, and of how many rows are in none."""
        numerator = f"sum(case when {self.counted} then {self.numerator} end)"
        rest = f"count(*) filter (({self.counted}) is not true) as rows_left_out"
        if self.denominator is None:
            return [f"{numerator} as value", "count(*) as row_count", rest]
        denominator = f"sum(case when {self.counted} then {self.denominator} end)"
        return [
            f"{numerator} as numerator",
            f"{denominator} as denominator",
            # Sums are exact; the last division alone is in double.
            (
                f"cast({numerator} as double) * {self.per} "
                f"/ nullif(cast({denominator} as double), 0) as value"
            ),
            "count(*) as row_count",
            rest,
        ]


def known_metrics(source: Published, word: str = "") -> Rows:
    """Give what the version defines, or what of it has a word: names and meanings.

    Raises:
        AskError: no metric has it, or the version defines none.
    """
    found: list[tuple[object, ...]] = [
        (name, row["mart"], row.get("unit"), row["description"], row.get("trap"))
        for name, row in _definitions(source).items()
        if word.lower() in f"{name} {row['description']}".lower()
    ]
    if not found:
        raise AskError(f"no metric has {word!r}; call `metrics` without a word for all")
    return Rows(["metric", "mart", "unit", "means", "trap"], [], found, len(found))


def _definitions(source: Published) -> dict[str, Answer]:
    """Read the table `metrics`: each row by its metric."""
    try:
        columns(source, TABLE)
    except AskError as error:
        raise AskError(
            f"version {source.version.name} defines no metrics; publish again with: "
            "unitmill build"
        ) from error
    rows = records(source.ask(f'select * from "{TABLE}" order by metric'))
    return {str(row["metric"]): row for row in rows}


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
    row = found[name]
    return Metric(
        name=name,
        mart=str(row["mart"]),
        numerator=str(row["numerator"]),
        denominator=row["denominator"],
        per=int(row["per"] or 1),
        filter=row["filter"],
        time_column=row["time_column"],
        currency_column=row.get("currency_column"),
        description=str(row["description"]),
        trap=row.get("trap"),
    )


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
    selected = [f'{sql} as "{name}"' for name, sql in groups.items()] + metric.sums()
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
                f"{metric.name} has no time, so there is no {MONTH}; "
                "leave it out of `by`"
            )
        return f"strftime(\"{metric.time_column}\", '%Y-%m')"
    require(name, list(kinds), metric.mart)
    return f'"{name}"'


def _said(metric: Metric) -> Answer:
    division = f"{metric.numerator} / {metric.denominator}"
    times = f"{metric.per} * " if metric.per != 1 else ""
    said = {
        "metric": metric.name,
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
