"""Which days are asked for: never fetched, or fetched before they were final.

Belongs here: arithmetic of days, all of them in UTC. Does not belong here: what was
fetched (``manifests``), and asking (``pulls``).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from pipelines.fetching.vendor import Report, Span, midnight

DAY = timedelta(days=1)
# The days of the next month on which a month is asked for once more: vendors close it.
CLOSING_DAYS = (2, 5, 10)
Asked = Sequence[tuple[Span, datetime]]


def due_days(report: Report, since: date, now: datetime, asked: Asked) -> list[date]:
    """Give the complete days that are to be asked for, in order.

    Args:
        report: says how long its days change, and how many its vendor keeps.
        since: the first day that is wanted.
        now: aware.
        asked: the days of each whole pull, and when it was begun.
    """
    today = now.astimezone(UTC).date()
    first = max(since, today - report.reach_days * DAY) if report.reach_days else since
    newest: dict[date, datetime] = {}
    for span, at in asked:
        for day in days_of(span):
            newest[day] = max(at, newest.get(day, at))
    return [
        day
        for day in days_of(Span(first, today))
        if day not in newest or _is_due(report, day, now, newest[day])
    ]


def _is_due(report: Report, day: date, now: datetime, asked_at: datetime) -> bool:
    """Return whether a day that was asked for may say something else by now."""
    final = midnight(day) + (1 + report.settling_days) * DAY
    if now < final:
        return True
    following = (day.replace(day=1) + 31 * DAY).replace(day=1)
    closings = [midnight(following.replace(day=number)) for number in CLOSING_DAYS]
    return asked_at < max(at for at in (final, *closings) if at <= now)


def days_of(span: Span) -> list[date]:
    """List the days of a span."""
    return [span.first + number * DAY for number in range(span.days)]


def spans(report: Report, days: Iterable[date], today: date) -> list[Span]:
    """Put days together to what one question may be of; no question is of two months.

    Args:
        report: says what one question may be of.
        days: in order.
        today: the first day that is not complete; no question is of it.
    """
    if report.unit == "month":
        months = {day.replace(day=1) for day in days}
        return [
            Span(first, min((first + 31 * DAY).replace(day=1), today))
            for first in sorted(months)
        ]
    longest = report.longest if report.unit == "days" else 1
    found: list[Span] = []
    for day in days:
        last = found[-1] if found else None
        if (
            last
            and last.end == day
            and last.first.month == day.month
            and last.days < longest
        ):
            found[-1] = Span(last.first, day + DAY)
        else:
            found.append(Span(day, day + DAY))
    return found


def lost_days(report: Report, since: date, now: datetime, asked: Asked) -> list[Span]:
    """Give days that the vendor does not keep any more and that nobody fetched."""
    if not report.reach_days:
        return []
    first_kept = now.astimezone(UTC).date() - report.reach_days * DAY
    fetched = {day for span, _ in asked for day in days_of(span)}
    missing = [day for day in days_of(Span(since, first_kept)) if day not in fetched]
    whole: list[Span] = []
    for day in missing:
        if whole and whole[-1].end == day:
            whole[-1] = Span(whole[-1].first, day + DAY)
        else:
            whole.append(Span(day, day + DAY))
    return whole


def first_day(since: str, now: datetime) -> date:
    """Give the first day of a month such as '2026-08'; of '' two months before now."""
    if since:
        return date.fromisoformat(f"{since}-01")
    today = now.astimezone(UTC).date()
    count = today.year * 12 + today.month - 1 - 2
    return date(count // 12, count % 12 + 1, 1)
