"""Dagster's event log in SQLite, with connections that stay open between events.

Dagster opens both databases for each event, waits for the disk, and closes them; what a
run plans, some hundred events, is one transaction here. This class is named in the
home's ``dagster.yaml``, and it is a module of its own because the processes of
`unitmill ui` load it without anything else of Unitmill; in the one that answers
browsers it puts the guard in front. Belongs here: how events are stored. Does not
belong here: which are kept (``defs.history``).
"""

import json
import sqlite3
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

# The one private class that Unitmill builds on: no public one says how it connects.
from dagster._core.storage.event_log import SqliteEventLogStorage

INDEX = "index"
HOSTS_VARIABLE = "UNITMILL_UI_HOSTS"
# The index, the run that writes, and what somebody looks at.
KEPT_OPEN = 4
BUSY_SECONDS = 60
# A file is rewritten when this part of it is empty; until then it is filled again.
EMPTY_RATIO = 0.25
OLD_EVALUATIONS = """
delete from asset_check_executions
where
    run_id not in (select value from json_each(:kept))
    and id not in (
        select max(id) from asset_check_executions group by asset_key, check_name
    )
"""


class EventLog(SqliteEventLogStorage):
    """SQLite event log that keeps the engines of the databases that it used last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Begin without an engine."""
        self._engines: OrderedDict[str, sa.Engine] = OrderedDict()
        self._batch: tuple[ExitStack, dict[str, sa.Connection]] | None = None
        self._tables: set[str] = set()
        self._columns: set[str] = set()
        super().__init__(*args, **kwargs)
        # A batch holds it while it stores one event after the other.
        self._db_lock = threading.RLock()  # type: ignore[assignment]

    @classmethod
    def from_config_value(
        cls,
        inst_data: Any,  # noqa: ANN401
        config_value: Mapping[str, Any],
    ) -> "EventLog":
        """Make the event log that a ``dagster.yaml`` asks for."""
        if "dagster_webserver" in sys.modules:
            guard_webserver()
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            if self._batch is None:
                with engine.begin() as connection:
                    yield connection
                return
            transactions, begun = self._batch
            if shard not in begun:
                begun[shard] = transactions.enter_context(engine.begin())
            yield begun[shard]

    def store_event_batch(self, events: Sequence[Any]) -> None:
        """Store events that come together in one transaction of each database."""
        with self._db_lock, ExitStack() as transactions:
            self._batch = transactions, {}
            transactions.callback(setattr, self, "_batch", None)
            super().store_event_batch(events)

    def has_table(self, table_name: str) -> bool:
        """Return whether the index has a table; one that is there stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def _has_asset_key_col_on_connection(
        self, conn: sa.Connection, column_name: str
    ) -> bool:
        """Return whether the table of assets has a column; one that is there stays."""
        known = self._columns
        if column_name not in known and super()._has_asset_key_col_on_connection(
            conn, column_name
        ):
            known.add(column_name)
        return column_name in known

    def _engine(self, shard: str) -> sa.Engine:
        """Give the engine of a database, and close the one not used for longest."""
        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = sa.create_engine(
                self.conn_string_for_shard(shard),
                connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
            )
            sa.event.listen(engine, "connect", _do_not_wait)
        self._engines[shard] = engine
        while len(self._engines) > KEPT_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    def delete_events(self, run_id: str) -> None:
        """Remove the events of a run, and the file that they were in."""
        super().delete_events(run_id)
        self._initialized_dbs.discard(run_id)
        if engine := self._engines.pop(run_id, None):
            engine.dispose()
        place = Path(self.path_for_shard(run_id))
        for path in place.parent.glob(f"{place.name}*"):
            path.unlink()

    def tidy(self, kept: Sequence[str]) -> None:
        """Remove old results of checks, and give the disk what is empty by now.

        Dagster leaves both when runs are deleted. The last result of a check stays.

        Args:
            kept: ids of the runs that there still are.
        """
        with self.index_connection() as connection:
            connection.execute(sa.text(OLD_EVALUATIONS), {"kept": json.dumps([*kept])})
        with self._db_lock, self._engine(INDEX).connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            pages = connection.scalar(sa.text("pragma page_count")) or 0
            free = connection.scalar(sa.text("pragma freelist_count")) or 0
            if free > pages * EMPTY_RATIO:
                connection.execute(sa.text("vacuum"))

    def dispose(self) -> None:
        """Close what is open."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        super().dispose()


def guard_webserver() -> None:
    """Let Dagster's web server answer only who calls it by its name, from its page.

    The names beside its addresses are in the variable ``UNITMILL_UI_HOSTS``.
    """
    from dagster_webserver.webserver import DagsterWebserver  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415

    from pipelines.serving.guard import Guard  # noqa: PLC0415
    from pipelines.settings import secret  # noqa: PLC0415

    given = secret(HOSTS_VARIABLE).get_secret_value()
    names = [name for name in given.split(",") if name]
    build = DagsterWebserver.build_middleware
    if getattr(build, "is_guarded", False):
        return

    def guarded(self: Any) -> list[Middleware]:  # noqa: ANN401 - of three types
        return [Middleware(Guard, names=names), *build(self)]

    guarded.is_guarded = True  # type: ignore[attr-defined]
    DagsterWebserver.build_middleware = guarded  # type: ignore[method-assign]


def _do_not_wait(connection: sqlite3.Connection, _: object) -> None:
    """Let an event be written without waiting for the disk.

    A power cut may take the last events along; the database stays whole (WAL).
    """
    connection.execute("pragma synchronous = normal")
