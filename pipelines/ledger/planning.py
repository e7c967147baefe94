"""Which parts a month of a source is converted in.

A source that converts its files one by one says how many rows each has
(``Source.file_rows``), so that a part knows the number of its first row. Belongs here:
the parts of a month, which follow from its files alone. Does not belong here:
converting one (``parts``).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from pipelines.landing.faults import sentence_of
from pipelines.landing.landed import few_of
from pipelines.landing.privacy import Privacy
from pipelines.landing.source import (
    UNREADABLE,
    Context,
    Delivery,
    ExportError,
    FileRange,
    Source,
    TransientError,
)
from pipelines.ledger.connection import conversion
from pipelines.settings import Settings

# Of files of together so many bytes, another part is begun.
PART_BYTES = 256 * 2**20
# Names of files that a sentence shows before it only counts.
_SHOWN = 5


# Counts the rows of each file of deliveries of a month; None: they are read together.
Rows = Callable[
    [Settings, Source, Sequence[Delivery], str], Sequence[Sequence[int]] | None
]


@dataclass(frozen=True, slots=True)
class Part:
    """What is converted at once.

    Attributes:
        deliveries: all of the month, oldest first; each knows which of its files the
            part reads.
        number: its place among the parts of the month, from 1.
        count: how many parts the month has.
    """

    deliveries: tuple[Delivery, ...]
    number: int = 1
    count: int = 1


def rows_here(
    settings: Settings, source: Source, deliveries: Sequence[Delivery], period: str
) -> list[Sequence[int]] | None:
    """Count the rows of each file of deliveries; None where they are read together.

    Raises:
        ExportError: a file cannot be read.
    """
    assert source.file_rows is not None
    found = []
    privacy = Privacy.of(settings)
    try:
        with conversion(settings, source, deliveries, period, privacy) as db:
            for delivery in deliveries:
                counted = source.file_rows(Context(db, settings), delivery)
                if counted is None:
                    return None
                found.append(counted)
    except UNREADABLE as error:
        raise refusal(source, period, deliveries, error) from error
    return found


def planned(
    settings: Settings,
    source: Source,
    deliveries: Sequence[Delivery],
    period: str,
    rows: Rows = rows_here,
) -> list[Part]:
    """Give the parts of a month, which follow from its files alone.

    Args:
        settings: whose home.
        source: whose deliveries.
        deliveries: all of the month, oldest first.
        period: the month.
        rows: counts the rows of files, where there are several parts.

    Raises:
        ExportError: the rows of a file cannot be counted.
    """
    groups = _groups(deliveries) if source.file_rows else []
    if len(groups) <= 1:
        return [Part(tuple(deliveries))]
    counted = rows(settings, source, deliveries, period)
    if counted is None:
        return [Part(tuple(deliveries))]
    return [
        Part(tuple(_ranged(deliveries, group, counted)), number, len(groups))
        for number, group in enumerate(groups, 1)
    ]


def _groups(deliveries: Sequence[Delivery]) -> list[list[tuple[int, int]]]:
    """Group the files of a month, in order: by delivery, and by place in it."""
    groups: list[list[tuple[int, int]]] = []
    size = 0
    for which, delivery in enumerate(deliveries):
        for place, path in enumerate(delivery.files):
            found = path.stat().st_size if path.exists() else 0
            if not groups or size + found > PART_BYTES:
                groups.append([])
                size = 0
            groups[-1].append((which, place))
            size += found
    return groups


def _ranged(
    deliveries: Sequence[Delivery],
    group: Sequence[tuple[int, int]],
    counted: Sequence[Sequence[int]],
) -> Iterator[Delivery]:
    """Tell each delivery which of its files are read."""
    for which, delivery in enumerate(deliveries):
        places = [place for of, place in group if of == which]
        first, end = min(places, default=0), max(places, default=-1) + 1
        before = sum(counted[which][:first])
        yield replace(delivery, range=FileRange(first, end, before))


def refusal(
    source: Source, period: str, deliveries: Sequence[Delivery], error: Exception
) -> ExportError:
    """Say why files cannot be converted: for now, or as they are."""
    transient = isinstance(error, OSError | duckdb.IOException)
    return (TransientError if transient else ExportError)(
        f"{source.name} {period}: {_message(error, deliveries)}"
    )


def _message(error: Exception, deliveries: Sequence[Delivery]) -> str:
    """Return what is wrong; a refused cell names its file, others all files."""
    named = {d.files[place]: d.names[place] for d in deliveries for place in d.places}
    message = sentence_of(error, named)
    if message.startswith(tuple(named.values())):
        return message
    return f"cannot convert {few_of([*named.values()], _SHOWN)}: {message}"
