"""The version before, as the beginning of the next version's database.

To write a row in DuckDB's format costs more than to convert it, and of many months one
changed. So the next database begins as a copy of the one before, whose bytes are those
that its manifest says, and whose code and packages are those of now; of the ledger it
keeps what is of the same partitions, and of the marts what has the same rows. Belongs
here: whether a version may be begun with, and exchanging partitions and months. Does
not belong here: what else is in a database (``database``).
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.files import sha256_of
from pipelines.ledger.files import parts, sql_files, sql_list
from pipelines.publishing.fingerprint import LEDGER
from pipelines.publishing.versions import DATABASE, PublishError, Version, current
from pipelines.settings import Settings

# Both make what a database looks like; where one differs, all of it is written.
_SAME = ("code", "packages")
# The one large table, of which a month of a source is found by two columns.
_FOCUS = "focus"
# By whose months a mart is exchanged.
_MONTH = "billing_period_start"
_OF_PARTITION = (
    "x_SourceName = $source "
    "and date_trunc('month', BillingPeriodStart) "
    "= try_cast($period || '-01' as timestamp)"
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The version that the next one begins with.

    Attributes:
        version: that version.
        partitions: of which the next one is, each by the hash of its bytes.
    """

    version: Version
    partitions: Mapping[str, str]

    def changed(self, table: str) -> list[str]:
        """Name the partitions of a table that differ: ``aws/2026-10``."""
        before, now = _of(table, self._before), _of(table, self.partitions)
        return sorted(k for k in {*before, *now} if before.get(k) != now.get(k))

    def begin(self, database: Path) -> None:
        """Put the version's database to this place, with its tables and nothing else.

        Raises:
            OSError: there is no room for it.
            duckdb.Error: it cannot be written.
        """
        shutil.copyfile(self.version.database, database)
        database.chmod(0o600)
        with duckdb.connect(str(database)) as db:
            views = "select view_name from duckdb_views() where not internal"
            for (name,) in db.execute(views).fetchall():
                db.execute(f'drop view "{name}"')

    def exchanged_months(
        self, db: duckdb.DuckDBPyConnection, name: str
    ) -> list[object] | None:
        """Bring a mart of `version` up to `build` by the months that differ.

        Args:
            db: has the next version's database attached as `version`, and the build's
                as `build`.
            name: of the mart.

        Returns:
            The months that were exchanged; none where the mart had the build's rows.
            None where it is as it was, because most of it differs, or because it has
            other columns.
        """
        ours, theirs = f'version."{name}"', f'build.marts."{name}"'
        there = "select 1 from duckdb_tables() where database_name = 'version' "
        if not db.execute(f"{there} and table_name = ?", [name]).fetchone():
            return None
        columns = _described(db, theirs)
        if _described(db, ours) != columns:
            return None
        month = _MONTH if _MONTH in [column for column, _ in columns] else "0"
        before, now = _contents(db, ours, month), _contents(db, theirs, month)
        changed = [m for m in {*before, *now} if before.get(m) != now.get(m)]
        rows = {m: found[0] for m, found in now.items()}
        if sum(rows.get(m, 0) for m in changed) * 2 > sum(rows.values()):
            return None
        db.execute("begin")
        for one in changed:
            where = f"where {month} is not distinct from $month"
            db.execute(f"delete from {ours} {where}", {"month": one})
            db.execute(
                f"insert into {ours} select * from {theirs} {where}", {"month": one}
            )
        db.execute("commit")
        return changed

    def parquet(self, name: str) -> Path | None:
        """Give the Parquet file of a mart; None where it is not as it was published."""
        path = self.version.folder / "marts" / f"{name}.parquet"
        files = self.version.manifest["files"]
        known = files.get(f"marts/{name}.parquet") if isinstance(files, dict) else None
        if not isinstance(known, dict) or not path.is_file():
            return None
        return path if known.get("sha256") == sha256_of(path) else None

    def exchanged(
        self, db: duckdb.DuckDBPyConnection, table: str, ledger: Path
    ) -> bool:
        """Exchange the rows of changed partitions in a table of `version`.

        Args:
            db: has the next version's database attached as `version`.
            table: of the ledger.
            ledger: the folder of the next version's partitions.

        Returns:
            Whether the table is what its partitions say; else it is as it was, because
            of a partition whose rows are not found by its name, or of other columns.
        """
        changed = self.changed(table)
        if not changed:
            return True
        if table != _FOCUS or not _has_columns_of(db, ledger / table):
            return False
        db.execute("begin")
        for place in changed:
            if not self._exchange(db, ledger / table / place, place):
                db.execute("rollback")
                return False
        db.execute("commit")
        return True

    def _exchange(
        self, db: duckdb.DuckDBPyConnection, partition: Path, place: str
    ) -> bool:
        source, _, period = place.partition("/")
        old = parts(self.version.folder / "ledger" / _FOCUS / place)
        known = sum(pq.read_metadata(path).num_rows for path in old)
        row = db.execute(
            f"delete from version.{_FOCUS} where {_OF_PARTITION}",
            {"source": source, "period": period},
        ).fetchone()
        if not row or row[0] != known:
            return False
        if files := parts(partition):
            db.execute(
                f"insert into version.{_FOCUS} by name select * from "
                f"read_parquet({sql_list(files)}, union_by_name = true)"
            )
        return True

    @property
    def _before(self) -> Mapping[str, str]:
        return _inputs(self.version)


def earlier(settings: Settings, inputs: Mapping[str, str]) -> Earlier | None:
    """Give what the next version begins with; None where it begins with nothing.

    Args:
        settings: whose versions.
        inputs: of the build that becomes the next version.
    """
    try:
        version = current(settings)
    except PublishError:  # a damaged one is none to begin with
        return None
    if version is None or not version.database.is_file():
        return None
    before, files = _inputs(version), version.manifest.get("files")
    known = files.get(DATABASE) if isinstance(files, dict) else None
    if not isinstance(known, dict) or any(before.get(k) != inputs[k] for k in _SAME):
        return None
    is_whole = known.get("sha256") == sha256_of(version.database)
    return Earlier(version, inputs) if is_whole else None


def _inputs(version: Version) -> Mapping[str, str]:
    inputs = version.manifest.get("inputs")
    return inputs if isinstance(inputs, dict) else {}


def _of(table: str, inputs: Mapping[str, str]) -> dict[str, str]:
    """Give the partitions of a table, with the hashes of their bytes."""
    start = f"{LEDGER}{table}/"
    return {
        name.removeprefix(start): found
        for name, found in inputs.items()
        if name.startswith(start)
    }


def _contents(
    db: duckdb.DuckDBPyConnection, relation: str, month: str
) -> dict[object, tuple[int, int, int]]:
    """Give, by month, the rows of a relation: how many, and what their hashes make."""
    rows = db.execute(
        f"select {month}, count(*), sum(hash(r)), bit_xor(hash(r)) "
        f"from {relation} as r group by 1"
    ).fetchall()
    return {key: (count, total, parity) for key, count, total, parity in rows}


def _described(db: duckdb.DuckDBPyConnection, what: str) -> list[tuple[str, str]]:
    rows = db.execute(f"describe {what}").fetchall()
    return [(str(name), str(kind)) for name, kind, *_ in rows]


def _has_columns_of(db: duckdb.DuckDBPyConnection, folder: Path) -> bool:
    """Return whether a table has the columns that all of its partitions make."""
    files = sql_files(folder.parent, folder.name)
    made = f"select * from read_parquet({files}, union_by_name = true)"
    return _described(db, made) == _described(db, f'version."{folder.name}"')
