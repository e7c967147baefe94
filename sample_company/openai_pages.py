"""OpenAI's API pages as files: overlapping pulls of usage and costs.

Belongs here: envelopes, pages, and what a pull sees of days that are not settled.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sample_company.files import write_json
from sample_company.months import AUGUST, DAY, STORY_END, at
from sample_company.openai import (
    EMBEDDING,
    UNFLAGGED_DAY,
    Billed,
    Metered,
    billed,
    list_price,
    metered,
    price_factor,
)
from sample_company.seeded import base32_id, money


@dataclass(frozen=True, slots=True)
class Pull:
    """One run of the collector: when, and the days that it asked for."""

    pulled_at: datetime
    since: datetime
    until: datetime

    def days(self) -> Iterator[datetime]:
        """Give the start of every bucket."""
        day = self.since
        while day < self.until:
            yield day
            day += DAY

    def age(self, day: datetime) -> int:
        """Count the whole days between a bucket's end and the pull."""
        return (self.pulled_at - day).days - 1


PULLS = (
    Pull(at("08-16 02:00"), AUGUST.start, at("08-16 00:00")),
    Pull(at("09-03 02:00"), at("08-13 00:00"), at("09-03 00:00")),
    Pull(at("09-16 02:00"), at("08-31 00:00"), at("09-16 00:00")),
    Pull(at("10-03 02:00"), at("09-13 00:00"), at("10-03 00:00")),
    Pull(at("10-16 02:00"), at("09-30 00:00"), at("10-16 00:00")),
    Pull(at("11-04 02:00"), at("10-13 00:00"), STORY_END),
)
# What is there of a bucket that ended today, and of one that ended yesterday. Money
# follows tokens by a day or two.
_USAGE_SETTLED = ("0.62", "0.93")
_COSTS_SETTLED = ("0.15", "0.70")


def _settled(pull: Pull, day: datetime, shares: Sequence[str]) -> Decimal:
    age = pull.age(day)
    return Decimal(shares[age]) if age < len(shares) else Decimal(1)


def _usage_result(row: Metered) -> dict[str, object]:
    kind = "embeddings" if row.caller.model == EMBEDDING else "completions"
    asked: dict[str, object] = {
        "project_id": row.caller.project,
        "user_id": None,
        "api_key_id": row.caller.api_key,
        "model": row.caller.model,
    }
    if kind == "embeddings":
        counted: dict[str, object] = {
            "input_tokens": row.input_tokens,
            "num_model_requests": row.requests,
        }
        return {"object": f"organization.usage.{kind}.result", **counted, **asked}
    return {
        "object": f"organization.usage.{kind}.result",
        "input_tokens": row.input_tokens,
        "input_cached_tokens": row.cached_tokens,
        "input_cache_write_tokens": 0,
        "input_uncached_tokens": row.input_tokens - row.cached_tokens,
        "output_tokens": row.output_tokens,
        "num_model_requests": row.requests,
        **asked,
        "batch": row.caller.batch and row.day != UNFLAGGED_DAY,
        "service_tier": None,
    }


def _cost_result(row: Billed) -> dict[str, object]:
    # At most 15 digits, which a float writes back exactly as the Decimal had them.
    return {
        "object": "organization.costs.result",
        "amount": {"value": float(row.amount), "currency": "usd"},
        "line_item": row.line_item,
        "project_id": row.caller.project,
        "api_key_id": row.caller.api_key,
        "quantity": row.quantity,
        "quantity_unit": "tokens",
    }


def _usage_of(
    pull: Pull, day: datetime, *, embeddings: bool
) -> list[dict[str, object]]:
    share = _settled(pull, day, _USAGE_SETTLED)
    return [
        _usage_result(
            replace(
                row,
                requests=int(row.requests * share),
                input_tokens=int(row.input_tokens * share),
                cached_tokens=int(row.cached_tokens * share),
                output_tokens=int(row.output_tokens * share),
            )
        )
        for row in metered()
        if row.day == day and (row.caller.model == EMBEDDING) == embeddings
    ]


def _costs_of(pull: Pull, day: datetime) -> list[dict[str, object]]:
    share = _settled(pull, day, _COSTS_SETTLED)
    results = []
    for row in billed():
        if row.day != day:
            continue
        seen = row
        if share < 1:
            quantity = int(row.quantity * share)
            price = list_price(row.caller, row.token_class)
            amount = money(quantity * price * price_factor(row.caller.model, day))
            seen = replace(row, quantity=quantity, amount=amount)
        results.append(_cost_result(seen))
    return results


Results = Callable[[Pull, datetime], list[dict[str, object]]]


def _completions_of(pull: Pull, day: datetime) -> list[dict[str, object]]:
    return _usage_of(pull, day, embeddings=False)


def _embeddings_of(pull: Pull, day: datetime) -> list[dict[str, object]]:
    return _usage_of(pull, day, embeddings=True)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """An endpoint: its folder, how its pages are called, how many days they hold."""

    folder: str
    page: str
    days: int
    results: Results


_ENDPOINTS = (
    _Endpoint("costs", "page", 7, _costs_of),
    _Endpoint("usage", "completions", 7, _completions_of),
    _Endpoint("usage", "embeddings", 31, _embeddings_of),
)


def _write_pages(out: Path, pull: Pull, endpoint: _Endpoint) -> None:
    days = list(pull.days())
    stamp = f"{pull.pulled_at:%Y%m%dT%H%M%SZ}"
    for number, first in enumerate(range(0, len(days), endpoint.days), start=1):
        more = first + endpoint.days < len(days)
        cursor = base32_id(24, stamp, endpoint.page, number)
        page = {
            "object": "page",
            "data": [
                {
                    "object": "bucket",
                    "start_time": int(day.timestamp()),
                    "end_time": int((day + DAY).timestamp()),
                    "results": endpoint.results(pull, day),
                }
                for day in days[first : first + endpoint.days]
            ],
            "has_more": more,
            "next_page": f"page_{cursor}" if more else None,
        }
        name = f"{endpoint.page}-{number:03}.json"
        write_json(out / endpoint.folder / stamp / name, page)


def write_openai(out: Path) -> None:
    """Write every page of every pull."""
    for pull in PULLS:
        for endpoint in _ENDPOINTS:
            _write_pages(out, pull, endpoint)
