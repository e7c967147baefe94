"""The record of deliveries: what it tells of names, and what only the home knows.

The table, which dbt and every version read, has no person in the names of files. Which
name stands for which file is in a file beside it that only the owner of the home can
read. Belongs here: the columns, and those names. Does not belong here: what became of a
delivery (``deliveries``).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.files import write_text
from pipelines.landing.privacy import Privacy
from pipelines.landing.records import write_record

SCHEMA = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("source_name", pa.string()),
        ("table_name", pa.string()),
        ("period", pa.string()),
        ("scope", pa.string()),
        ("batch", pa.string()),
        ("status", pa.string()),
        ("detail", pa.string()),
        ("file_names", pa.list_(pa.string())),
        ("size_bytes", pa.int64()),
        ("ordered_by", pa.string()),
        ("complete_by", pa.string()),
        ("restatement", pa.string()),
        ("report", pa.string()),
        ("billing_accounts", pa.list_(pa.string())),
        ("sub_accounts", pa.list_(pa.string())),
        ("first_at", pa.timestamp("us")),
        ("last_at", pa.timestamp("us")),
        ("delivered_at", pa.timestamp("us")),
        ("first_seen_at", pa.timestamp("us")),
    ]
)
# The columns that may name a file.
NAMES = ("scope", "batch")
Row = dict[str, Any]


def save(path: Path, rows: Sequence[Row], private: Mapping[str, str]) -> pa.Table:
    """Write the record of deliveries, and apart from it what it does not tell.

    Args:
        path: the record.
        rows: its rows.
        private: names that it does not tell, and what stands for them.
    """
    told = [_renamed(row, private) for row in rows]
    table = pa.Table.from_pylist(told, schema=SCHEMA)
    place = _place(path)
    if private:
        write_text(place, json.dumps(dict(private)), 0o600)
    write_record(path, table)
    if not private:
        place.unlink(missing_ok=True)
    return table


def hidden_in(rows: Sequence[Row], privacy: Privacy | None) -> dict[str, str]:
    """Give each name in the rows that tells a person, and what is to stand for it."""
    if privacy is None:
        return {}
    names = {name for row in rows for name in row["file_names"]}
    names |= {row[column] for row in rows for column in NAMES if row.get(column)}
    found: dict[str, str] = {}
    for name in sorted(names):
        clean, nth = privacy.cleaned(name), 2
        told = clean
        while clean != name and told in found.values():
            told, nth = f"{clean} ({nth})", nth + 1
        if clean != name:
            found[name] = told
    return found


def hidden(path: Path) -> dict[str, str]:
    """Read which names the record does not tell, and what stands for them."""
    try:
        found: dict[str, str] = json.loads(_place(path).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        # A damaged one: the files count as new, and their months are read again.
        return {}
    return found


def revealed(path: Path, rows: Sequence[Row]) -> list[Row]:
    """Give rows of the record with the names that the files have."""
    names = {told: name for name, told in hidden(path).items()}
    return [_renamed(row, names) for row in rows] if names else [*rows]


def _renamed(row: Row, names: Mapping[str, str]) -> Row:
    renamed = {c: names.get(row[c], row[c]) for c in NAMES if row.get(c)}
    files = [names.get(name, name) for name in row["file_names"]]
    return row | renamed | {"file_names": files}


def _place(path: Path) -> Path:
    return path.with_name("names.json")
