"""The growing SELECT: steps one after another, each a ``select *`` plus new columns.

Belongs here: which columns exist at a step, under which SQL name and type, and that a
step which cannot be bound is refused with the plan's name. Does not belong here: what a
plan computes.

DuckDB ignores case in column names and the language does not, so a made column is
called ``made.<name>`` until the end: it can never collide with a source column.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Literal, Self

import duckdb

from pipelines.landing.source import quoted
from pipelines.sources.plans.expressions import TEXT, Value, name
from pipelines.sources.plans.language import Plan

Missing = Literal["null", "error"]


class Chain:
    """Steps over a relation; every column that is read exists at that step."""

    def __init__(
        self,
        relation: str,
        present: Mapping[str, str],
        makers: Mapping[str, Plan],
        missing_column: Missing,
    ) -> None:
        """Begin with a relation.

        Args:
            relation: a SELECT.
            present: its columns and their types (from DESCRIBE).
            makers: which plan makes which column, at whatever step.
            missing_column: whether a column that is not there is NULL or an error.
        """
        self.missing: list[str] = []
        self._steps = [relation]
        self._source = dict(present)
        self._types = dict(present)
        self._made: dict[str, Value] = {}
        self._pending: dict[str, str] = {}
        self._makers = makers
        self._strict = missing_column == "error"
        self._db = duckdb.connect(config={"threads": 1})

    def __enter__(self) -> Self:
        """Use the chain."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection that steps are bound with."""
        self._db.close()

    def has(self, column: str) -> bool:
        """Return whether a column exists at this step."""
        return column in self._made or column in self._source

    def read(self, plan: Plan, column: str, field: str = "column") -> Value:
        """Give a column at this step.

        Raises:
            PlanError: it is made by a plan that runs later, or it is nowhere and
                missing columns are errors.
        """
        if column in self._made:
            value = self._made[column]
            if value.sql in self._pending:
                self.step()
            return value
        if column in self._source:
            if self._source[column] == "TIMESTAMP WITH TIME ZONE":
                utc = f"({name(column)} at time zone 'UTC')"
                return Value(utc, "TIMESTAMP", "UTC")
            return Value(name(column), self._source[column])
        maker = self._makers.get(column)
        if maker and maker is not plan:
            raise plan.error(
                field,
                f"{column!r} is made by {maker.where}, which runs later: types come "
                "first, then columns, look-ups and SQL",
            )
        return self.absent(plan, column, field)

    def absent(self, plan: Plan, column: str, field: str) -> Value:
        """Give NULL for a column that the source lacks, and remember that it does.

        Raises:
            PlanError: missing columns are errors.
        """
        if self._strict:
            has = ", ".join(self._source)
            raise plan.error(
                field, f"the source has no column {column!r}; it has {has}"
            )
        if column not in self.missing:
            self.missing.append(column)
        return Value(f"cast(null as {TEXT})", TEXT)

    def reach(self, plan: Plan, path: str, sql: str, field: str) -> Value:
        """Give a field inside a column, NULL (or an error) where it has none.

        Raises:
            PlanError: it is not there and missing columns are errors.
        """
        try:
            return Value(sql, self._bind(sql))
        except duckdb.Error:
            return self.absent(plan, path, field)

    def make(self, plan: Plan, alias: str, value: Value, field: str = "column") -> None:
        """Add a column, or replace the one that was made under this name.

        Raises:
            PlanError: DuckDB cannot bind the expression.
        """
        physical = name(f"made.{alias}")
        if physical in self._pending:
            self.step()
        kind = self._typed(plan, value.sql, field)
        self._pending[physical] = value.sql
        self._made[alias] = Value(physical, kind, value.zone)

    def join(
        self, plan: Plan, alias: str, key: Value, pairs: Mapping[str, str | None]
    ) -> None:
        """Add a column by looking a key up; a key has one value, so rows stay rows."""
        self.step()
        physical = name(f"made.{alias}")
        rows = ", ".join(
            f"({quoted(k)}, {'null' if v is None else quoted(v)})"
            for k, v in pairs.items()
        )
        keep = "base.*"
        if physical in self._columns():
            keep += f" exclude ({physical})"
        self._typed(plan, key.sql, "column")
        self._steps.append(
            f'select {keep}, found."value" as {physical} from {self._last} as base '
            f'left join (values {rows}) as found("key", "value") '
            f'on found."key" = cast({key.sql} as {TEXT})'
        )
        self._types[f"made.{alias}"] = TEXT
        self._made[alias] = Value(physical, TEXT)

    def step(self, only_where: str = "") -> None:
        """Close a step: what follows sees the columns made until now."""
        if not self._pending and not only_where:
            return
        again = [column for column in self._pending if column in self._columns()]
        keep = f"* exclude ({', '.join(again)})" if again else "*"
        new = [f"{sql} as {column}" for column, sql in self._pending.items()]
        where = f" where {only_where}" if only_where else ""
        self._steps.append(f"select {', '.join([keep, *new])} from {self._last}{where}")
        for alias, value in self._made.items():
            self._types[f"made.{alias}"] = value.type
        self._pending.clear()

    def select(self, columns: str) -> str:
        """Give the whole SELECT with these final expressions."""
        self.step()
        if len(self._steps) == 1:
            return f"select {columns} from ({self._steps[0]})"
        steps = ",\n".join(
            f"step_{number} as (\n{sql}\n)" for number, sql in enumerate(self._steps)
        )
        return f"with {steps}\nselect {columns} from {self._last}"

    def _columns(self) -> set[str]:
        return {name(column) for column in self._types}

    @property
    def _last(self) -> str:
        return f"step_{len(self._steps) - 1}"

    def _typed(self, plan: Plan, expression: str, field: str) -> str:
        try:
            return self._bind(expression)
        except duckdb.Error as error:
            raise plan.error(field, str(error).splitlines()[0]) from error

    def _bind(self, expression: str) -> str:
        """Ask DuckDB for the type of an expression over the columns of this step."""
        empty = ", ".join(
            f"cast(null as {kind}) as {name(column)}"
            for column, kind in self._types.items()
        )
        described = self._db.execute(
            f'describe select *, {expression} as "bound" from (select {empty})'
        ).fetchall()
        return str(described[-1][1])
