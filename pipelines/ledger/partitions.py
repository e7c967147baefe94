"""Write, replace and describe partitions, whole and atomically.

A partition is ``<table>/<source>/<period>.parquet``. What it was made of stands in
the file itself (Parquet key-value metadata), so that data and record cannot differ.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.files import replaced
from pipelines.focus.schema import closed_lists, conform
from pipelines.landing.current import replaced_days
from pipelines.landing.faults import sentence_of
from pipelines.landing.hashes import changed_since
from pipelines.landing.landed import few_of
from pipelines.landing.privacy import Privacy, personal_data_removed
from pipelines.landing.source import (
    UNREADABLE,
    Context,
    Delivery,
    ExportError,
    Source,
    TransientError,
    quoted,
)
from pipelines.ledger.connection import conversion
from pipelines.ledger.content import damage, inputs_beside, is_recorded, recorded
from pipelines.ledger.tally import (
    LEFT_OUT_KEY,
    Tally,
    as_json,
    is_replaced,
    move_replaced,
    refuse_difference,
    tally,
)
from pipelines.settings import Settings
from pipelines.sources.tables import types_of

INPUTS_KEY = "unitmill.inputs"
_STUB = "stub"
KEY_MARK = "~"
# Rows of a bill are wide: in half of DuckDB's own number they wait in less memory.
_ROW_GROUPS = {"focus": 61_440}
_ROW_GROUP = 122_880
# Names of files that a sentence shows before it only counts.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Partition:
    """A written partition: where it is and how many rows it has."""

    path: Path
    row_count: int


def partition_path(ledger_dir: Path, source: Source, period: str) -> Path:
    """Give the place of a partition."""
    return ledger_dir / source.table / source.name / f"{period}.parquet"


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


def recorded_inputs(path: Path) -> str | None:
    """Read what a written partition was made of; None where there is none."""
    if not path.exists():
        return None
    try:
        metadata = pq.read_metadata(path).metadata or {}
    except UNREADABLE:
        return inputs_beside(path)
    value = metadata.get(INPUTS_KEY.encode())
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
    path = path or partition_path(settings.ledger_dir, source, period)
    privacy = Privacy.of(settings)
    try:
        with conversion(settings, source, deliveries, period, privacy) as db:
            shaped, tallies = _rows(db, settings, source, deliveries, period, privacy)
            inputs = inputs_of(source, deliveries, privacy.key_id)
            metadata = {INPUTS_KEY: inputs, LEFT_OUT_KEY: as_json(tallies)}
            with recorded(path, inputs) as temporary:
                size = _ROW_GROUPS.get(source.table, _ROW_GROUP)
                rows = _write(db, shaped, temporary, metadata, size)
                if source.tally or tallies is not None:
                    place = f"{source.name} {period}"
                    refuse_difference(db, place, source.table, tallies, temporary)
                _require_unchanged(settings, deliveries)
    except UNREADABLE as error:
        transient = isinstance(error, OSError | duckdb.IOException)
        raise (TransientError if transient else ExportError)(
            f"{source.name} {period}: {_message(error, deliveries)}"
        ) from error
    return Partition(path, rows)


def _require_unchanged(settings: Settings, deliveries: Sequence[Delivery]) -> None:
    """Go on only if the files are those whose hashes the deliveries are named by."""
    files = (f for d in deliveries for f in zip(d.names, d.files, strict=True))
    for name in changed_since(settings.hashes_file, files):
        raise TransientError(
            f"{name}: changed after it was looked at; expected a file that is written "
            "to its end, so build again"
        )


def _rows(  # noqa: PLR0913, PLR0917 - what `write_partition` has
    db: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    deliveries: Sequence[Delivery],
    period: str,
    privacy: Privacy,
) -> tuple[str, dict[str, Tally] | None]:
    """Give the SELECT of a period's rows, and how many are in it and left out."""
    context = Context(db, settings)
    select = source.select(context, deliveries, period)
    present = _describe(db, select)
    types = types_of(source.table)
    whole = conform(select, present, types)
    counts = source.tally(context, deliveries, period) if source.tally else ""
    tallies = tally(db, counts)
    left = replaced_days(deliveries, period)
    replaced = is_replaced(left) if left else ""
    if replaced:
        tallies = move_replaced(db, whole, replaced, tallies)
    shaped = personal_data_removed(
        _only_current(whole, replaced),
        present | dict(types),
        closed_lists(),
        privacy,
    )
    return shaped, tallies


