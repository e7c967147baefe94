"""Open a vendor's file as its ``source.yaml`` describes it.

Belongs here: formats, row numbers, the month and the invoice scope of a row. What a
row means is in the plans.
"""

from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

import duckdb

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Candidate, Context, Delivery, quoted
from pipelines.sources.formats.csv_files import by_name
from pipelines.sources.formats.records import one_document
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
# The folder in which a file lies: whose it is, where no column says so.
FOLDER = "unitmill.folder"


def rows_of_file(
    about: SourceFile, db: duckdb.DuckDBPyConnection, file: Candidate | Path
) -> str:
    """Give a file's rows and their numbers, text as it stands in the file."""
    found = sniffed(file)
    rows = _numbered(about, db, found)
    lacking = _lacking(about, described(db, rows))
    if not lacking:
        return rows
    empty = ", ".join(f"cast(null as {TEXT}) as {name(each)}" for each in lacking)
    return f"select *, {empty} from ({rows})"


def _lacking(about: SourceFile, present: Collection[str]) -> list[str]:
    return [each for each in about.report_columns if each not in present]


def _numbered(
    about: SourceFile, db: duckdb.DuckDBPyConnection, found: Candidate
) -> str:
    path = quoted(found.path)
    number = f"row_number() over () as {name(ROW)}"
    if about.format == "parquet":
        return (
            f"select * exclude (file_row_number), file_row_number + 1 as {name(ROW)} "
            f"from read_parquet({path}, file_row_number = true)"
        )
    if about.format == "csv":
        return f"select *, {number} from {by_name(found)}"
    if about.rows:
        return _listed(about, db, found)
    options = f"{path}, compression = '{found.compression or 'none'}'"
    keys = described(db, f"select * from read_json({options}, sample_size = -1)")
    return f"select *, {number} from read_json({options}, columns = {_texts(keys)})"


def next_page(
    about: SourceFile, db: duckdb.DuckDBPyConnection, found: Candidate
) -> str:
    """Give what a JSON object says of a page that follows; '' where none does."""
    row = db.execute(
        f"select {name(about.more)} from {one_document(found, _texts([about.more]))}"
    ).fetchone()
    return str(row[0]) if row and row[0] else ""


def _listed(about: SourceFile, db: duckdb.DuckDBPyConnection, found: Candidate) -> str:
    """Give the rows of a list inside a JSON object; what is nested is a column, too."""
    document = one_document(found, f"{{{quoted(about.rows)}: 'JSON[]'}}")
    listed = f"select unnest({name(about.rows)}) as listed from {document}"
    paths = db.execute(
        f"""
        with keys as (
            select listed, unnest(json_keys(listed)) as key from ({listed})
        ),
        nested as (
            select key, unnest(json_keys(listed -> key)) as inner_key
            from keys
            where json_type(listed -> key) = 'OBJECT'
        )
        select distinct [key] as path from keys
        union all
        select distinct [key, inner_key] from nested
        order by path
        """
    ).fetchall()
    shown = [
        f"json_extract_string(listed, {quoted(pointer)}) as {name('.'.join(path))}"
        for (path,) in paths
        for pointer in [_pointer(path)]
    ]
    columns = ", ".join([*shown, f"row_number() over () as {name(ROW)}"])
    return f"select {columns} from ({listed})"


def _pointer(path: Iterable[str]) -> str:
    """Give the JSON pointer of a path, whatever is in its names."""
    escaped = (key.replace("~", "~0").replace("/", "~1") for key in path)
    return "".join(f"/{key}" for key in escaped)


def report_of(about: SourceFile) -> str:
    """Give the aggregate that names a file's report: which telling columns it has."""
    told = [
        f"max(case when {name(each)} is not null then {quoted(each)} end)"
        for each in about.report_columns
    ]
    return f"concat_ws('+', {', '.join(told)})" if told else "''"


def rows_of_period(
    about: SourceFile, context: Context, delivery: Delivery, file: Path, period: str
) -> tuple[str, dict[str, str]]:
    """Give the SELECT of a file's rows of a period, and the types of its columns."""
    place = folder_of(delivery.names[delivery.files.index(file)])
    relation = (
        f"select *, {quoted(place)} as {name(FOLDER)} "
        f"from ({rows_of_file(about, context.db, file)})"
    )
    types = described(context.db, relation)
    condition = f"{period_of(about, types)} = {quoted(period)}"
    if about.invoice_scope:
        condition += f" and {scope_of(about)} = {quoted(delivery.scope)}"
    return f"select * from ({relation}) where {condition}", types


def folder_of(name: str) -> str:
    """Give the folder that a file lies in, without those that this one lies in."""
    return PurePosixPath(name).parent.name


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
