"""Cursor: usage events, as the dashboard's CSV until September, then from its API.

A seat includes 20 dollars of use a month; what goes beyond is on demand. The first pull
of the API begins on 28 September and so repeats three days of the CSV.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sample_company.coding import (
    CURSOR,
    CURSOR_POOL,
    CURSOR_SEAT,
    Developer,
    holders,
    working_days,
)
from sample_company.files import csv_text, write_json, write_text
from sample_company.months import AUGUST, MONTHS, OCTOBER, SEPTEMBER, Month, at
from sample_company.seeded import between, digest, plain

ISSUER = CURSOR
INVOICES = {month: f"CUR-{9041 + 13 * place}" for place, month in enumerate(MONTHS)}
HEADER = (
    "Date",
    "User",
    "Kind",
    "Model",
    "Max Mode",
    "Input (w/ Cache Write)",
    "Input (w/o Cache Write)",
    "Cache Read",
    "Output Tokens",
    "Total Tokens",
    "Cost",
)
PAGE_SIZE = 100
PULLED_FROM = at("09-28 00:00")
# Dollars for a million tokens: written to the cache, not cached, read from it, out.
_PRICES = {
    "claude-4.5-sonnet": ("3.75", "3", "0.3", "15"),
    "gpt-5-codex": ("1.25", "1.25", "0.125", "10"),
}
_FIRST_IDLE = at("08-06 00:00")


@dataclass(frozen=True, slots=True)
class Event:
    """One request: what it used, and what it is worth in dollars."""

    at: datetime
    developer: Developer
    model: str
    tokens: tuple[int, int, int, int]
    worth: Decimal
    is_included: bool


def _of_day(day: datetime, developer: Developer, pace: Decimal) -> Iterator[Event]:
    key = ("cursor", day, developer.number)
    models = tuple(_PRICES)
    for number in range(2 if pace >= 1 else 1):
        model = models[digest(*key, number)[0] % 3 // 2]
        share = pace / (2 if pace >= 1 else 1) * between("0.7", "1.3", *key, number)
        written, plain_in, read, out = (Decimal(p) for p in _PRICES[model])
        # Of the worth a third each is written to the cache, read from it and answered;
        # what was not cached is little.
        tokens = (
            int(share * 300_000 / written),
            int(between("200", "900", *key, number, "in")),
            int(share * 350_000 / read),
            int(share * 350_000 / out),
        )
        prices = (written, plain_in, read, out)
        worth = sum(
            (count * price for count, price in zip(tokens, prices, strict=True)),
            Decimal(0),
        ) / Decimal(10**6)
        moment = day + timedelta(
            milliseconds=int(between("28800000", "64000000", *key, number, "at"))
        )
        yield Event(moment, developer, model, tokens, worth.quantize(_PLACES), False)


_PLACES = Decimal("1E-6")


def events(month: Month) -> list[Event]:
    """Give the events of a month in the order of their times."""
    made = []
    for developer in holders(CURSOR):
        used = Decimal(0)
        for day in working_days(month):
            pace = developer.pace_in(month)
            if not pace and (month != AUGUST or day >= _FIRST_IDLE):
                continue
            for event in _of_day(day, developer, pace or Decimal("0.3")):
                included = used + event.worth <= CURSOR_POOL
                used += event.worth
                made.append(
                    Event(
                        event.at,
                        developer,
                        event.model,
                        event.tokens,
                        event.worth,
                        included,
                    )
                )
    return sorted(made, key=lambda event: (event.at, event.developer.number))


def total(month: Month) -> Decimal:
    """Give what Cursor bills for a month: its seats, and use beyond the pools."""
    beyond = (event.worth for event in events(month) if not event.is_included)
    return sum(beyond, CURSOR_SEAT * len(holders(CURSOR)))


def write_cursor(out: Path) -> None:
    """Write the CSV of two months, and two pulls of the API."""
    for month in (AUGUST, SEPTEMBER):
        rows = [_row(event) for event in events(month)]
        write_text(
            out / f"usage-events-{month.period}.csv", csv_text(HEADER, reversed_(rows))
        )
    late = [event for event in events(SEPTEMBER) if event.at >= PULLED_FROM]
    _write_pull(out / "20261103T020000Z", late + events(OCTOBER))


def reversed_(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Give the newest first, as the dashboard does."""
    return rows[::-1]


def _row(event: Event) -> tuple[str, ...]:
    return (
        f"{event.at:%Y-%m-%dT%H:%M:%S}.{event.at.microsecond // 1000:03}Z",
        event.developer.address,
        "Included" if event.is_included else "On-Demand",
        event.model,
        "No",
        *(str(count) for count in event.tokens),
        str(sum(event.tokens)),
        plain(event.worth),
    )


def _write_pull(folder: Path, made: list[Event]) -> None:
    pages = [made[at_ : at_ + PAGE_SIZE] for at_ in range(0, len(made), PAGE_SIZE)]
    window = {
        "startDate": int(PULLED_FROM.timestamp() * 1000),
        "endDate": int(OCTOBER.end.timestamp() * 1000) - 1,
    }
    for number, page in enumerate(pages, 1):
        document = {
            "totalUsageEventsCount": len(made),
            "pagination": {
                "numPages": len(pages),
                "currentPage": number,
                "pageSize": PAGE_SIZE,
                "hasNextPage": number < len(pages),
                "hasPreviousPage": number > 1,
            },
            "period": window,
            "usageEvents": [_item(event) for event in page],
        }
        write_json(folder / f"page-{number:03}.json", document)


def _item(event: Event) -> dict[str, object]:
    written, plain_in, read, out = event.tokens
    cents = float(event.worth * 100)
    return {
        "timestamp": str(int(event.at.timestamp()) * 1000 + _milliseconds(event)),
        "userEmail": event.developer.address,
        "model": event.model,
        "kind": "Included in Business" if event.is_included else "Usage-based",
        "maxMode": False,
        "isTokenBasedCall": True,
        "isChargeable": not event.is_included,
        "tokenUsage": {
            "inputTokens": plain_in,
            "outputTokens": out,
            "cacheWriteTokens": written,
            "cacheReadTokens": read,
            "totalCents": cents,
        },
        "chargedCents": cents,
    }


def _milliseconds(event: Event) -> int:
    return event.at.microsecond // 1000
