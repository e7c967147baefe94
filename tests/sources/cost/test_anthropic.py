"""Anthropic's bill: amounts in cents, meters without quantities, restated days."""

import json
from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.sources.cost.anthropic import SOURCE


def cost(amount, token_type="uncached_input_tokens", **fields):
    return {
        "amount": amount,
        "currency": "USD",
        "workspace_id": "wrkspc_a",
        "description": "Claude Sonnet 4.5 Usage",
        "cost_type": "tokens",
        "model": "claude-sonnet-4-5-20250929",
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "global",
        "token_type": token_type,
    } | fields


def page(day, *results):
    bucket = {
        "starting_at": f"{day}T00:00:00Z",
        "ending_at": f"{day}T23:59:59Z",
        "results": list(results),
    }
    return json.dumps({"data": [bucket], "has_more": False, "next_page": None})


def test_an_amount_in_cents_is_not_read_as_dollars(put, convert):
    """123.78912 cents are 1.2378912 dollars; the usual mistake is 100 times that."""
    put("page.json", page("2026-08-31", cost("123.78912")))

    rows = convert(SOURCE, "2026-08", "BilledCost, x_SourceCost, BillingCurrency")

    assert rows == [(Decimal("1.2378912"), Decimal("1.2378912"), "USD")]


@pytest.mark.parametrize(
    ("token_type", "expected"),
    [
        ("uncached_input_tokens", ("Input Tokens", "Input", "Uncached")),
        ("cache_read_input_tokens", ("Cache Read Input Tokens", "Input", "Read")),
        (
            "cache_creation.ephemeral_5m_input_tokens",
            ("Cache Write Input Tokens", "Input", "Write"),
        ),
        (
            "cache_creation.ephemeral_1h_input_tokens",
            ("Cache Write 1h Input Tokens", "Input", "Write"),
        ),
        ("output_tokens", ("Output Tokens", "Output", None)),
    ],
)
def test_a_token_type_is_a_meter_without_a_quantity(put, convert, token_type, expected):
    put("page.json", page("2026-08-31", cost("1", token_type)))

    rows = convert(
        SOURCE,
        "2026-08",
        "SkuMeter, SkuPriceDetails ->> '$.x_TokenDirection', "
        "SkuPriceDetails ->> '$.x_TokenCacheAction', ConsumedQuantity",
    )

    assert rows == [(*expected, None)]


def test_a_search_is_a_charge_without_a_model(put, convert):
    search = cost("50.5", None, model=None, cost_type="web_search", workspace_id=None)
    put("page.json", page("2026-08-31", search))

    rows = convert(
        SOURCE, "2026-08", "BilledCost, SkuPriceDetails, SubAccountId, SkuMeter"
    )

    assert rows == [(Decimal("0.505"), None, None, "web_search")]


def test_a_day_that_a_newer_pull_has_again_replaces_the_older_one(put, convert):
    put("20260902T020000Z/page.json", page("2026-08-31", cost("100")))
    put("20260903T020000Z/page.json", page("2026-08-31", cost("300")))

    assert convert(SOURCE, "2026-08", "BilledCost") == [(Decimal(3),)]


def test_a_broken_page_is_refused_by_name_with_what_was_expected(put, settings):
    put("cost.json", '{"data": [{"starting_at": "2026-08-31", "amount": "1"')

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "cost.json is no page of the cost or usage report" in refusal.reason
    assert '"starting_at"' in refusal.reason
