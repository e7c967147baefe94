"""A connection to the Postgres that versions are copied to, and how it is asked.

Belongs here: connecting, the lock between publishers, errors in one sentence. Does not
belong here: what is written. The database's address is in the environment, and in no
setting, file or message.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pipelines.landing.postgres_driver import MISSING, postgresql
from pipelines.landing.source import quoted
from pipelines.settings import Settings, secret
from pipelines.targets import TargetError

AGAIN = "unitmill publish-to postgres"
# How long a publisher waits for another one.
LOCK_MINUTES = 10
# SQLSTATEs: a lock was not to be had in time; other objects depend on this one.
LOCKED, DEPENDED_ON = "55P03", "2BP01"
SESSION = (
    "set application_name = 'unitmill'",
    "set standard_conforming_strings = on",
    # A load may take longer than a role's queries may.
    "set statement_timeout = 0",
    "set idle_in_transaction_session_timeout = 0",
    f"set lock_timeout = '{LOCK_MINUTES}min'",
)


def is_chosen(settings: Settings) -> bool:
    """Return whether the settings name a Postgres to publish to."""
    return bool(settings.publishing.postgres.database_url_variable)


@contextmanager
def connected(settings: Settings) -> Iterator[postgresql.Connection]:
    """Connect as the only publisher to this schema, until the block ends.

    The lock is the server's, and ends with the connection: a publisher that was killed
    keeps nobody waiting.

    Raises:
        TargetError: no address, no driver, no connection, another publisher that does
            not end, or a statement in the block that Postgres refuses.
    """
    chosen = settings.publishing.postgres
    address = _address(settings)
    if MISSING:
        raise TargetError(f"not copied to Postgres: {MISSING}; then run: {AGAIN}")
    try:
        connection = postgresql.connect(address)
    except postgresql.Error as error:
        # Its text may show a part of the address.
        why = (
            "the server refuses user, password or database"
            if "FATAL" in str(error)
            else "no server answers there, or it is no address"
        )
        raise TargetError(
            f"no connection to the Postgres at the address in "
            f"{chosen.database_url_variable}: {why}; correct it and run: {AGAIN}"
        ) from None
    with connection:
        try:
            for statement in SESSION:
                ask(connection, statement)
            _lock(connection, chosen.schema_name)
            yield connection
        except postgresql.Error as error:
            raise TargetError(
                f"Postgres refuses: {told(error)}; correct it and run: {AGAIN}"
            ) from None


def _address(settings: Settings) -> str:
    variable = settings.publishing.postgres.database_url_variable
    if not variable:
        raise TargetError(
            "no Postgres to publish to; name the environment variable of its address "
            "in unitmill.toml: database_url_variable of [publishing.postgres]"
        )
    address = secret(variable).get_secret_value()
    if not address:
        raise TargetError(
            f"the environment variable {variable} is empty; expected the address of "
            "the Postgres to publish to"
        )
    return address


def _lock(connection: postgresql.Connection, schema: str) -> None:
    """Take the lock between publishers to one schema of the database."""
    name = quoted(f"unitmill {schema}")
    try:
        # COPY, by which rows are asked for, knows no column without a type.
        ask(
            connection,
            f"select pg_advisory_lock(hashtextextended({name}, 0))::text as locked",
        )
    except postgresql.Error as error:
        if state(error) != LOCKED:
            raise
        raise TargetError(
            f"another process has been publishing to the schema {schema} for "
            f"{LOCK_MINUTES} minutes; wait until it has ended, or end it (its "
            f"application_name is unitmill), and run: {AGAIN}"
        ) from None
    connection.commit()


def ask(connection: postgresql.Connection, sql: str) -> list[tuple[Any, ...]]:
    """Run one statement; give its rows, none where it has none."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [*cursor.fetchall()] if cursor.description else []


def run(connection: postgresql.Connection, statements: Sequence[str]) -> None:
    """Run statements without rows in one call, so that no lock waits for the network.

    Args:
        connection: whose present transaction they belong to.
        statements: of the definition of data; at least one.
    """
    tag = f"$unitmill_{secrets.token_hex(8)}$"  # stands in no comment
    ask(connection, f"do {tag} begin {'; '.join(statements)}; end {tag}")


def identifier(*names: str) -> str:
    """Give a SQL name, such as ``"marts"."dim_days"``."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def state(error: postgresql.Error) -> str:
    """Give the SQLSTATE of an error."""
    return str(getattr(error, "sqlstate", None) or "unknown")


def told(error: postgresql.Error) -> str:
    """Give what the server says is wrong, without the statement."""
    said = re.search(r"ERROR: +(.*)", str(error))
    what = said[1].strip() if said else type(error).__name__
    return f"{what} (SQLSTATE {state(error)})"
