"""AWS Bedrock: models paid for by the token, first party and from the Marketplace.

Belongs here: token lines, one per caller, meter and day, and the tokens in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sample_company.aws.line import (
    MARKETING_TAGS,
    SEARCH_TAGS,
    Line,
    Price,
    Product,
    dollars,
    usage,
)
from sample_company.months import DAY, MONTHS, Month
from sample_company.seeded import between
from sample_company.story import MARKETING, SEARCH

BEDROCK = Product("AmazonBedrock", "Amazon Bedrock", "Amazon Bedrock")
SONNET = Product(
    "4kq7zt2mwexample9sonnet45",
    "Claude Sonnet 4.5 (Amazon Bedrock Edition)",
    marketplace_seller="Anthropic, PBC",
)
_GROWTH = dict(zip(MONTHS, ("1", "1.08", "1.17"), strict=True))

# Millions of tokens on a weekday, price of a million: in-region prices are a tenth
# above the global ones.
_SONNET_REGIONAL = (
    ("InputTokenCount", "Input", "13.5", "3.30"),
    ("OutputTokenCount", "Output", "1.9", "16.50"),
    ("CacheReadInputTokenCount", "Cache Read Input", "46", "0.33"),
    ("CacheWriteInputTokenCount", "Cache Write Input", "3.1", "4.125"),
)
_SONNET_GLOBAL = (
    ("InputTokenCount_Global", "Input", "4.4", "3.00"),
    ("OutputTokenCount_Global", "Output", "1.3", "15.00"),
    ("CacheReadInputTokenCount_Global", "Cache Read Input", "9", "0.30"),
    ("CacheWriteInputTokenCount_Global", "Cache Write Input", "0.6", "3.75"),
)
_NOVA = (
    (SEARCH, "NovaLite", "input", "90", "0.00006"),
    (SEARCH, "NovaLite", "output", "21", "0.00024"),
    (MARKETING, "NovaPro", "input", "8", "0.0008"),
    (MARKETING, "NovaPro", "output", "2.2", "0.0032"),
)


def _millions(day: datetime, month: Month, base: str, *key: str) -> Decimal:
    """Give a day's millions of tokens, whole tokens, fewer at the weekend."""
    rhythm = Decimal("0.55") if day.weekday() > 4 else Decimal(1)
    swing = between("0.88", "1.12", "tokens", day, *key)
    size = Decimal(base) * Decimal(_GROWTH[month]) * rhythm * swing
    return size.quantize(Decimal("0.000001"))


def _sonnet(month: Month) -> Iterator[Line]:
    callers = (
        (SEARCH, _SONNET_REGIONAL, SEARCH_TAGS, "search-answers"),
        (MARKETING, _SONNET_GLOBAL, MARKETING_TAGS, "content-drafts"),
    )
    for day in month.days():
        for account, meters, tags, role in callers:
            for meter, words, base, rate in meters:
                wording = (
                    f"AWS Marketplace software usage|us-east-1|Million {words} Tokens"
                )
                yield usage(
                    account,
                    (day, day + DAY),
                    SONNET,
                    f"USE1-MP:USE1_{meter}-Units",
                    _millions(day, month, base, account, meter),
                    Price(Decimal(rate), "Units", wording),
                    line_item_operation="Usage",
                    line_item_iam_principal=f"arn:aws:iam::{account}:role/{role}",
                    resource_tags=tags,
                )


def _nova(month: Month) -> Iterator[Line]:
    for day in month.days():
        for account, model, side, base, rate in _NOVA:
            wording = f"{dollars(Decimal(rate))} per 1K {side} tokens for {model}"
            yield usage(
                account,
                (day, day + DAY),
                BEDROCK,
                f"USE1-{model}-{side}-tokens",
                _millions(day, month, base, account, model, side) * 1000,
                Price(Decimal(rate), "1K tokens", wording),
                line_item_operation="InvokeModelInference",
                line_item_resource_id="arn:aws:bedrock:us-east-1::foundation-model/"
                f"amazon.{model.lower().replace('nova', 'nova-')}-v1:0",
                resource_tags=SEARCH_TAGS if account == SEARCH else MARKETING_TAGS,
            )


@dataclass(frozen=True, slots=True)
class Used:
    """What one account used of one model on a day, as the bill counts it."""

    day: datetime
    account: str
    model: str
    uncached: int
    cache_read: int
    cache_write: int
    output: int


def used(month: Month) -> Iterator[Used]:
    """Give the tokens of a month, day by day."""
    for day in month.days():
        for account, meters in (
            (SEARCH, _SONNET_REGIONAL),
            (MARKETING, _SONNET_GLOBAL),
        ):
            counts = [
                int(_millions(day, month, base, account, meter) * 1_000_000)
                for meter, _, base, _ in meters
            ]
            uncached, output, read, write = counts
            yield Used(day, account, "Sonnet", uncached, read, write, output)
        for account, model in ((SEARCH, "NovaLite"), (MARKETING, "NovaPro")):
            uncached, output = (
                int(_millions(day, month, base, account, model, side) * 1_000_000)
                for owner, name, side, base, _ in _NOVA
                if (owner, name) == (account, model)
            )
            yield Used(day, account, model, uncached, 0, 0, output)


def below_list(month: Month) -> Decimal:
    """Give what global calls are billed below the list price, which is regional."""
    return sum(
        (
            Decimal(tokens).scaleb(-6) * (Decimal(billed[3]) - Decimal(listed[3]))
            for row in used(month)
            if (row.account, row.model) == (MARKETING, "Sonnet")
            for tokens, billed, listed in zip(
                (row.uncached, row.output, row.cache_read, row.cache_write),
                _SONNET_GLOBAL,
                _SONNET_REGIONAL,
                strict=True,
            )
        ),
        Decimal(0),
    )


def bedrock_lines(month: Month) -> list[Line]:
    """Give every token line of a month."""
    return [*_sonnet(month), *_nova(month)]
