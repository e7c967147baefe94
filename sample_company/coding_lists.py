"""Lists of coding tools: seats by month, and pull requests that were merged.

Belongs here: what follows from the developers of ``coding``.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sample_company.coding import (
    CLAUDE_CODE,
    CLAUDE_SEAT,
    COPILOT,
    CURSOR,
    CURSOR_CAP,
    CURSOR_POOL,
    CURSOR_SEAT,
    DEVELOPERS,
    ORGANIZATION,
    Developer,
    holders,
    working_days,
)
from sample_company.files import csv_text, write_text
from sample_company.months import MONTHS, Month
from sample_company.seeded import between, digest, plain

CLAUDE_INVOICES = {month: f"ANT-S-{2210 + place}" for place, month in enumerate(MONTHS)}
SEATS_HEADER = (
    "month",
    "tool_name",
    "user_name",
    "developer_name",
    "github_login",
    "team_name",
    "vendor_name",
    "ledger_source",
    "seat_price",
    "seat_currency",
    "included_amount",
    "spend_cap",
    "last_active_on",
)
PULL_REQUESTS_HEADER = (
    "repository_name",
    "pull_request_number",
    "merged_at",
    "author_name",
)


def claude_seats(_: Month) -> Decimal:
    """Give what seats of Claude Code cost in a month."""
    return CLAUDE_SEAT * len(holders(CLAUDE_CODE))


def write_coding_lists(out: Path) -> None:
    """Write the seats and the pull requests of all months."""
    seats = [row for month in MONTHS for row in _seats(month)]
    write_text(out / "coding_seats" / "coding_seats.csv", csv_text(SEATS_HEADER, seats))
    merged = [row for month in MONTHS for row in _merged(month)]
    write_text(
        out / "pull_requests" / "pull_requests.csv",
        csv_text(PULL_REQUESTS_HEADER, merged),
    )


def _seats(month: Month) -> Iterator[tuple[str, ...]]:
    for tool in (CURSOR, COPILOT, CLAUDE_CODE):
        for one in holders(tool):
            name = one.login if tool == COPILOT else one.address
            yield (
                month.period,
                tool,
                name,
                one.address if tool == COPILOT else "",
                "" if tool == COPILOT else one.login,
                one.team,
                *_terms(tool),
                _last_active(month, tool, one),
            )


def _terms(tool: str) -> tuple[str, ...]:
    """Give who bills a seat, under which source, its price, pool and cap."""
    if tool == CURSOR:
        pool, cap = plain(CURSOR_POOL), plain(CURSOR_CAP)
        return "", "cursor", plain(CURSOR_SEAT), "USD", pool, cap
    if tool == COPILOT:
        return "GitHub", "github", "", "USD", "10", ""
    return "Anthropic", "", plain(CLAUDE_SEAT), "USD", "", ""


def _last_active(month: Month, tool: str, one: Developer) -> str:
    """Give what the members' page says: it knows of Cursor's users only."""
    if tool != CURSOR:
        return ""
    if one.pace_in(month):
        return f"{max(working_days(month)):%Y-%m-%d}"
    return "2026-08-05"


def _merged(month: Month) -> Iterator[tuple[str, ...]]:
    days = list(working_days(month))
    for one in DEVELOPERS:
        for number in range(one.merged):
            key = ("pull request", month.period, one.number, number)
            day = days[digest(*key)[0] % len(days)]
            minutes = int(between("540", "1020", *key))
            serial = (month.start.month - 7) * 1000 + one.number * 50 + number
            yield (
                f"{ORGANIZATION}/{one.repository}",
                str(serial),
                f"{day + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
                one.login,
            )
