"""List prices of genai-prices: only of models in use, dated, by the bill's names."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from pipelines.ledger.partitions import write_partition, write_stub
from pipelines.reference.list_prices import equivalents_of, record_list_prices, swaps_of

STANDARD_2026 = "processing_tier = 'standard' and valid_from <= date '2026-08-01'"


@pytest.fixture
def listed(settings, invent):
    """Record the list prices of billed models; give columns of theirs."""

    def prices(models, columns, where=STANDARD_2026):
        select = " union all ".join(
            f"select '{provider}' as ServiceProviderName, "
            f"json_object('x_ModelId', '{model}') as SkuPriceDetails"
            for provider, model in models
        )
        write_partition(settings, invent(select=lambda *_: select), [], "2026-08")
        write_stub(settings.ledger_dir, "model_usage")
        record_list_prices(settings)
        prices_file = settings.reference_file("list_prices")
        names = ", ".join(f"'{model}'" for _, model in models)
        with duckdb.connect() as db:
            return db.execute(
                f"select {columns} from '{prices_file}' "
                f"where {where} and model_id in ({names}) order by all"
            ).fetchall()

    return prices


def test_a_dated_model_has_the_price_that_its_vendor_lists(listed):
    rows = listed(
        [("OpenAI", "gpt-4o-2024-08-06")], "sku_meter, price_per_1m_tokens, valid_from"
    )

    assert rows == [
        ("Cache Read Input Tokens", Decimal("1.25"), date(2000, 1, 1)),
        ("Input Tokens", Decimal("2.5"), date(2000, 1, 1)),
        ("Output Tokens", Decimal(10), date(2000, 1, 1)),
    ]


def test_a_cloud_s_own_name_of_a_model_finds_its_price(listed):
    rows = listed([("AWS", "NovaLite")], "sku_meter, price_per_1m_tokens")

    assert ("Input Tokens", Decimal("0.06")) in rows
    assert ("Output Tokens", Decimal("0.24")) in rows


def test_the_price_below_any_context_tier_counts(listed):
    rows = listed(
        [("Anthropic", "claude-sonnet-4-5-20250929")], "sku_meter, price_per_1m_tokens"
    )

    assert ("Input Tokens", Decimal(3)) in rows


def test_a_tier_s_price_begins_where_its_history_does(listed):
    rows = listed(
        [("OpenAI", "gpt-4o-2024-08-06")],
        "sku_meter, price_per_1m_tokens, valid_from",
        "processing_tier = 'batch'",
    )

    assert rows == [
        ("Input Tokens", Decimal("1.25"), date(2026, 10, 14)),
        ("Output Tokens", Decimal(5), date(2026, 10, 14)),
    ]


def test_a_model_that_no_list_has_is_left_out(listed):
    assert listed([("OpenAI", "our-own-model"), ("Nobody", "x")], "*") == []


def test_a_model_in_use_brings_the_smaller_one_that_could_stand_in_for_it():
    in_use = [("AWS", "NovaPro"), ("Nobody", "gpt-4o-2024-08-06")]

    assert swaps_of(in_use) == [("AWS", "NovaLite")]


def test_what_could_stand_in_for_a_model_of_our_own_is_listed_too():
    in_use = [("self-hosted", "qwen2.5-7b-instruct"), ("OpenRouter", "llama")]

    assert equivalents_of(in_use) == [("OpenRouter", "qwen/qwen-2.5-7b-instruct")]
