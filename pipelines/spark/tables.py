"""Tables as Parquet in a folder that Spark and DuckDB both see.

What one engine made the other reads: each column has a type that both have, and the
type that DuckDB gives it is the one that counts. Belongs here: reading and writing such
folders with Spark. Does not belong here: which table is made of what (``transform``).
"""

import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow.parquet as pq

from pipelines.spark.session import SparkError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Of a folder of months, what Spark names a folder after.
_MONTH: Final = "made_month"
# The types that DuckDB's Parquet files do not have, or Spark does not read as they are.
_STORED: Final = {
    "HUGEINT": "DECIMAL(38,0)",
    "UBIGINT": "DECIMAL(20,0)",
    "UINTEGER": "BIGINT",
    "USMALLINT": "INTEGER",
    "UTINYINT": "SMALLINT",
    "TIME": "VARCHAR",
    "UUID": "VARCHAR",
    "JSON": "VARCHAR",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
}
# DuckDB's names of types, as Spark's SQL has them.
_OF_SPARK: Final = {
    "VARCHAR": "STRING",
    "INTEGER": "INT",
    "TIMESTAMP": "TIMESTAMP_NTZ",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "BLOB": "BINARY",
}


def stored(kind: str) -> str:
    """Give the DuckDB type in which a column of another one is stored in Parquet."""
    if kind.startswith("ENUM("):
        return "VARCHAR"
    return re.sub(r"\b[A-Z_]+\b", lambda name: _STORED.get(name[0], name[0]), kind)


def of_spark(kind: str) -> str:
    """Give the type of Spark in which a column of a DuckDB type is stored.

    Lists, maps and structs as DuckDB writes them: ``VARCHAR[]``,
    ``MAP(VARCHAR, VARCHAR)``, ``STRUCT("name" VARCHAR)``.
    """
    kind = stored(kind)
    if kind.endswith("[]"):
        return f"ARRAY<{of_spark(kind.removesuffix('[]'))}>"
    name, bracket, inner = kind.partition("(")
    fields = _fields(inner.removesuffix(")")) if bracket else []
    if name == "MAP":
        return f"MAP<{', '.join(of_spark(one) for one in fields)}>"
    if name.strip() == "STRUCT":
        pairs = (re.fullmatch(r'("[^"]+"|\w+) (.+)', one) for one in fields)
        named = (f"{p[1].replace(chr(34), '`')}: {of_spark(p[2])}" for p in pairs if p)
        return f"STRUCT<{', '.join(named)}>"
    return _OF_SPARK.get(kind, kind)


def _fields(text: str) -> list[str]:
    """Split at the commas that are in no bracket."""
    found, depth = [""], 0
    for sign in text:
        depth += (sign in "(<") - (sign in ")>")
        if sign == "," and not depth:
            found.append("")
        else:
            found[-1] += sign
    return [one.strip() for one in found]


def files_of(folder: Path) -> list[Path]:
    """List the Parquet files of a table's folder, below its months, too."""
    return sorted(folder.rglob("*.parquet"))


def month_of(column: str) -> str:
    """Give the Spark SQL of the month of a date or timestamp, such as 2026-09."""
    return f"date_format({column}, 'yyyy-MM')"


class MonthsError(Exception):
    """Rows are of a month that was not asked for, which it names."""


