"""Small tables as Parquet files: written whole, read back or named as damaged."""

import logging
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.files import replaced
from pipelines.landing.source import UNREADABLE


def write_record(path: Path, table: pa.Table) -> None:
    """Write a table in place of the one that is there."""
    with replaced(path) as temporary:
        pq.write_table(table, temporary)


def read_record(path: Path, cost: str) -> pa.Table | None:
    """Read a table; None where there is none, or none that can be read.

    Args:
        path: its place.
        cost: what is lost with a damaged one, for the warning that says so.
    """
    try:
        if not path.exists():
            return None
        # What `read_table` needs beside it takes a fifth of a second to import.
        with pq.ParquetFile(path) as file:
            return file.read()
    except UNREADABLE:
        logging.getLogger(__name__).warning(
            "%s is damaged and is made anew; %s", path, cost
        )
        return None
