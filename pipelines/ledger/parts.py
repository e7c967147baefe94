"""A part of a partition: some files of its deliveries, converted at once.

A month of a source is one part unless its files are large and its source converts them
one by one. Its rows are those that the month at once would have of these files, with
the same numbers. Belongs here: converting a part, and whether all of a month are there.
Does not belong here: which parts a month has (``planning``), the partition that they
become (``partitions``), and which machine makes which (``spark``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.focus.schema import closed_lists, conform
from pipelines.landing.current import replaced_days
from pipelines.landing.hashes import changed_since
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
from pipelines.ledger.planning import Part, refusal
from pipelines.ledger.tally import (
    LEFT_OUT_KEY,
    Tally,
    as_json,
    is_replaced,
    move_replaced,
    numbers_in,
    refuse_difference,
    tally,
)
from pipelines.settings import Settings
from pipelines.sources.tables import types_of

INPUTS_KEY = "unitmill.inputs"
PART_KEY = "unitmill.part"
# Rows of a bill are wide: in half of DuckDB's own number they wait in less memory.
_ROW_GROUPS = {"focus": 61_440}
_ROW_GROUP = 122_880


@dataclass(frozen=True, slots=True)
class Written:
    """A part that was written, not yet in its place.

    Attributes:
        path: where it lies.
        number: its place among the parts of the month, from 1.
        count: how many parts the month has.
        row_count: its rows.
        numbers: of each delivery whose rows are counted by their numbers, the number
            before its first row, and its last one.
        sha256: the hash of its bytes; '' where it is not known yet.
    """

    path: Path
    number: int
    count: int
    row_count: int
    numbers: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    sha256: str = ""


def write_part(  # noqa: PLR0913, PLR0917 - what it is of, and where it goes
    settings: Settings,
    source: Source,
    part: Part,
    period: str,
    inputs: str,
    path: Path,
) -> Written:
    """Convert the files of a part, and write its rows to a place of its own.

    Args:
        settings: whose home.
        source: whose deliveries.
        part: which files.
        period: the month.
        inputs: what the partition is made of.
        path: where the part is written.

    Raises:
        ExportError: a row cannot be converted.
        TransientError: the disk failed, or a file changed.
    """
    privacy = Privacy.of(settings)
    deliveries = part.deliveries
    try:
        with conversion(settings, source, deliveries, period, privacy) as db:
            shaped, tallies = _rows(db, settings, source, deliveries, period, privacy)
            metadata = {
                INPUTS_KEY: inputs,
                LEFT_OUT_KEY: as_json(tallies),
                PART_KEY: _of(part.number, part.count),
            }
            size = _ROW_GROUPS.get(source.table, _ROW_GROUP)
            rows = write(db, shaped, path, metadata, size)
            numbers = {}
            if source.tally or tallies is not None:
                place = f"{source.name} {period}"
                before = {d.delivery_id: d.rows_before for d in deliveries}
                refuse_difference(db, place, source.table, tallies, path, before)
                if tallies is None and part.count > 1:
                    numbers = numbers_in(db, source.table, path, before)
            _require_unchanged(settings, deliveries)
    except UNREADABLE as error:
        raise refusal(source, period, deliveries, error) from error
    return Written(path, part.number, part.count, rows, numbers)


def require_whole(
    place: Path, inputs: str, written: Sequence[Written]
) -> list[Written]:
    """Give all parts of a month in order, if each is there once and made of it.

    What a part is stands in its file; what was said of it has to be the same.

    Raises:
        TransientError: a part is missing, there twice, or of something else.
        ExportError: rows of a delivery are in no part, or in two.
    """
    name = f"{place.parent.name} {place.name}"
    ordered = sorted(written, key=lambda one: one.number)
    count = ordered[0].count if ordered else 1
    for number in range(1, count + 1):
        there = sum(one.number == number for one in ordered)
        if there != 1:
            what = f"is there {there} times" if there else "is missing"
            raise TransientError(
                f"{name}: part {number} of {count} {what}; expected each part once, "
                "so build again"
            )
    for one in ordered:
        _require_part(name, inputs, one, count)
    last: dict[str, int] = {}
    for one in ordered:
        for delivery_id, (before, end) in one.numbers.items():
            if last.setdefault(delivery_id, before) != before:
                raise ExportError(
                    f"{name}: part {_of(one.number, count)} begins after row {before} "
                    f"of {delivery_id}, the parts before it end with row "
                    f"{last[delivery_id]}; expected every row once"
                )
            last[delivery_id] = end
    return ordered


def _require_part(name: str, inputs: str, one: Written, count: int) -> None:
    """Go on only if a file is the part that it is said to be."""
    found = pq.read_metadata(one.path)
    keys = found.metadata or {}
    said = [keys.get(key.encode(), b"").decode() for key in (INPUTS_KEY, PART_KEY)]
    part = _of(one.number, count)
    if one.number > count or said != [inputs, part]:
        raise TransientError(
            f"{name}: {one.path} is part {said[1]} of {said[0]}; expected part {part} "
            f"of {inputs}, so build again"
        )
    if found.num_rows != one.row_count:
        raise TransientError(
            f"{name}: part {part} has {found.num_rows} rows of {one.row_count} that "
            "were converted; build again"
        )


def _of(number: int, count: int) -> str:
    return f"{number} of {count}"


def _require_unchanged(settings: Settings, deliveries: Sequence[Delivery]) -> None:
    """Go on only if the files are those whose hashes the deliveries are named by."""
    files = ((d.names[place], d.files[place]) for d in deliveries for place in d.places)
    for name in changed_since(settings.hashes_file, files):
        raise TransientError(
            f"{name}: changed after it was looked at; expected a file that is written "
            "to its end, so build again"
        )


def _rows(  # noqa: PLR0913, PLR0917 - what `write_part` has
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
    present = described(db, select)
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


def described(db: duckdb.DuckDBPyConnection, select: str) -> dict[str, str]:
    """Map the columns of a SELECT to their types."""
    rows = db.execute(f"describe {select}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def write(
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
