"""Open a vendor's file as its ``source.yaml`` describes it.

Belongs here: formats, row numbers, the month and the invoice scope of a row. What a
row means is in the plans.
"""

import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.landing.source import Context, Delivery, quoted
from pipelines.sources.plans.expressions import (
    TEXT,
    Value,
    name,
    or_refuse,
    parsed,
    time,
)
from pipelines.sources.plans.folder import SourceFile

ROW = "unitmill.row"


def rows_of_file(about: SourceFile, db: duckdb.DuckDBPyConnection, file: Path) -> str:
    """Give a file's rows and their numbers, text as it stands in the file."""
    path = quoted(file)
    number = f"row_number() over () as {name(ROW)}"
    if about.format == "parquet":
        return (
            f"select * exclude (file_row_number), file_row_number + 1 as {name(ROW)} "
            f"from read_parquet({path}, file_row_number = true)"
        )
    options = f"{path}, compression = '{'gzip' if _is_gzip(file) else 'none'}'"
    if about.format == "csv":
        # Stated, not detected: a guess could take a wide row for the header.
        stated = "auto_detect = false, header = true, quote = '\"', escape = '\"'"
        return (
            f"select *, {number} from read_csv({options}, {stated}, "
            f"delim = {quoted(about.delimiter)}, "
            f"columns = {_texts(_header(about, file))})"
        )
    keys = described(db, f"select * from read_json({options}, sample_size = -1)")
    return f"select *, {number} from read_json({options}, columns = {_texts(keys)})"


def rows_of_period(
    about: SourceFile, context: Context, delivery: Delivery, file: Path, period: str
) -> tuple[str, dict[str, str]]:
    """Give the SELECT of a file's rows of a period, and the types of its columns."""
    relation = rows_of_file(about, context.db, file)
    types = described(context.db, relation)
    condition = f"{period_of(about, types)} = {quoted(period)}"
    if about.invoice_scope:
        condition += f" and {scope_of(about)} = {quoted(delivery.scope)}"
    return f"select * from ({relation}) where {condition}", types


def described(db: duckdb.DuckDBPyConnection, select: str) -> dict[str, str]:
    """Map the columns of a SELECT to their types."""
    rows = db.execute(f"describe {select}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def period_of(about: SourceFile, types: dict[str, str]) -> str:
    """Give the SQL of a row's billing period, '2026-08'."""
    column = name(about.period_column)
    value = Value(column, types[about.period_column])
    if value.type == TEXT and about.period_format is None:
        month = rf"regexp_full_match({column}, '\d{{4}}-\d{{2}}')"
        value = Value(
            f"case when {month} then {column} || '-01' else {column} end", TEXT
        )
    expected = about.period_format or "an ISO 8601 time or YYYY-MM"
    message = f"{about.name}/source.yaml: {about.period_column}: expected {expected}"
    read = parsed(value, about.period_format, message)
    return f"strftime({read.sql}, '%Y-%m')"


def scope_of(about: SourceFile) -> str:
    """Give the SQL of what a newer file replaces, such as an account."""
    if not about.invoice_scope:
        return "''"
    texts = [f"cast({name(each)} as {TEXT})" for each in about.invoice_scope]
    return " || '/' || ".join(f"coalesce({text}, '(none)')" for text in texts)


def delivered_at(about: SourceFile, types: dict[str, str]) -> str:
    """Give the SQL of when the vendor made a row; NULL where files do not say."""
    column = about.delivered_at_column
    if column is None:
        return "cast(null as timestamp)"
    value = Value(name(column), types[column])
    message = f"{about.name}/source.yaml: {column}: expected an ISO 8601 time"
    return or_refuse(time(value), value, message)


def _texts(columns: Iterable[str]) -> str:
    """Give DuckDB's way to say that all columns are text."""
    return "{" + ", ".join(f"{quoted(each)}: '{TEXT}'" for each in columns) + "}"


def _header(about: SourceFile, file: Path) -> list[str]:
    """Read a CSV's header; names that are there twice get a number, as in DuckDB."""
    opened = gzip.open if _is_gzip(file) else open
    with opened(file, "rt", encoding="utf-8-sig", newline="") as lines:
        written = next(csv.reader(lines, delimiter=about.delimiter), [])
    header: dict[str, str] = {}
    for number, column in enumerate(written):
        unique, again = column or f"column{number}", 0
        while unique.lower() in header:
            again += 1
            unique = f"{column}_{again}"
        header[unique.lower()] = unique
    return list(header.values())


def _is_gzip(file: Path) -> bool:
    with file.open("rb") as start:
        return start.read(2) == b"\x1f\x8b"
