"""Write, replace and describe partitions, whole and atomically.

What a partition was made of stands in its files themselves (Parquet key-value
metadata), so that data and record cannot differ. Belongs here: a partition as a whole.
Does not belong here: its parts (``parts``), and which files it has (``files``).
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.files import sha256_of
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import UNREADABLE, Delivery, Source, quoted
from pipelines.ledger.content import (
    damage,
    discard,
    inputs_beside,
    is_recorded,
    put,
    replacing,
    unfinished,
)
from pipelines.ledger.files import NO_SOURCE, PARQUET, partition_path, parts
from pipelines.ledger.parts import (
    INPUTS_KEY,
    Written,
    described,
    require_whole,
    write,
    write_part,
)
from pipelines.ledger.planning import Part, planned
from pipelines.settings import Settings
from pipelines.sources.tables import types_of

_STUB = "stub"
KEY_MARK = "~"


@dataclass(frozen=True, slots=True)
class Partition:
    """A written partition: its place, how many rows it has, and its files."""

    path: Path
    row_count: int
    files: tuple[Path, ...] = ()


def inputs_of(source: Source, deliveries: Sequence[Delivery], key_id: str = "") -> str:
    """Name exactly what a partition is made of: code, settings, deliveries, key.

    Args:
        source: whose it is.
        deliveries: what it is made of.
        key_id: of the key by which persons were hashed; "" where none was.
    """
    ids = ",".join(delivery.delivery_id for delivery in deliveries)
    key = f"{KEY_MARK}{key_id}" if key_id else ""
    return f"{source.name}@{source.version}{source.chosen}{key}:{ids}"


def without_key(inputs: str) -> tuple[str, str]:
    """Tell what a partition is made of from the id of its key, "" where it has none."""
    code, colon, ids = inputs.partition(":")
    code, _, key = code.partition(KEY_MARK)
    return f"{code}{colon}{ids}", key.partition(".")[0]


def recorded_inputs(place: Path) -> str | None:
    """Read what a written partition was made of; None where there is none."""
    found = parts(place)
    if not found or not found[0].exists():
        return None
    return _inputs_in(found[0]) or inputs_beside(place)


def inputs_in_leftovers(place: Path) -> str | None:
    """Read what parts without a record were made of; None where none can be read."""
    found = (_inputs_in(path) for path in sorted(place.glob(f"*{PARQUET}")))
    return next(filter(None, found), None)


def _inputs_in(path: Path) -> str | None:
    try:
        value = (pq.read_metadata(path).metadata or {}).get(INPUTS_KEY.encode())
    except UNREADABLE:
        return None
    return value.decode() if value else None


def write_partition(
    settings: Settings,
    source: Source,
    deliveries: Sequence[Delivery],
    period: str,
    path: Path | None = None,
) -> Partition:
    """Convert the deliveries of one period and put them in the partition's place.

    Args:
        settings: whose home.
        source: whose deliveries.
        deliveries: what the period is made of, oldest first.
        period: the month.
        path: another place, to try a conversion.

    Raises:
        ExportError: a row cannot be converted; the partition is left as it was.
    """
    place = path or partition_path(settings.ledger_dir, source, period)
    inputs = inputs_of(source, deliveries, Privacy.of(settings).key_id)
    made: list[Path] = []

    def written(part: Part) -> Written:
        made.append(unfinished(place))
        return write_part(settings, source, part, period, inputs, made[-1])

    try:
        found = [written(p) for p in planned(settings, source, deliveries, period)]
        return put_parts(place, inputs, found)
    finally:
        discard(place, made)


def put_parts(place: Path, inputs: str, written: Sequence[Written]) -> Partition:
    """Make written parts the partition, if they are all of one month, each once.

    Args:
        place: of the partition.
        inputs: what it is made of.
        written: its parts, wherever they were written.

    Raises:
        ExportError: one is missing, there twice, or made of something else.
    """
    ordered = require_whole(place, inputs, written)
    hashes = {one.path: one.sha256 or sha256_of(one.path) for one in ordered}
    put(place, inputs, hashes)
    rows = sum(one.row_count for one in ordered)
    return Partition(place, rows, tuple(parts(place)))


def empty_partition(settings: Settings, source: Source, period: str) -> Partition:
    """Take every row out of a partition that no delivery speaks of any more."""
    place = partition_path(settings.ledger_dir, source, period)
    inputs = inputs_of(source, ())
    with duckdb.connect() as db, replacing(place, inputs) as part:
        write(db, _empty_select(source.table), part(), {INPUTS_KEY: inputs})
    return Partition(place, 0, tuple(parts(place)))


def rewritten(
    db: duckdb.DuckDBPyConnection, place: Path, change: Callable[[str], str]
) -> None:
    """Write a partition again with other texts; what it was made of says so.

    Args:
        db: what runs the SQL.
        place: of the partition, or of what lies beside partitions.
        change: gives the SQL of a text in place of it.
    """
    code, colon, ids = (recorded_inputs(place) or "").partition(":")
    code = f"{code}{'' if KEY_MARK in code else KEY_MARK}.{secrets.token_hex(4)}"
    inputs = f"{code}{colon}{ids}"
    with replacing(place, inputs) as part:
        for path in parts(place):
            select = f"select * from read_parquet({quoted(path)})"
            changed = ", ".join(
                f'{_changed(name, kind, change)} as "{name}"'
                for name, kind in described(db, select).items()
                if "VARCHAR" in kind or kind == "JSON"
            )
            metadata = {
                key.decode(): value.decode()
                for key, value in (pq.read_metadata(path).metadata or {}).items()
                if key.startswith(b"unitmill.")
            }
            again = select.replace("*", f"* replace ({changed})", 1)
            write(db, again, part(), metadata | {INPUTS_KEY: inputs})


def _changed(name: str, kind: str, change: Callable[[str], str]) -> str:
    if kind == "VARCHAR":
        return change(f'"{name}"')
    if kind == "VARCHAR[]":
        return f'list_transform("{name}", lambda t: {change("t")})'
    text = change(f'cast(to_json("{name}") as varchar)')
    return f"cast(cast({text} as json) as {kind})"


def write_stub(ledger_dir: Path, table: str) -> None:
    """Write a table's zero-row partition, so that every column is found."""
    place = ledger_dir / table / NO_SOURCE / "none"
    # Partitions of an older Unitmill may lack columns that the table has since.
    is_there = is_recorded(place) and not damage(place)
    if is_there and pq.read_schema(parts(place)[0]).names == list(types_of(table)):
        return
    with duckdb.connect() as db, replacing(place, _STUB) as part:
        write(db, _empty_select(table), part(), {INPUTS_KEY: _STUB})


def _empty_select(table: str) -> str:
    """Give the SELECT of a table's columns without a row."""
    columns = ", ".join(
        f'cast(null as {kind}) as "{name}"' for name, kind in types_of(table).items()
    )
    return f"select {columns} limit 0"
