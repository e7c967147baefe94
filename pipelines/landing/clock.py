"""What time it is, and what cannot have arrived by then.

Belongs here: the one look at this machine's clock, and what is said where it and a file
cannot both be right. Does not belong here: how late a source is (``overdue``).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pipelines.landing.source import Drop, ExportError, Source

# Machines disagree by minutes, and an archive may have been packed in another zone.
SKEW = timedelta(days=2)


def now() -> datetime:
    """Give the time of this machine's clock, aware, in UTC."""
    return datetime.now(UTC)


def latest(seen: Iterable[datetime | None]) -> datetime:
    """Give the time that it is at least: a clock that was set back is not believed.

    Args:
        seen: when deliveries were seen first, naive, in UTC.
    """
    return max([now(), *(at.replace(tzinfo=UTC) for at in seen if at)])


def refuse_to_come(source: Source, drop: Drop, by: datetime) -> None:
    """Refuse a drop that is newer than the time, or is of a month after the next one.

    A bill of the next month may be here before it begins, a list of its owner speaks of
    years to come, and no telemetry does.

    Args:
        source: whose drop it is.
        drop: its months, and when it was made.
        by: the time that it is at least.

    Raises:
        ExportError: the file or the clock is wrong.
    """
    name, names = drop.files[0].name, [file.name for file in drop.files]
    clock = f"and by this machine's clock it is {by:%Y-%m-%d}"
    if drop.delivered_at > by + SKEW:
        raise ExportError(
            f"{source.name}: {name}: is dated {drop.delivered_at:%Y-%m-%d} "
            f"({drop.ordered_by}), {clock}; as the newest of all it would hide every "
            "later one; set the file's date (touch) or the clock right",
            files=names,
        )
    newest = max(drop.periods, default="")
    if not source.is_list and newest > _next_month(by):
        raise ExportError(
            f"{source.name}: {name}: has rows of {newest}, {clock}; expected months up "
            f"to {_next_month(by)}; correct the file's dates or the clock, and give "
            "what is only planned as a budget",
            files=names,
        )


def set_back(seen: Iterable[datetime | None]) -> str:
    """Say that the clock is behind what this home has seen; '' where it is not."""
    by, clock = latest(seen), now()
    if by - clock < SKEW:
        return ""
    return (
        f"this machine's clock says {clock:%Y-%m-%d}, and a delivery was seen here on "
        f"{by:%Y-%m-%d} already; set the clock right, or versions and times of "
        "deliveries get the wrong order"
    )


def _next_month(by: datetime) -> str:
    count = by.year * 12 + by.month
    return f"{count // 12:04}-{count % 12 + 1:02}"
