"""Open one file of an export: every format as one SELECT of texts and lists of texts.

Belongs here: formats, nesting, row numbers. Types and refusals are in ``values.py``,
the meaning of a row is in ``convert.sql``.
"""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import Candidate, quoted
from pipelines.sources.cost.gcp import avro, columns, lists
from pipelines.sources.cost.gcp.columns import Column
from pipelines.sources.formats.csv_files import by_position, positions

# How readers name the wrapping of a repeated field that is not a Parquet list.
ELEMENTS = {"element", "item", "array"}
# What says of a row whether a model was read or written to, and of which month it is.
METER = ("sku_description", "usage_unit", "invoice_month")
# Long bare numbers become texts: as JSON numbers they would pass through a float.
EXACT = r"""
    case
        when regexp_matches(json, ':\s*-?[0-9.]{16}')
            then regexp_replace(
                json,
                '("[a-z_]+"\s*:\s*)(-?[0-9][0-9.eE+-]*)(\s*[,}])',
                '\1"\2"\3',
                'g'
            )
        else json
    end
"""


def scan(given: Candidate | Path) -> str:
    """Give a SELECT of a file's rows: ``row_number`` and every known column.

    Plain columns are VARCHAR, lists are lists of structs of VARCHAR, and
    ``unreadable_<name>`` is the text of a list that is none. The SQL of a CSV calls
    ``gcp_list``, which ``lists.register`` adds to a connection.
    """
    file = sniffed(given)
    if file.format == "parquet":
        return _parquet(file.path)
    if avro.is_avro(file):
        return _parquet(avro.as_parquet(file.path))
    return _json(file) if file.format == "json" else _csv(file)


def meters(file: Candidate) -> str:
    """Give a SELECT of the meter of every row of a file: ``METER``, as text.

    Of JSON only these columns are picked.
    """
    if file.format != "json" or avro.is_avro(file):
        return f"select {', '.join(METER)} from ({scan(file)})"
    paths = {column.name: quoted(f"$.{column.path}") for column in columns.plain()}
    found = (
        f"json_extract_string(json, [{', '.join(paths[n] for n in METER)}]) as cells"
    )
    picked = ", ".join(f"cells[{n}] as {name}" for n, name in enumerate(METER, start=1))
    return f"select {picked} from (select {found} from {_objects(file)})"


def _json(file: Candidate) -> str:
    paths = [f"'$.{column.path}'" for column in columns.lists()]
    picked = ["row_number"]
    picked += [f"{_at('doc', c.steps)} as {c.name}" for c in columns.plain()]
    for position, column in enumerate(columns.lists(), start=1):
        at = _at("doc", column.steps)
        picked.append(f"{at} as {column.name}")
        picked.append(
            f"case when kinds[{position}] not in ('ARRAY', 'NULL') "
            f"then json ->> '$.{column.path}' end as unreadable_{column.name}"
        )
    return f"""
        select {", ".join(picked)} from (
            select
                json,
                row_number() over () as row_number,
                json_type(json, [{", ".join(paths)}]) as kinds,
                from_json({EXACT}, {quoted(_structure())}) as doc
            from {_objects(file)}
        )
    """


def _objects(file: Candidate) -> str:
    shape = "array" if file.head.lstrip().startswith("[") else "newline_delimited"
    return (
        f"read_json_objects({quoted(file.path)}, format = '{shape}', "
        f"compression = '{file.compression or 'none'}')"
    )


def _structure() -> str:
    root: dict[str, Any] = {}
    for column in columns.known():
        *parents, name = column.steps
        place = root
        for parent in parents:
            place = place.setdefault(parent, {})
        fields = dict.fromkeys(column.fields, "VARCHAR")
        place[name] = [fields] if column.type == "list" else "VARCHAR"
    return json.dumps(root)


def _parquet(path: Path) -> str:
    schema = pq.read_schema(path)
    source = f"read_parquet({quoted(path)}, hive_partitioning = false)"
    whole = pa.struct(list(schema))
    picked = ["file_row_number + 1 as row_number"]
    for column in columns.plain():
        kind, at = _found(whole, column.steps)
        value = "null" if kind is None else at
        picked.append(f"cast({value} as varchar) as {column.name}")
    for column in columns.lists():
        picked.append(f"{_list(whole, column)} as {column.name}")
        picked.append(f"cast(null as varchar) as unreadable_{column.name}")
    return f"select {', '.join(picked)} from {source}"


def _found(kind: pa.DataType, steps: tuple[str, ...]) -> tuple[pa.DataType | None, str]:
    """Follow a path through nested structs; None where the file ends before it."""
    for step in steps:
        if not pa.types.is_struct(kind) or kind.get_field_index(step) < 0:
            return None, ""
        kind = kind.field(step).type
    return kind, _at("", steps)


def _list(whole: pa.StructType, column: Column) -> str:
    nothing = f"cast(null as {_list_type(column)})"
    kind, at = _found(whole, column.steps)
    if kind is None:
        return nothing
    if pa.types.is_struct(kind) and kind.get_field_index("list") == 0:
        kind, at = kind.field("list").type, f'{at}."list"'
    if not pa.types.is_list(kind) and not pa.types.is_large_list(kind):
        return nothing
    one, element = kind.value_type, "e"
    if pa.types.is_struct(one) and one.num_fields == 1:
        only = one.field(0)
        if only.name in ELEMENTS:
            one, element = only.type, f'e."{only.name}"'
    fields = []
    for name in column.fields:
        has_it = pa.types.is_struct(one) and one.get_field_index(name) >= 0
        value = f'{element}."{name}"' if has_it else "null"
        fields.append(f"'{name}': cast({value} as varchar)")
    return f"list_transform({at}, lambda e: {{{', '.join(fields)}}})"


def _csv(file: Candidate) -> str:
    names = positions(file.columns)
    found = columns.by_path(file.columns)
    numbers = [
        found[column.path]
        for column in columns.plain()
        if column.type == "number" and column.path in found
    ]
    source = by_position(file, numbers)
    picked = ["row_number() over () as row_number"]
    for column in columns.plain():
        at = found.get(column.path)
        value = "null" if at is None else names[at]
        picked.append(f"cast({value} as varchar) as {column.name}")
    for column in columns.lists():
        at = found.get(column.path)
        cell = "cast(null as varchar)" if at is None else names[at]
        parsed = f"{lists.FUNCTION}(coalesce({cell}, ''))"
        fields = json.dumps([dict.fromkeys(column.fields, "VARCHAR")])
        picked.append(f"from_json({parsed}, {quoted(fields)}) as {column.name}")
        picked.append(
            f"case when {parsed} = {quoted(lists.UNREADABLE)} then {cell} end "
            f"as unreadable_{column.name}"
        )
    return f"select {', '.join(picked)} from {source}"


def _at(root: str, steps: tuple[str, ...]) -> str:
    return ".".join([*([root] if root else []), *(f'"{step}"' for step in steps)])


def _list_type(column: Column) -> str:
    fields = ", ".join(f'"{name}" varchar' for name in column.fields)
    return f"struct({fields})[]"
