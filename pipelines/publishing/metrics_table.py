"""The table ``metrics`` of a published database: every metric and how it is divided.

Belongs here: writing what ``semantic`` knows of the marts that are published. Does not
belong here: what a metric is (``semantic.metrics``), and asking one.
"""

from collections.abc import Iterable

import duckdb

from pipelines.landing.source import quoted
from pipelines.semantic.metrics import Metric

MEANING = (
    "Every metric that holds at any grain: a sum, or two sums by each other, each "
    "over the rows that have both parts. One row per metric."
)
# In the order of the table: type and meaning of each column.
COLUMNS = {
    "metric": ("varchar", "Its name, which no other metric has."),
    "mart": ("varchar", "The table that holds its parts."),
    "column": ("varchar", "The column that says it at the mart's own grain."),
    "numerator": ("varchar", "SQL of a row of the mart; what a sum is the sum of."),
    "denominator": ("varchar", "SQL of a row of the mart; NULL for a sum."),
    "per": ("bigint", "What a ratio is multiplied by, such as 1000 tokens."),
    "filter": ("varchar", "SQL of the rows that count; NULL for all."),
    "time_column": (
        "varchar",
        "The date or timestamp by which it is followed; NULL where rows have none.",
    ),
    "currency_column": (
        "varchar",
        "The column of its currency: group by it or filter it; NULL without one.",
    ),
    "unit": ("varchar", "What it is measured in: ratio, or an amount per how much."),
    "expression": (
        "varchar",
        "SQL of the metric over any rows of the mart, for DuckDB and Postgres.",
    ),
    "description": ("varchar", "What it means."),
    "trap": ("varchar", "How it is easily misread; NULL where nothing is known."),
}


def write_metrics(
    db: duckdb.DuckDBPyConnection, metrics: Iterable[Metric], marts: Iterable[str]
) -> None:
    """Write the table into the database `version`.

    Args:
        db: a connection to which `version` is attached.
        metrics: of any marts.
        marts: those that are published; metrics of others are left out.
    """
    columns = ", ".join(f'"{name}" {kind}' for name, (kind, _) in COLUMNS.items())
    places = ", ".join("?" for _ in COLUMNS)
    there = set(marts)
    db.execute(f"create table version.metrics ({columns})")
    for metric in metrics:
        if metric.mart in there:
            values = [getattr(metric, name) for name in COLUMNS]
            db.execute(f"insert into version.metrics values ({places})", values)
    db.execute(f"comment on table version.metrics is {quoted(MEANING)}")
    for name, (_, meaning) in COLUMNS.items():
        db.execute(f'comment on column version.metrics."{name}" is {quoted(meaning)}')
