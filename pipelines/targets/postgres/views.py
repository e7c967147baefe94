"""The swap: views change from one version to another, in one transaction.

Readers see all of the old or all of the new. Nothing cascades: where a view cannot be
replaced and something of somebody else depends on it, nothing changes at all. Belongs
here: the views that readers know, their comments and grants. Does not belong here: the
tables that they show (``load``).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import adbc_driver_postgresql.dbapi as postgresql

from pipelines.landing.source import quoted
from pipelines.targets.postgres.catalog import (
    Relation,
    comments,
    dependents_of_view,
    privileges,
    readers,
    relations,
)
from pipelines.targets.postgres.load import MARK, make_schema
from pipelines.targets.postgres.session import (
    AGAIN,
    GIVEN_UP,
    LOCKED,
    TargetError,
    ask,
    identifier,
    run,
    state,
)

# Who waits for a view makes all later readers of it wait, so that the swap is over or
# given up in this time. It is less than the second after which Postgres looks for a
# deadlock and ends one side, which could be the reader.
SWAP_MILLISECONDS = 900
PAUSE_SECONDS = 2.0
PATIENCE_SECONDS = 300.0


@dataclass(slots=True)
class Plan:
    """What a swap does, and what speaks against it.

    Attributes:
        connection: to the database.
        schema: of the views.
        version_schema: of the tables that they are to show.
        statements: in their order.
        objections: a sentence each; with one, no statement is run.
        made_anew: views that are dropped first, or were not there; they have no
            comments.
    """

    connection: postgresql.Connection
    schema: str
    version_schema: str
    statements: list[str] = field(default_factory=list)
    objections: list[str] = field(default_factory=list)
    made_anew: set[str] = field(default_factory=set)


def swap(
    connection: postgresql.Connection, schema: str, version_schema: str, reader: str
) -> None:
    """Let the views of a schema show the tables of a version.

    Args:
        connection: to the database.
        schema: of the views.
        version_schema: of the tables; a whole version.
        reader: the role that may read the views; ``""`` for none.

    Raises:
        TargetError: a view that something depends on would lose a column, or somebody
            reads without a pause. The views show what they did before.
    """
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            _swap(connection, schema, version_schema, reader)
            connection.commit()
        except postgresql.Error as error:
            connection.rollback()
            if state(error) not in {LOCKED, GIVEN_UP}:
                raise
        else:
            return
        if time.monotonic() >= ends:
            who = ", ".join(readers(connection, schema)) or "somebody"
            raise TargetError(
                f"the views of {schema} have been read for {PATIENCE_SECONDS:.0f} "
                f"seconds without a pause, now by {who}; Postgres shows what it did "
                f"before; let that end, and run: {AGAIN}"
            )
        time.sleep(PAUSE_SECONDS)


def _swap(
    connection: postgresql.Connection, schema: str, version_schema: str, reader: str
) -> None:
    make_schema(connection, schema, reader)
    tables = relations(connection, version_schema, schema)
    if MARK not in tables:
        raise TargetError(f"{version_schema} is no longer whole; run again: {AGAIN}")
    plan = _planned(Plan(connection, schema, version_schema), tables)
    if plan.objections:
        said = "; ".join(plan.objections)
        raise TargetError(
            f"{schema} in Postgres stays as it is: {said}; then run: {AGAIN}"
        )
    others = _comments(plan)
    if reader:
        views = ", ".join(identifier(schema, name) for name in tables)
        others.append(f"grant select on {views} to {identifier(reader)}")
    ask(connection, f"set local lock_timeout = '{SWAP_MILLISECONDS}ms'")
    ask(connection, f"set local statement_timeout = '{SWAP_MILLISECONDS}ms'")
    if plan.statements:
        run(connection, plan.statements)
    # Readers of a view that changes wait now, and the rest waits for nobody.
    ask(connection, "set local statement_timeout = 0")
    if others:
        run(connection, others)


def _planned(plan: Plan, tables: Mapping[str, Relation]) -> Plan:
    """Plan every view that there is to be, and the end of the others of Unitmill."""
    there = relations(plan.connection, plan.schema, plan.schema)
    for name, table in tables.items():
        view = there.get(name)
        if view and not view.reads:
            plan.objections.append(
                f"{plan.schema}.{name} is there and is no view that Unitmill made as "
                "this user; rename it, or choose another schema_name"
            )
        elif view is None or view.reads != plan.version_schema:
            _show(plan, name, table, view)
    for name, view in there.items():
        if view.reads and name not in tables:
            _remove(plan, name, view)
    return plan


def _show(plan: Plan, name: str, table: Relation, view: Relation | None) -> None:
    """Plan that a view shows this version's table, as what it is or made anew."""
    columns = [*table.columns]
    granted: list[str] = []
    place = identifier(plan.schema, name)
    if view is None:
        plan.made_anew.add(name)
    elif lost := _lost(view, table):
        if not _may_go(plan, name, view, lost):
            return
        plan.made_anew.add(name)
        plan.statements.append(f"drop view {place}")
        granted = [
            f"grant {what} on {place} to {who}"
            for what, who in privileges(plan.connection, view.oid)
        ]
    else:
        # Postgres replaces a view that has the same columns and more behind them.
        columns = [*view.columns, *(c for c in columns if c not in view.columns)]
    selected = ", ".join(f"mart.{identifier(column)}" for column in columns)
    source = identifier(plan.version_schema, name)
    plan.statements += [
        f"create or replace view {place} as select {selected} from {source} as mart",
        *granted,
    ]


def _remove(plan: Plan, name: str, view: Relation) -> None:
    """Plan that the view of a mart goes that this version has not."""
    if _may_go(plan, name, view, "the mart is gone"):
        plan.statements.append(f"drop view {identifier(plan.schema, name)}")


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


def _comments(plan: Plan) -> list[str]:
    """Write those comments that a view has not, or has otherwise."""
    present = {
        key: text
        for key, text in comments(plan.connection, plan.schema).items()
        if key[0] not in plan.made_anew
    }
    statements = []
    wanted = comments(plan.connection, plan.version_schema)
    for (name, column), text in wanted.items():
        if present.get((name, column)) == text:
            continue
        what, place = ("column", (name, column)) if column else ("view", (name,))
        statements.append(
            f"comment on {what} {identifier(plan.schema, *place)} is {quoted(text)}"
        )
    return statements
