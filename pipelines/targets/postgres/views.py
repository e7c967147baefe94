"""The swap: readers change from one version to another at once, and wait for nobody.

A view reads the version that is shown and the one that comes, and a table of one row,
``published_version``, says which of both it gives. So the views change one after the
other, which changes no number, and then that row changes: readers see all of the old or
all of the new, in whatever order they read. Nothing cascades: where a view cannot be
replaced and something of somebody else depends on it, nothing changes at all. Belongs
here: the views that readers know, their comments and grants. Does not belong here: the
tables that they show (``load``).
"""

import time
from collections.abc import Callable
from functools import partial

from pipelines.landing.postgres_driver import postgresql
from pipelines.landing.source import quoted
from pipelines.targets import TargetError
from pipelines.targets.postgres.catalog import readers, relations
from pipelines.targets.postgres.load import MARK, make_schema
from pipelines.targets.postgres.planning import (
    comments_of,
    planned,
    tables_of_version,
)
from pipelines.targets.postgres.session import (
    AGAIN,
    LOCKED,
    ask,
    identifier,
    run,
    state,
)

# Who waits for a view makes all later readers of it wait, so nobody waits for longer
# than this. It is less than the second after which Postgres looks for a deadlock and
# ends one side, which could be the reader.
LOCK_MILLISECONDS = 500
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 300.0
POINTER = {
    "version": "text",
    "published_at": "timestamp",
    "build_id": "text",
    "code_version": "text",
    "schema_name": "text",
}
MEANING = "Which version the marts show, and in which schema its tables are. One row."


def swap(
    connection: postgresql.Connection, schema: str, coming: str, reader: str
) -> None:
    """Let the views of a schema show the tables of a version.

    Args:
        connection: to the database.
        schema: of the views.
        coming: the schema of the tables; of a whole version.
        reader: the role that may read the views; ``""`` for none.

    Raises:
        TargetError: a view that something depends on would lose a column, or somebody
            reads without a pause. The views show what they did before.
    """
    make_schema(connection, schema, reader)
    _make_pointer(connection, schema)
    connection.commit()
    ask(connection, f"set lock_timeout = '{LOCK_MILLISECONDS}ms'")
    ends = time.monotonic() + PATIENCE_SECONDS

    def patiently(work: Callable[[], None]) -> None:
        while not _done(connection, work):
            if time.monotonic() >= ends:
                raise TargetError(_busy(connection, schema))
            time.sleep(PAUSE_SECONDS)

    for statement in planned(connection, schema, coming).alone:
        patiently(partial(run, connection, [statement]))
    patiently(partial(_change, connection, schema, coming, reader))


def _done(connection: postgresql.Connection, work: Callable[[], None]) -> bool:
    """Do work in a transaction; return False where somebody reads what it changes."""
    try:
        work()
        connection.commit()
    except postgresql.Error as error:
        connection.rollback()
        if state(error) != LOCKED:
            raise
        return False
    return True


def _busy(connection: postgresql.Connection, schema: str) -> str:
    who = ", ".join(readers(connection, schema)) or "somebody"
    return (
        f"the views of {schema} have been read for {PATIENCE_SECONDS:.0f} seconds "
        f"without a pause, now by {who}; Postgres shows what it did before; let that "
        f"end, and run: {AGAIN}"
    )


def _make_pointer(connection: postgresql.Connection, schema: str) -> None:
    """Make the table that says which version is shown, unless it is there."""
    found = relations(connection, schema, schema).get(MARK)
    if found and (found.kind != "r" or [*found.columns] != [*POINTER]):
        raise TargetError(
            f"{schema}.{MARK} is there and is no table that Unitmill made; rename it, "
            f"or choose another schema_name, and run: {AGAIN}"
        )
    if not found:
        place = identifier(schema, MARK)
        defined = ", ".join(f"{name} {kind}" for name, kind in POINTER.items())
        words = quoted(MEANING)
        run(
            connection,
            [
                f"create table {place} ({defined})",
                f"comment on table {place} is {words}",
            ],
        )


def _change(
    connection: postgresql.Connection, schema: str, coming: str, reader: str
) -> None:
    """Show the other version; what cannot be done without its columns is done here."""
    plan = planned(connection, schema, coming)
    statements = [*plan.together, *comments_of(plan)]
    pointer = identifier(schema, MARK)
    if reader:
        names = tables_of_version(connection, coming)
        views = ", ".join(identifier(schema, name) for name in names)
        statements.append(f"grant select on {views} to {identifier(reader)}")
    said = [name for name in POINTER if name != "schema_name"]
    statements += [
        f"delete from {pointer}",
        (
            f"insert into {pointer} select {', '.join(said)}, {quoted(coming)} "
            f"from {identifier(coming, MARK)}"
        ),
    ]
    run(connection, statements)
