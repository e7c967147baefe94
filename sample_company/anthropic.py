"""Anthropic's reports: the search team evaluates its answers with Claude.

Belongs here: tokens of a day, their price, and both reports as pages. The bill has no
quantities and the meter no money; both come from the same tokens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sample_company.files import write_json
from sample_company.months import DAY, MONTHS, Month
from sample_company.seeded import between, money, plain

ISSUER = "Anthropic"
INVOICES = {month: f"ANT-{4410 + place}" for place, month in enumerate(MONTHS)}
WORKSPACE = "wrkspc_01SearchEvals"
MODEL = "claude-sonnet-4-5-20250929"
# Dollars for a million tokens, from the vendor's list: token type -> price.
PRICES = {
    "uncached_input_tokens": Decimal(3),
    "cache_read_input_tokens": Decimal("0.30"),
    "cache_creation.ephemeral_5m_input_tokens": Decimal("3.75"),
    "output_tokens": Decimal(15),
}
# Tokens of a day, in thousands, from and to.
_TOKENS = {
    "uncached_input_tokens": ("900", "1400"),
    "cache_read_input_tokens": ("2200", "3100"),
    "cache_creation.ephemeral_5m_input_tokens": ("120", "190"),
    "output_tokens": ("150", "240"),
}
_NAMES = {
    "uncached_input_tokens": "Input Tokens",
    "cache_read_input_tokens": "Input Tokens, Cache Read",
    "cache_creation.ephemeral_5m_input_tokens": "Input Tokens, Cache Write",
    "output_tokens": "Output Tokens",
}


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens of one type on one day."""

    day: datetime
    token_type: str
    tokens: int

    @property
    def cost(self) -> Decimal:
        """What they cost in dollars."""
        return money(self.tokens * PRICES[self.token_type] / 1_000_000)


def used(month: Month) -> Iterator[Used]:
    """Give the tokens of a month, day by day."""
    for day in month.days():
        for token_type, (low, high) in _TOKENS.items():
            tokens = between(low, high, "anthropic", day, token_type) * 1000
            yield Used(day, token_type, int(tokens))


def total(month: Month) -> Decimal:
    """Sum up what a month costs."""
    return sum((row.cost for row in used(month)), Decimal(0))


def write_anthropic(out: Path) -> None:
    """Write one pull of both reports for each month, three days after its end."""
    for month in MONTHS:
        stamp = f"{month.end + timedelta(days=2, hours=3):%Y%m%dT%H%M%SZ}"
        days: dict[datetime, list[Used]] = {}
        for row in used(month):
            days.setdefault(row.day, []).append(row)
        costs = [
            _bucket(day, [_cost(row) for row in rows]) for day, rows in days.items()
        ]
        usage = [_bucket(day, [_usage(rows)]) for day, rows in days.items()]
        for report, buckets in (("cost_report", costs), ("usage_report", usage)):
            page = {"data": buckets, "has_more": False, "next_page": None}
            write_json(out / report / stamp / "page-001.json", page)


def _bucket(day: datetime, results: list[dict[str, object]]) -> dict[str, object]:
    return {
        "starting_at": f"{day:%Y-%m-%dT%H:%M:%SZ}",
        "ending_at": f"{day + DAY:%Y-%m-%dT%H:%M:%SZ}",
        "results": results,
    }


def _cost(row: Used) -> dict[str, object]:
    return {
        "amount": plain(row.cost * 100),
        "currency": "USD",
        "workspace_id": WORKSPACE,
        "description": f"Claude Sonnet 4.5 Usage - {_NAMES[row.token_type]}",
        "cost_type": "tokens",
        "model": MODEL,
        "token_type": row.token_type,
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "global",
    }


def _usage(rows: list[Used]) -> dict[str, object]:
    counted = {row.token_type: row.tokens for row in rows}
    written = counted["cache_creation.ephemeral_5m_input_tokens"]
    return {
        "uncached_input_tokens": counted["uncached_input_tokens"],
        "cache_creation": {
            "ephemeral_5m_input_tokens": written,
            "ephemeral_1h_input_tokens": 0,
        },
        "cache_read_input_tokens": counted["cache_read_input_tokens"],
        "output_tokens": counted["output_tokens"],
        "server_tool_use": {"web_search_requests": 0},
        "api_key_id": None,
        "workspace_id": WORKSPACE,
        "model": MODEL,
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "global",
    }
