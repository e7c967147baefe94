"""Dagster's own records in Postgres, for the processes of a deployment.

The classes are named in the home's ``dagster.yaml`` where the setting
``dagster.database_url_variable`` names an address; the module is one of its own because
what it needs is the extra ``deploy``. Belongs here: by which driver Postgres is asked,
and what a run's end tidies away there. Does not belong here: how Dagster writes, and
which runs are kept (``defs.history``).
"""

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self

import sqlalchemy as sa
from dagster_postgres import (
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)

from pipelines import event_log

# SQLAlchemy 2.1 takes an address without a driver for one of psycopg 3, and
# dagster-postgres brings psycopg2.
PLAIN = re.compile(r"^postgres(ql)?://")
DRIVER = "postgresql+psycopg2://"
# The last result of a check stays, whatever run it is of.
OLD_EVALUATIONS = """
delete from asset_check_executions
where
    not run_id = any(:kept)
    and id not in (
        select max(id) from asset_check_executions group by asset_key, check_name
    )
"""


class _Addressed:
    """What is made of the address in a ``dagster.yaml``."""

    @classmethod
    def from_config_value(
        cls,
        inst_data: Any,  # noqa: ANN401
        config_value: Mapping[str, Any],
    ) -> Self:
        """Make the storage that a ``dagster.yaml`` asks for."""
        _guard()
        address = PLAIN.sub(DRIVER, config_value["postgres_url"])
        return cls(inst_data=inst_data, postgres_url=address)  # type: ignore[call-arg]


def _guard() -> None:
    """Guard the web server, if this is its process, as the event log in SQLite does."""
    if "dagster_webserver" in sys.modules:
        event_log.guard_webserver()


class Runs(_Addressed, PostgresRunStorage):
    """Which runs there are."""


class Schedules(_Addressed, PostgresScheduleStorage):
    """What schedules and sensors did."""


class Events(_Addressed, PostgresEventLogStorage):
    """What runs said, without the results of checks that nobody looks at any more."""

    def tidy(self, kept: Sequence[str]) -> None:
        """Remove old results of checks, which Dagster leaves when runs are deleted.

        Args:
            kept: ids of the runs that there still are.
        """
        with self.index_connection() as connection:
            connection.execute(sa.text(OLD_EVALUATIONS), {"kept": [*kept]})
