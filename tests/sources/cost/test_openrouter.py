"""OpenRouter: every generation counts once, and its hour keeps every part of a cent."""

import csv
import io
from decimal import Decimal

import duckdb
import pytest

from pipelines.focus.conformance import evaluate
from pipelines.landing.candidates import sniff
from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR
from pipelines.sources.cost.openrouter import SOURCE
from pipelines.sources.registry import COST_SOURCES

SAMPLE = PROJECT_DIR / "sample_exports" / "openrouter"
BASE = {
    "generation_id": "gen-1",
    "created_at": "2026-09-03 05:46:57.713",
    "cost_total": "0.0012",
    "cost_web_search": "0",
    "byok_usage_inference": "0",
    "tokens_prompt": "1000",
    "tokens_completion": "200",
    "tokens_reasoning": "50",
    "tokens_cached": "400",
    "model_permaslug": "openai/gpt-4o-2024-08-06",
    "provider_name": "Azure",
    "user": "somebody",
    "api_key_name": "trials",
}


def activity(*rows):
    """Write activity of rows that differ from BASE in the cells that are given."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(BASE), lineterminator="\n")
    writer.writeheader()
    writer.writerows(BASE | row for row in rows)
    return text.getvalue()


def test_generations_of_an_hour_are_one_charge_with_the_number_of_the_first_row(
    put, convert
):
    later = {"generation_id": "gen-2", "created_at": "2026-09-03 05:59:59.999"}
    put("activity.csv", activity({}, later | {"cost_total": "1.2e-05"}))

    rows = convert(
        SOURCE,
        "2026-09",
        "ChargePeriodStart::varchar, EffectiveCost, ConsumedQuantity, x_PromptTokens, "
        "x_CompletionTokens, x_CachedTokens, x_ReasoningTokens, x_SourceRowNumber",
    )

    cost = Decimal("0.001212")
    assert rows == [("2026-09-03 05:00:00", cost, 2, 2000, 400, 800, 100, 1)]


@pytest.mark.parametrize(
    "other",
    [
        {"created_at": "2026-09-03 06:00:00.000"},
        {"model_permaslug": "openai/gpt-4o-mini"},
        {"provider_name": "OpenAI"},
        {"provider_name": ""},
        {"api_key_name": "chat"},
    ],
)
def test_another_hour_model_provider_or_key_is_another_charge(put, convert, other):
    put("activity.csv", activity({}, {"generation_id": "gen-2"} | other))

    assert convert(SOURCE, "2026-09", "EffectiveCost") == [(Decimal("0.0012"),)] * 2


def test_a_generation_in_two_files_counts_once_as_the_newer_has_it(put, convert):
    put("a.csv", activity({"cost_total": "2"}), hour=5)
    put("b.csv", activity({}, {"generation_id": "gen-2"}), hour=1)

    rows = convert(SOURCE, "2026-09", "EffectiveCost, ConsumedQuantity")

    assert rows == [(Decimal("0.0012"), 1), (Decimal(2), 1)]


def page(*rows):
    """Write a page of the API: rows that differ from one of September 3rd."""
    whole = {
        "date": "2026-09-03",
        "model": "openai/gpt-4o",
        "model_permaslug": "openai/gpt-4o-2024-08-06",
        "endpoint_id": "550e8400-e29b-41d4-a716-446655440000",
        "provider_name": "Azure",
        "usage": 0.015,
        "byok_usage_inference": 0.012,
        "requests": 5,
        "prompt_tokens": 50,
        "completion_tokens": 125,
        "reasoning_tokens": 25,
    }
    return {"data": [whole | row for row in rows]}


def test_a_page_of_the_api_is_one_charge_a_day_model_and_provider(put, convert):
    put("20260904T060000Z/2026-09-03-page-001.json", page({}, {"usage": 1.2e-5}))

    rows = convert(
        SOURCE,
        "2026-09",
        "ChargePeriodStart::varchar, ChargePeriodEnd::varchar, EffectiveCost, "
        "ConsumedQuantity, x_PromptTokens, x_CachedTokens, x_ByokInferenceCost",
    )

    start, end = "2026-09-03 00:00:00", "2026-09-04 00:00:00"
    money = (Decimal("0.015012"), 10, 100, None, Decimal("0.024"))
    assert rows == [(start, end, *money)]


def test_a_newer_page_of_a_day_replaces_it_and_no_other_day(put, convert):
    """When pages were pulled says which is newer, whatever the date of the file is."""
    put("20260904T060000Z/a.json", page({}), hour=9)
    put("20260904T060000Z/b.json", page({"date": "2026-09-02", "usage": 7}), hour=9)
    put("20260905T060000Z/a.json", page({"usage": 2}), hour=1)

    rows = convert(SOURCE, "2026-09", "ChargePeriodStart::date::varchar, EffectiveCost")

    assert rows == [("2026-09-02", Decimal(7)), ("2026-09-03", Decimal(2))]


def test_of_a_day_in_a_csv_and_in_a_page_the_newer_file_counts(put, convert, reasons):
    """The page of the 3rd is newer than the CSV; that of the 4th is older."""
    fourth = {"generation_id": "gen-2", "created_at": "2026-09-04 05:00:00"}
    put("activity.csv", activity({}, fourth), hour=200)
    put("20260905T060000Z/a.json", page({"usage": 3}))
    put("old.json", page({"date": "2026-09-04", "usage": 9}), hour=100)

    rows = convert(SOURCE, "2026-09", "ChargePeriodStart::varchar, EffectiveCost")

    assert rows == [
        ("2026-09-03 00:00:00", Decimal(3)),
        ("2026-09-04 05:00:00", Decimal("0.0012")),
    ]
    assert reasons() == {"a newer file has its day": 2}


def test_generations_of_two_months_in_a_file_are_in_their_own_months(put, convert):
    october = {"generation_id": "gen-2", "created_at": "2026-10-01 00:00:00"}
    put("activity.csv", activity({}, october))

    for period in ("2026-09", "2026-10"):
        assert convert(SOURCE, period, "ConsumedQuantity") == [(1,)]


def test_who_made_a_model_and_who_serves_it_are_both_kept(put, convert):
    put("activity.csv", activity({}))

    rows = convert(
        SOURCE,
        "2026-09",
        "ServiceProviderName, HostProviderName, SkuPriceDetails ->> '$.x_ModelId', "
        "SkuPriceDetails ->> '$.x_ModelDeveloper', x_CredentialId",
    )

    made = ("gpt-4o-2024-08-06", "openai")
    assert rows == [("OpenRouter", "Azure", *made, "trials")]


def test_what_a_key_of_ones_own_costs_elsewhere_is_not_billed_here(put, convert):
    own = {"cost_total": "0", "byok_usage_inference": "0.5"}
    put("activity.csv", activity(own))

    rows = convert(SOURCE, "2026-09", "EffectiveCost, x_ByokInferenceCost")

    assert rows == [(Decimal(0), Decimal("0.5"))]


def test_who_sent_a_request_is_in_no_column(put, convert):
    put("activity.csv", activity({}))

    [row] = convert(SOURCE, "2026-09", "*")

    assert "somebody" not in map(str, row)


@pytest.mark.parametrize(
    ("column", "said", "wanted"),
    [
        ("cost_total", "abc", "'abc', expected a number"),
        ("cost_total", "", "empty, expected a number"),
        ("cost_web_search", "1,5", "'1,5', expected a number"),
        ("tokens_prompt", "many", "'many', expected a number"),
        ("generation_id", "", "empty, expected a value"),
        ("model_permaslug", "", "empty, expected a value"),
    ],
)
def test_a_bad_value_stops_the_month_with_file_row_and_column(
    put, convert, column, said, wanted
):
    bad = {"generation_id": "gen-2", column: said}
    put("router/activity.csv", activity({}, bad))

    with pytest.raises(ExportError) as caught:
        convert(SOURCE, "2026-09", "*")

    place = f"router/activity.csv, row 2: {column} is {wanted}"
    assert place in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (activity({"created_at": "soon"}), "row 1: created_at is 'soon', expected a"),
        (activity({}).replace("cost_total", "cost"), "activity without cost_total"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(put, settings, text, reason):
    put("activity.csv", text)

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "activity.csv" in refusal.reason
    assert reason in refusal.reason


def test_activity_is_claimed_by_nobody_else(put, settings):
    candidate = sniff(put("activity.csv", activity({})), settings.exports_dir)

    owners = [source.name for source in COST_SOURCES if source.claims(candidate)]
    assert owners == ["openrouter"]


@pytest.mark.parametrize("period", ["2026-08", "2026-09", "2026-10"])
def test_the_sample_breaks_no_rule_of_focus(put, settings, period):
    for path in SAMPLE.iterdir():
        put(path.name, path.read_bytes())
    deliveries = scan(settings, [SOURCE]).of(SOURCE, period)

    partition = write_partition(settings, SOURCE, deliveries, period)

    with duckdb.connect() as db:
        judged = evaluate(db, f"read_parquet('{partition.files[0]}')")
    broken = [j.rule.id for j in judged if j.failing and j.rule.severity == "error"]
    assert broken == []
