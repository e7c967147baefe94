"""Bring an Avro export into Parquet, value by value as text, for the same reader.

DuckDB reads Avro with an extension only that would have to be downloaded; fastavro
reads it in Python, block by block, so memory stays that of a block. BigQuery writes
no smaller files as Avro than as Parquet; where there is a choice, Parquet is faster.
"""

import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.landing.source import Candidate
from pipelines.sources.cost.gcp import columns

MAGIC = b"Obj\x01"
# A leaf is None, a list of structs a tuple of their fields.
Shape = dict[str, "Shape"] | tuple[str, ...] | None
BATCH_ROWS = 10_000
REMEMBERED = 64


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """Make the folder of this process, if it reads Avro at all; its end removes it."""
    return tempfile.TemporaryDirectory(prefix="unitmill-avro-")


def is_avro(candidate: Candidate) -> bool:
    """Return whether a file begins as Avro does."""
    if candidate.format not in ("unknown", "csv") or candidate.compression:
        return False
    with candidate.path.open("rb") as raw:
        return raw.read(len(MAGIC)) == MAGIC


def top_columns(path: Path) -> set[str]:
    """Name the columns of an Avro file.

    Raises:
        ValueError: it is no readable Avro file.
    """
    with path.open("rb") as raw:
        schema = fastavro.reader(raw).writer_schema
    assert isinstance(schema, dict)
    return {field["name"] for field in schema["fields"]}


def as_parquet(path: Path) -> Path:
    """Give a Parquet file with the same rows, every value a text; made once."""
    stat = path.stat()
    return _converted(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=REMEMBERED)
def _converted(path: Path, size: int, modified: int) -> Path:
    made = Path(_folder().name, f"{abs(hash((path, size, modified)))}.parquet")
    tree = _tree()
    kind = _type(tree)
    with (
        path.open("rb") as raw,
        pq.ParquetWriter(made, pa.schema(list(kind))) as writer,
    ):
        rows = iter(fastavro.reader(raw))
        while batch := list(islice(rows, BATCH_ROWS)):
            texts = pa.array([_texts(row, tree) for row in batch], kind)
            writer.write_batch(pa.RecordBatch.from_struct_array(texts))
    return made


def _tree() -> Shape:
    """Give the known columns as nested names; a list has a tuple of its fields."""
    root: dict[str, Shape] = {}
    for column in columns.known():
        *parents, name = column.steps
        place: Shape = root
        for parent in parents:
            assert isinstance(place, dict)
            place = place.setdefault(parent, {})
        assert isinstance(place, dict)
        place[name] = column.fields if column.type == "list" else None
    return root


def _type(shape: Shape) -> pa.DataType:
    if isinstance(shape, dict):
        return pa.struct([(name, _type(inner)) for name, inner in shape.items()])
    if isinstance(shape, tuple):
        return pa.list_(pa.struct([(name, pa.string()) for name in shape]))
    return pa.string()


def _texts(value: object, shape: Shape) -> object:
    """Give a value in its shape, with texts at its leaves."""
    if isinstance(shape, dict) and isinstance(value, Mapping):
        return {name: _texts(value.get(name), inner) for name, inner in shape.items()}
    if isinstance(shape, tuple) and isinstance(value, list):
        fields: Shape = dict.fromkeys(shape)
        return [_texts(entry, fields) for entry in value]
    return None if value is None or shape is not None else _text(value)


def _text(value: object) -> str:
    """Write a value as JSON exports do: numbers exactly, times in UTC."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
