"""OpenCost's three forms of an allocation, opened alike: every field as text.

``fields.csv`` says where each field stands in the API's answer and in the CSV export;
the Parquet exporter joins the API's names by dots.
"""

from collections.abc import Sequence

import pyarrow.parquet as pq

from pipelines.landing.source import Candidate, quoted
from pipelines.sources.formats.csv_cells import TYPES, Column, scan
from pipelines.sources.formats.package_files import rows_beside
from pipelines.sources.formats.records import one_document

FIELDS = rows_beside(__package__, "fields.csv")


def is_allocation(file: Candidate) -> bool:
    """Return whether a file holds allocations; assets and cloud costs are others."""
    if file.format == "json":
        return '"cpuCoreRequestAverage"' in file.head and '"data"' in file.head
    columns = set(file.columns)
    if file.format == "parquet":
        return columns >= {"window.start", "cpuCost", "ramCost"}
    return columns >= {"Date", "Namespace", "CPUCost", "RAMCost", "TotalCost"}


def opened(file: Candidate, known: Sequence[Column]) -> str:
    """Give a SELECT of a file's allocations: ``row_number`` and the fields as text."""
    if file.format == "csv":
        return _csv(file)
    rows = _parquet(file) if file.format == "parquet" else _api(file)
    # A number that is not one is a number that nobody measured.
    blank = (f"nullif(nullif({c.name}, ''), 'nan') as {c.name}" for c in known)
    return f"select row_number() over () as row_number, {', '.join(blank)} from {rows}"


def _api(file: Candidate) -> str:
    """Read the answer's list of maps, name to allocation, one map per step."""
    picked = ", ".join(
        f"allocation ->> {quoted('$.' + field['api_path'])} as {field['name']}"
        for field in FIELDS
    )
    read = one_document(file, "{data: 'MAP(VARCHAR, JSON)[]'}")
    return (
        f"(select {picked} from (select unnest(map_values(step)) as allocation from "
        f"(select unnest(data) as step from {read})))"
    )


def _parquet(file: Candidate) -> str:
    columns = set(pq.read_schema(file.path).names)
    others = {"minutes": "running_minutes"}
    picked = []
    for field in FIELDS:
        path = field["api_path"]
        found = path if path in columns else others.get(path, "")
        cell = f'"{found}"' if found in columns else "null"
        picked.append(f"cast({cell} as varchar) as {field['name']}")
    return (
        f"(select {', '.join(picked)} from read_parquet({quoted(file.path)}, "
        "hive_partitioning = false))"
    )


def _csv(file: Candidate) -> str:
    """Read the export's days; it names no cluster and no node."""
    text = TYPES["text"]
    known = [
        Column(field["csv_header"].lower(), text, required=False)
        for field in FIELDS
        if field["csv_header"]
    ]
    picked = ", ".join(
        f"{field['csv_header'].lower() or 'cast(null as varchar)'} as {field['name']}"
        for field in FIELDS
    )
    return f"select row_number, {picked} from ({scan(file.path, known)})"
