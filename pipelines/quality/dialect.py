"""DuckDB for Great Expectations: a read-only connection without transactions.

GX has no DuckDB dialect. Through the generic one a rollback throws away each result
before GX fetches it; on a read-only connection there is nothing to roll back.
"""

from typing import Any

import duckdb_sqlalchemy
from sqlalchemy.dialects import registry

SCHEME = "duckdbreadonly"


class ReadOnlyDialect(duckdb_sqlalchemy.Dialect):  # type: ignore[misc]
    """The DuckDB dialect with begin, commit and rollback that do nothing."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """Do nothing."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Do nothing."""

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Do nothing."""


registry.register(SCHEME, __name__, ReadOnlyDialect.__name__)
