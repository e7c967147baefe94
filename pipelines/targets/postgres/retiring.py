"""Old versions in Postgres: how many are kept, and which cannot go.

Belongs here: dropping the schemas of old versions. Does not belong here: what readers
see (``views``).
"""

from pipelines.landing.postgres_driver import postgresql
from pipelines.targets.postgres.catalog import (
    dependents_of_schema,
    relations,
    versions_there,
)
from pipelines.targets.postgres.session import (
    DEPENDED_ON,
    LOCKED,
    ask,
    identifier,
    run,
    state,
    told,
)

LOCK_MILLISECONDS = 500


def retire(
    connection: postgresql.Connection, schema: str, shown: str, keep: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Drop the schemas of old versions; nothing that is somebody else's goes with them.

    Args:
        connection: to the database.
        schema: of the views.
        shown: the schema of the version that the views show, which stays.
        keep: how many of the newest versions stay.

    Returns:
        The schemas that went, and why others did not: a sentence each.
    """
    gone, kept = [], []
    views = relations(connection, schema, schema).values()
    for old in versions_there(connection, schema)[:-keep]:
        # The views read the version before, too, until the next one comes.
        if old == shown or any(old in view.reads for view in views):
            continue
        if others := dependents_of_schema(connection, old):
            kept.append(f"{old} is kept, because {', '.join(others)} depends on it")
            continue
        try:
            _drop(connection, schema, old)
            connection.commit()
            gone.append(old)
        except postgresql.Error as error:
            connection.rollback()
            if state(error) == LOCKED:
                kept.append(f"{old} is kept until the next time, because it is read")
            elif state(error) == DEPENDED_ON:
                kept.append(f"{old} is kept: {told(error)}")
            else:
                raise
    connection.rollback()  # ends the transaction of the questions
    return (*gone,), (*kept,)


def _drop(connection: postgresql.Connection, schema: str, old: str) -> None:
    """Drop the tables of a version and its schema; RESTRICT is what Postgres does."""
    ask(connection, f"set local lock_timeout = '{LOCK_MILLISECONDS}ms'")
    tables = [
        identifier(old, name)
        for name, relation in relations(connection, old, schema).items()
        if relation.kind == "r"
    ]
    statements = [f"drop table {', '.join(tables)} restrict"] if tables else []
    run(connection, [*statements, f"drop schema {identifier(old)} restrict"])
