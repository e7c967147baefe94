"""Write each source's rows of a published version in FOCUS 1.2, as Parquet.

The SELECT is that of the published view ``focus_v1_2``, which has no column that says
whose a row is; so it is taken over one source's rows at a time.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.focus.views import focus_v1_2
from pipelines.landing.source import quoted


@dataclass(frozen=True, slots=True)
class View:
    """The rows of one source in FOCUS 1.2: where they are, and how many."""

    source_name: str
    path: Path
    row_count: int


def write_views(database: Path, folder: Path, limit: int) -> list[View]:
    """Write up to so many rows of each source, the same ones every time."""
    with duckdb.connect() as db:
        db.execute(f"attach {quoted(database)} as version (read_only)")
        db.execute("use version")
        names = db.execute("select distinct x_SourceName from focus order by all")
        return [_write(db, str(name), folder, limit) for (name,) in names.fetchall()]


def _write(
    db: duckdb.DuckDBPyConnection, source_name: str, folder: Path, limit: int
) -> View:
    path = folder / f"{source_name}.parquet"
    rows = (
        f"(select * from focus where x_SourceName = {quoted(source_name)} "
        f"order by hash(x_DeliveryId, x_SourceRowNumber) limit {limit})"
    )
    row = db.execute(
        f"copy ({focus_v1_2(rows)}) to {quoted(path)} (format parquet)"
    ).fetchone()
    return View(source_name, path, int(row[0]) if row else 0)
