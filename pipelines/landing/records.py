"""Write a small table whole and atomically: readers see the old one or the new one."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def write_record(path: Path, table: pa.Table) -> None:
    """Write a Parquet file beside its place, then move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    pq.write_table(table, temporary)
    temporary.replace(path)
