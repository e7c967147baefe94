"""What a swap is to do: each view as it will be, and what speaks against it.

Belongs here: comparing a coming version with the views that there are. Does not belong
here: doing it (``views``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.landing.postgres_driver import postgresql
from pipelines.landing.source import quoted
from pipelines.targets import TargetError
from pipelines.targets.postgres.catalog import (
    Relation,
    comments,
    dependents_of_view,
    privileges,
    relations,
)
from pipelines.targets.postgres.load import MARK
from pipelines.targets.postgres.session import AGAIN, ask, identifier

GONE = "the mart is gone"


@dataclass(slots=True)
class Plan:
    """What a swap does, and what speaks against it.

    Attributes:
        connection: to the database.
        schema: of the views.
        shown: the schema of the version that they show; ``""`` before the first.
        coming: the schema of the version that they are to show.
        alone: statements that change no number, each for itself.
        together: statements that belong to the change of the version.
        objections: a sentence each; with one, no statement is run.
        made_anew: views that have no comments, because they are dropped first.
    """

    connection: postgresql.Connection
    schema: str
    shown: str
    coming: str
    alone: list[str] = field(default_factory=list)
    together: list[str] = field(default_factory=list)
    objections: list[str] = field(default_factory=list)
    made_anew: set[str] = field(default_factory=set)


def planned(connection: postgresql.Connection, schema: str, coming: str) -> Plan:
    """Plan every view that there is to be, and the end of the others of Unitmill.

    Raises:
        TargetError: something speaks against it.
    """
    shown = ask(connection, f"select schema_name from {identifier(schema, MARK)}")
    plan = Plan(connection, schema, str(shown[0][0]) if shown else "", coming)
    tables = tables_of_version(connection, coming)
    if tables.pop(MARK, None) is None:
        raise TargetError(f"{coming} is no longer whole; run again: {AGAIN}")
    # A version that is shown already has nothing before it.
    before = tables_of_version(connection, plan.shown) if plan.shown != coming else {}
    there = relations(connection, schema, schema)
    for name, table in tables.items():
        view = there.get(name)
        if view and not view.reads:
            plan.objections.append(
                f"{schema}.{name} is there and is no view that Unitmill made as this "
                "user; rename it, or choose another schema_name"
            )
        else:
            _show(plan, name, table, before.get(name), view)
    for name, view in there.items():
        if view.reads and name not in tables and _may_go(plan, name, view, GONE):
            plan.together.append(f"drop view {identifier(schema, name)}")
    if plan.objections:
        said = "; ".join(plan.objections)
        raise TargetError(
            f"{schema} in Postgres stays as it is: {said}; then run: {AGAIN}"
        )
    return plan


def tables_of_version(
    connection: postgresql.Connection, schema: str
) -> dict[str, Relation]:
    """Give the tables of a version; what else somebody made in its schema is none."""
    found = relations(connection, schema, schema)
    return {name: relation for name, relation in found.items() if relation.kind == "r"}


def _show(
    plan: Plan,
    name: str,
    table: Relation,
    before: Relation | None,
    view: Relation | None,
) -> None:
    """Plan that a view shows this version's table, as what it is or made anew."""
    columns = dict(table.columns)
    place = identifier(plan.schema, name)
    if view and (lost := _lost(view, table)):
        if _may_go(plan, name, view, lost):
            plan.made_anew.add(name)
            plan.together += [
                f"drop view {place}",
                _defined(plan, name, columns, None),
                *(
                    f"grant {what} on {place} to {who}"
                    for what, who in privileges(plan.connection, view.oid)
                ),
            ]
        return
    if view is None:
        before = None
    else:
        # Postgres replaces a view that has the same columns and more behind them.
        columns = {**view.columns, **columns}
        if view.reads >= {plan.coming, *([plan.shown] if before else [])}:
            return
    plan.alone.append(_defined(plan, name, columns, before))


def _defined(
    plan: Plan, name: str, columns: Mapping[str, str], before: Relation | None
) -> str:
    """Give the statement that makes a view of the version shown and the coming one."""
    pointer = identifier(plan.schema, MARK)
    sources = {plan.coming: columns}
    if before:
        sources = {plan.shown: before.columns} | sources
    parts = []
    for source, known in sources.items():
        heads = ", ".join(
            f"mart.{identifier(head)}"
            if head in known
            else f"null::{kind} as {identifier(head)}"
            for head, kind in columns.items()
        )
        parts.append(
            f"select {heads} from {identifier(source, name)} as mart "
            f"where (select schema_name from {pointer}) = {quoted(source)}"
        )
    place = identifier(plan.schema, name)
    return f"create or replace view {place} as {' union all '.join(parts)}"


def _lost(view: Relation, table: Relation) -> str:
    """Say which columns a view would lose, or have of another type."""
    said = []
    for name, kind in view.columns.items():
        now = table.columns.get(name)
        if now is None:
            said.append(f"the column {name} is gone")
        elif now != kind:
            said.append(f"the column {name} was {kind} and is {now}")
    return " and ".join(said)


def _may_go(plan: Plan, name: str, view: Relation, why: str) -> bool:
    """Return whether nothing depends on a view that must go; else object."""
    dependents = dependents_of_view(plan.connection, view.oid)
    if dependents:
        plan.objections.append(
            f"{plan.schema}.{name}: {why}, and this depends on the view: "
            f"{', '.join(dependents)}; change or drop that first"
        )
    return not dependents


def comments_of(plan: Plan) -> list[str]:
    """Write those comments that a view has not, or has otherwise."""
    present = {
        key: text
        for key, text in comments(plan.connection, plan.schema).items()
        if key[0] not in plan.made_anew
    }
    statements = []
    wanted = comments(plan.connection, plan.coming)
    for (name, column), text in wanted.items():
        if name == MARK or present.get((name, column)) == text:
            continue
        what, place = ("column", (name, column)) if column else ("view", (name,))
        statements.append(
            f"comment on {what} {identifier(plan.schema, *place)} is {quoted(text)}"
        )
    return statements
