"""Which sources have sent nothing for longer than they usually do.

Belongs here: the days between deliveries of a source. Does not belong here: what a late
source means for a month, which the invoice and the bill say (dbt).
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Overdue:
    """A source that is late: its newest delivery, and its longest wait so far."""

    source: str
    newest: datetime
    days: int
    longest_gap: int

    def __str__(self) -> str:
        """Say how late it is, and what to do."""
        gap = f", after {self.longest_gap} days at most before" * bool(self.longest_gap)
        return (
            f"{self.source}: the newest delivery is of {self.newest:%Y-%m-%d}, "
            f"{self.days} days ago{gap}; fetch the export, or see why none comes"
        )


def overdue(
    deliveries: Path, sources: Collection[str], expected_every_days: int, now: datetime
) -> list[Overdue]:
    """List sources without a delivery for so many days, the latest one first.

    One that has paused for longer before may do so again; one that never delivered
    is not expected to.

    Args:
        deliveries: the record of deliveries.
        sources: the names of those that are expected to deliver again and again.
        expected_every_days: the days without a delivery that are no surprise.
        now: aware.
    """
    arrived: dict[str, set[datetime]] = defaultdict(set)
    with pq.ParquetFile(deliveries) as file:
        rows = file.read(["source_name", "delivered_at", "status"]).to_pylist()
    for row in rows:
        if row["source_name"] in sources and row["status"] != "refused":
            arrived[row["source_name"]].add(row["delivered_at"].replace(tzinfo=UTC))
    late = []
    for source, times in arrived.items():
        ordered = sorted(times)
        gaps = [(after - before).days for before, after in pairwise(ordered)]
        days, longest = (now - ordered[-1]).days, max(gaps, default=0)
        if days > max(expected_every_days, longest):
            late.append(Overdue(source, ordered[-1], days, longest))
    return sorted(late, key=lambda one: (-one.days, one.source))