def _only_current(rows: str, replaced: str) -> str:
    """Leave out the charges of days that a newer delivery has again."""
    return f"select * from ({rows}) where not ({replaced})" if replaced else rows


def _message(error: Exception, deliveries: Sequence[Delivery]) -> str:
    """Return what is wrong; a refused cell names its file, others all files."""
    named = {p: n for d in deliveries for p, n in zip(d.files, d.names, strict=True)}
    message = sentence_of(error, named)
    if message.startswith(tuple(named.values())):
        return message
    return f"cannot convert {few_of([*named.values()], _SHOWN)}: {message}"


def empty_partition(settings: Settings, source: Source, period: str) -> Partition:
    """Take every row out of a partition that no delivery speaks of any more."""
    path = partition_path(settings.ledger_dir, source, period)
    inputs = inputs_of(source, ())
    with duckdb.connect() as db, recorded(path, inputs) as temporary:
        select = _empty_select(source.table)
        return Partition(path, _write(db, select, temporary, {INPUTS_KEY: inputs}))


def rewritten(
    db: duckdb.DuckDBPyConnection, path: Path, change: Callable[[str], str]
) -> None:
    """Write a partition again with other texts; what it was made of says so.

    Args:
        db: what runs the SQL.
        path: the partition, or what lies beside partitions.
        change: gives the SQL of a text in place of it.
    """
    select = f"select * from read_parquet({quoted(path)})"
    changed = ", ".join(
        f'{_changed(name, kind, change)} as "{name}"'
        for name, kind in _describe(db, select).items()
        if "VARCHAR" in kind or kind == "JSON"
    )
    metadata = {
        key.decode(): value.decode()
        for key, value in (pq.read_metadata(path).metadata or {}).items()
        if key.startswith(b"unitmill.")
    }
    code, colon, ids = metadata.get(INPUTS_KEY, "").partition(":")
    code = f"{code}{'' if KEY_MARK in code else KEY_MARK}.{secrets.token_hex(4)}"
    metadata[INPUTS_KEY] = inputs = f"{code}{colon}{ids}"
    written = select.replace("*", f"* replace ({changed})", 1)
    place = recorded(path, inputs) if is_recorded(path) else replaced(path)
    with place as temporary:
        _write(db, written, temporary, metadata)


def _changed(name: str, kind: str, change: Callable[[str], str]) -> str:
    if kind == "VARCHAR":
        return change(f'"{name}"')
    if kind == "VARCHAR[]":
        return f'list_transform("{name}", lambda t: {change("t")})'
    text = change(f'cast(to_json("{name}") as varchar)')
    return f"cast(cast({text} as json) as {kind})"


def write_stub(ledger_dir: Path, table: str) -> None:
    """Write a table's zero-row partition, so that a glob finds every column."""
    path = ledger_dir / table / "_none" / "none.parquet"
    # Partitions of an older Unitmill may lack columns that the table has since.
    is_there = is_recorded(path) and not damage(path)
    if is_there and pq.read_schema(path).names == list(types_of(table)):
        return
    with duckdb.connect() as db, recorded(path, _STUB) as temporary:
        _write(db, _empty_select(table), temporary, {INPUTS_KEY: _STUB})


def _empty_select(table: str) -> str:
    """Give the SELECT of a table's columns without a row."""
    columns = ", ".join(
        f'cast(null as {kind}) as "{name}"' for name, kind in types_of(table).items()
    )
    return f"select {columns} limit 0"


def _describe(db: duckdb.DuckDBPyConnection, select: str) -> dict[str, str]:
    rows = db.execute(f"describe {select}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _write(
    db: duckdb.DuckDBPyConnection,
    select: str,
    path: Path,
    metadata: Mapping[str, str],
    row_group: int = _ROW_GROUP,
) -> int:
    """Write rows and their metadata, so many to a row group; give how many they are."""
    pairs = ", ".join(f"{quoted(k)}: {quoted(v)}" for k, v in metadata.items())
    row = db.execute(
        f"copy ({select}) to {quoted(path)} (format parquet, compression zstd, "
        f"row_group_size {row_group}, kv_metadata {{{pairs}}})"
    ).fetchone()
    return int(row[0]) if row else 0