class Tables:
    """Relations that a session of Spark reads by name, and those that it writes."""

    def __init__(self, spark: "SparkSession") -> None:
        """Begin with no view."""
        self._spark = spark

    def show(
        self,
        view: str,
        files: Sequence[Path],
        types: Mapping[str, str],
        condition: str = "",
    ) -> None:
        """Let Spark read Parquet files under a name, whole or some of their rows.

        Args:
            view: the name.
            files: a column that some of them lack is NULL there; none is no row.
            types: the columns with the types that DuckDB gives them.
            condition: Spark SQL; of which rows, without it of all.
        """
        if not files:
            nulls = (f"cast(null as {of_spark(t)}) as `{c}`" for c, t in types.items())
            self.define(view, f"select {', '.join(nulls)} where false")
            return
        # With the schema given, no file is opened before its rows are read.
        schema = ", ".join(f"`{c}` {of_spark(t)}" for c, t in types.items())
        reader = self._spark.read.schema(schema)
        found = reader.parquet(*(str(file) for file in files))
        rows = found.where(condition) if condition else found
        rows.createOrReplaceTempView(view)

    def define(self, view: str, query: str) -> None:
        """Let Spark read a query under a name."""
        self._spark.sql(query).createOrReplaceTempView(view)

    def keep(self, view: str, query: str, folder: Path) -> None:
        """Write the rows of a query once, and let Spark read them under a name."""
        rows = self._spark.sql(query)
        with _beside(folder) as place:
            self._write(rows, place)
            _put(place, folder)
        kept = self._spark.read.schema(rows.schema).parquet(str(folder))
        kept.createOrReplaceTempView(view)

    def run(self, statement: str) -> None:
        """Run a statement that gives no rows."""
        self._spark.sql(statement).collect()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query that gives few rows."""
        return [tuple(row) for row in self._spark.sql(query).collect()]

    def write(self, query: str, types: Mapping[str, str], folder: Path) -> None:
        """Write the rows of a query as Parquet; the folder is there whole or not.

        Args:
            query: Spark SQL, with one column for each of ``types``.
            types: its columns with the types that DuckDB gives them.
            folder: where; what is there is replaced.
        """
        with _beside(folder) as place:
            self._write(self._cast(query, types), place)
            _put(place, folder)

    def write_months(
        self,
        query: str,
        types: Mapping[str, str],
        folders: Mapping[str, Path],
        column: str,
    ) -> None:
        """Write the rows of a query into a folder a month; of one without rows none.

        Args:
            query: Spark SQL.
            types: its columns with the types that DuckDB gives them.
            folders: by month, such as 2026-09, where its rows go.
            column: whose month it is.

        Raises:
            MonthsError: rows are of another month.
        """
        month = f"coalesce({month_of(column)}, 'no month')"
        rows = self._cast(query, types).selectExpr("*", f"{month} as {_MONTH}")
        with _beside(next(iter(folders.values())).parent) as place:
            self._write(rows, place, _MONTH)
            made = {p.name.partition("=")[2]: p for p in place.glob(f"{_MONTH}=*")}
            if strange := made.keys() - folders:
                raise MonthsError(min(strange))
            for one, folder in folders.items():
                shutil.rmtree(folder, ignore_errors=True)
                if one in made:
                    _put(made[one], folder)

    def _write(self, rows: "DataFrame", place: Path, *by: str) -> None:
        """Write rows, and count those that are there.

        Executors that do not see the folder would write to disks of their own, and
        Spark would say nothing of it.
        """
        from pyspark.sql import Observation  # noqa: PLC0415 - an extra
        from pyspark.sql.functions import count, lit  # noqa: PLC0415

        seen = Observation()
        counted = rows.observe(seen, count(lit(1)).alias("rows"))
        counted.write.partitionBy(*by).parquet(str(place))
        written = int(seen.get["rows"])
        there = sum(
            pq.read_metadata(path).num_rows for path in place.rglob("*.parquet")
        )
        if there != written:
            raise SparkError(
                f"Spark wrote {written} rows to {place.parent}, and {there} are there; "
                "engine.work has to be a folder that this machine and all executors "
                "see under the same name"
            )

    def _cast(self, query: str, types: Mapping[str, str]) -> "DataFrame":
        columns = (f"cast(`{c}` as {of_spark(t)}) as `{c}`" for c, t in types.items())
        return self._spark.sql(query).selectExpr(*columns)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Give a place beside a folder for what is not finished; nothing of it stays."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _put(place: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    place.rename(folder)
