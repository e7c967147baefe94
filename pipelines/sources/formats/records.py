"""Records in CSV, JSON, JSON lines or Parquet, opened alike: every column as text.

A nested value becomes its JSON. What is not asked for is not read.
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.landing.source import Candidate, quoted
from pipelines.sources.formats.csv_cells import Column, positions, scan

# Bytes that DuckDB reads of one document by default, and how many times larger than its
# file a packed one may be.
_LEAST_DOCUMENT = 16_777_216
_UNPACKED = 50


def opened(file: Candidate, columns: Sequence[Column]) -> str:
    """Give a SELECT of a file's rows: ``row_number`` and every known column as text.

    Names are compared without case, but not those of JSON. Blanks are NULL. A native
    column of Parquet is given as it is.
    """
    if file.format == "parquet":
        return _parquet(file, columns)
    return _json(file, columns) if file.format == "json" else scan(file, columns)


def read_json(file: Candidate, columns: str) -> str:
    """Give the call that reads the records of a JSON file.

    Args:
        file: an array of records, or one record a line.
        columns: the type of each key that is read, as a SQL struct.
    """
    shape = "array" if file.head.lstrip().startswith("[") else "newline_delimited"
    return (
        f"read_json({quoted(file.path)}, format = '{shape}', records = true, "
        f"auto_detect = false, compression = '{file.compression or 'none'}', "
        f"columns = {columns})"
    )


def one_document(file: Candidate, columns: str) -> str:
    """Give the call that reads a JSON file which is one object, however large.

    Args:
        file: the object.
        columns: the type of each key that is read, as a SQL struct.
    """
    size = file.size * (_UNPACKED if file.compression else 2)
    return (
        f"read_json({quoted(file.path)}, format = 'unstructured', records = true, "
        f"auto_detect = false, compression = '{file.compression or 'none'}', "
        f"maximum_object_size = {max(size, _LEAST_DOCUMENT)}, columns = {columns})"
    )


def of_a_page(
    file: Candidate, columns: Sequence[Column], keys: Mapping[str, Sequence[str]]
) -> str:
    """Give a SELECT of the rows in a page of an API: ``{"data": [...], ...}``.

    Args:
        file: the page.
        columns: those that are read, each as text.
        keys: column -> its keys in a row, where they are not its name; the first that
            is there counts. Blanks are NULL.
    """
    picked = []
    for column in columns:
        found = keys.get(column.name, [column.name])
        cell = ", ".join(f"row ->> {quoted('$.' + key)}" for key in found)
        picked.append(_blank(f"coalesce({cell}, '')", column.name))
    read = one_document(file, "{data: 'JSON[]'}")
    return (
        f"select row_number() over () as row_number, {', '.join(picked)} "
        f"from (select unnest(data) as row from {read})"
    )


def documents(file: Candidate, paths: Mapping[str, Sequence[str]], shape: str) -> str:
    """Give a SELECT of nested JSON documents: what stands at the paths, as text.

    Args:
        file: documents of an API.
        paths: column -> where it may stand, such as 'metadata.run_name'; the first
            that is there counts. Blanks are NULL.
        shape: how the documents follow each other, in the words of ``read_json``.
    """
    picked = []
    for name, places in paths.items():
        cell = ", ".join(f"document ->> {quoted('$.' + place)}" for place in places)
        picked.append(f"nullif(coalesce({cell}, ''), '') as {name}")
    return (
        f"select {', '.join(picked)} from (select json as document "
        f"from read_json({quoted(file.path)}, format = '{shape}', records = false, "
        f"auto_detect = false, compression = '{file.compression or 'none'}', "
        "columns = {json: 'JSON'}))"
    )


def _json(file: Candidate, columns: Sequence[Column]) -> str:
    shape = ", ".join(f"'{column.name}': 'VARCHAR'" for column in columns)
    picked = ", ".join(_blank(column.name, column.name) for column in columns)
    return (
        f"select row_number() over () as row_number, {picked} "
        f"from {read_json(file, f'{{{shape}}}')}"
    )


def _parquet(file: Candidate, columns: Sequence[Column]) -> str:
    schema = pq.read_schema(file.path)
    found = positions(schema.names)
    picked = []
    for column in columns:
        place = found.get(column.name)
        if place is None:
            picked.append(f"cast(null as varchar) as {column.name}")
            continue
        field = schema.field(place)
        cell = '"' + field.name.replace('"', '""') + '"'
        if column.is_native:
            picked.append(f"{cell} as {column.name}")
            continue
        if pa.types.is_nested(field.type):
            cell = f"to_json({cell})"
        picked.append(_blank(f"cast({cell} as varchar)", column.name))
    # The reader knows a row's place; a window would have all rows wait for each other.
    number = "file_row_number + 1"
    if "file_row_number" in found:
        number = "row_number() over ()"
    return (
        f"select {number} as row_number, {', '.join(picked)} "
        f"from read_parquet({quoted(file.path)}, hive_partitioning = false)"
    )


def _blank(cell: str, name: str) -> str:
    return f"nullif(trim({cell}), '') as {name}"
