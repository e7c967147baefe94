"""DuckDB's SQL, as dbt compiled it, as Spark SQL with the same meaning.

A query is read, brought into shapes that Spark has (``shapes``), each expression gets
its DuckDB type (``types``), and each node is translated by a rule (``rules``) or is an
error. Belongs here: what differs between the two engines, a rule at a time, each with a
test that runs on both. Does not belong here: which model runs where, and how tables get
from one engine to the other.
"""

from pipelines.spark.dialect.errors import DialectError
from pipelines.spark.dialect.steps import Step
from pipelines.spark.dialect.translation import translated, translated_steps, view_of

__all__ = ["DialectError", "Step", "translated", "translated_steps", "view_of"]
