"""Metrics in the format of Apache Ossie (the former OSI), which other tools convert.

Belongs here: a semantic model of Ossie's core specification. Does not belong here: a
converter; Ossie has those for Snowflake, Databricks, Cube, Looker and others.
"""

import json
from collections.abc import Sequence
from typing import Any

import sqlglot
import yaml
from sqlglot import exp

from pipelines.semantic.metrics import Metric
from pipelines.semantic.published import Field, Table

# A draft: a later one may ask for another form.
SPECIFICATION = "0.2.0.dev0"
NAME = "unitmill"
_SAYS = "What AI workloads cost by token, inference, GPU hour and training hour."
_INSTRUCTIONS = (
    "A metric divides sums; never average one, or a column that is a ratio. Group by "
    "the currency column of a metric or filter it: two currencies have no sum."
)
_TYPES = {
    "VARCHAR": "String",
    "BIGINT": "Integer",
    "INTEGER": "Integer",
    "HUGEINT": "Integer",
    "DATE": "Date",
    "TIMESTAMP": "DateTime",
    "BOOLEAN": "Boolean",
    "DOUBLE": "Float",
}
_DIMENSIONS = {"String", "Date", "DateTime", "Boolean"}

Document = dict[str, Any]


def document(tables: Sequence[Table], schema: str = "main") -> str:
    """Give the text of a file of Ossie, in YAML.

    Args:
        tables: those that become datasets.
        schema: where the tables are.
    """
    model = {
        "name": NAME,
        "description": _SAYS,
        "ai_context": {"instructions": _INSTRUCTIONS},
        "datasets": [_dataset(table, schema) for table in tables],
        "metrics": [_metric(metric) for table in tables for metric in table.metrics],
    }
    said = {"version": SPECIFICATION, "semantic_model": [model]}
    return yaml.safe_dump(said, sort_keys=False, width=88, allow_unicode=True)


def _dataset(table: Table, schema: str) -> Document:
    return {
        "name": table.name,
        "source": f"{schema}.{table.name}",
        "description": table.description,
        "fields": [_field(field) for field in table.fields],
    }


def _field(field: Field) -> Document:
    kind = "Decimal" if field.type.startswith("DECIMAL") else _TYPES.get(field.type)
    return {
        "name": field.name,
        "expression": _expression(field.name),
        "description": field.description,
        **({"datatype": kind} if kind else {}),
        **({"dimension": {}} if kind in _DIMENSIONS else {}),
    }


def _metric(metric: Metric) -> Document:
    context = {"instructions": metric.trap} if metric.trap else {}
    more = {
        "column": metric.column,
        "currency_column": metric.currency_column,
        "time_column": metric.time_column,
        "unit": metric.unit,
    }
    return {
        "name": metric.metric,
        "expression": _expression(of_dataset(metric)),
        "description": metric.description,
        "datatype": "Decimal" if metric.denominator is None else "Float",
        **({"ai_context": context} if context else {}),
        "custom_extensions": [{"vendor_name": "UNITMILL", "data": json.dumps(more)}],
    }


def of_dataset(metric: Metric) -> str:
    """Give the SQL of a metric with each column behind the name of its mart."""
    tree = sqlglot.parse_one(metric.expression, dialect="postgres")
    for column in tree.find_all(exp.Column):
        column.set("table", exp.to_identifier(metric.mart))
    return tree.sql(dialect="postgres")


def _expression(sql: str) -> Document:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": sql}]}
