"""LiteLLM's Postgres database: its spend log copied below the home folder, day by day.

Belongs here: what is read of the table, and when a day is read again. The copies are
files like any other, which ``claims`` and ``convert.sql`` take from there. The
database's address is in the environment, and in no setting, file or message.
"""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.landing.candidates import find
from pipelines.landing.postgres_driver import MISSING, postgresql
from pipelines.landing.source import Candidate, ExportError, TransientError
from pipelines.settings import Settings, secret

TABLE = "LiteLLM_SpendLogs"
# Days at the end of the log that are read again although they have no new call: the
# gateway may write over a call that goes on.
AGAIN = timedelta(days=2)
COLUMNS = """
    select column_name from information_schema.columns
    where table_schema = current_schema() and table_name = 'LiteLLM_SpendLogs'
"""
DAYS = """
    select cast("startTime" as date) as day, count(*) from "LiteLLM_SpendLogs"
    where "startTime" is not null group by 1 order by 1
"""
# Every value as text, as a dump has it.
ROWS = """
    select {columns} from "LiteLLM_SpendLogs"
    where "startTime" >= timestamp '{day}' and "startTime" < timestamp '{next_day}'
    order by "startTime", request_id
"""


def fetch(settings: Settings, columns: frozenset[str]) -> list[Candidate]:
    """Copy what is new in the database; give all days that were ever copied.

    A day is read again when it has more calls than its copy. One that has fewer stays:
    the gateway deletes what is old.

    Args:
        settings: name the environment variable that holds the address.
        columns: those that are read, in lower case.

    Raises:
        ExportError: the variable is empty, or the driver is not installed.
        TransientError: the database cannot be read. What was copied before stays.
    """
    variable = settings.litellm.database_url_variable
    if not variable:
        return []
    name = f"postgresql://{variable}/{TABLE}"
    address = secret(variable).get_secret_value()
    if not address:
        raise ExportError(
            f"{name}: the environment variable {variable} is empty; expected the "
            "address of LiteLLM's database"
        )
    if MISSING:
        raise ExportError(f"{name}: {MISSING}")
    folder = settings.stores_dir / "postgresql" / variable / TABLE
    with _locked(folder) as downloads:
        try:
            with postgresql.connect(address) as connection:
                _copy_days(connection, folder, downloads, columns)
        except postgresql.Error as error:
            # Its text may show a part of the address.
            state = getattr(error, "sqlstate", None) or "unknown"
            raise TransientError(
                f"{name}: cannot be read ({type(error).__name__}, SQLSTATE {state}); "
                f"expected a Postgres database with the table {TABLE} at the address "
                f"in {variable}"
            ) from None
    return find(folder, f"{name}/").readable


def _copy_days(
    connection: postgresql.Connection,
    folder: Path,
    downloads: Path,
    columns: frozenset[str],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set time zone 'UTC'")
        cursor.execute(COLUMNS)
        known = [str(row[0]) for row in cursor.fetchall()]
        picked = ", ".join(
            f'cast("{name}" as text) as "{name}"'
            for name in known
            if name.lower() in columns
        )
        cursor.execute(DAYS)
        for day in _days_to_copy(dict(cursor.fetchall()), folder):
            cursor.execute(
                ROWS.format(
                    columns=picked or "*", day=day, next_day=day + timedelta(days=1)
                )
            )
            temporary = downloads / f"{day}.parquet"
            rows = cursor.fetch_record_batch()
            with pq.ParquetWriter(temporary, rows.schema, compression="zstd") as file:
                for batch in rows:
                    file.write_batch(batch)
            _replace(folder / f"{day}.parquet", temporary)


def _days_to_copy(calls: dict[date, int], folder: Path) -> list[date]:
    """Give the days to copy, of all days of the log and how many calls each has."""
    copied = {
        date.fromisoformat(path.stem): pq.read_metadata(path).num_rows
        for path in folder.glob("*.parquet")
    }
    newest = max(copied, default=date.min)
    return [
        day
        for day, count in calls.items()
        if count > copied.get(day, 0)
        or (count == copied.get(day) and newest - day <= AGAIN)
    ]


def _replace(path: Path, temporary: Path) -> None:
    """Put a day in its place, unless it says what is there already."""
    if not path.exists() or path.read_bytes() != temporary.read_bytes():
        temporary.replace(path)


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """Wait for other scans to end; give an empty folder for half files."""
    folder.mkdir(parents=True, exist_ok=True)
    downloads = folder / ".downloads"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Of a scan that was killed.
        shutil.rmtree(downloads, ignore_errors=True)
        downloads.mkdir()
        yield downloads
        shutil.rmtree(downloads)
