"""OpenRouter's activity by the day: what is counted, and what its pages do not say."""

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.sources.registry import all_sources
from pipelines.sources.usage.openrouter_activity import SOURCE

ROW = {
    "date": "2026-09-03",
    "model": "openai/gpt-4o",
    "model_permaslug": "openai/gpt-4o-2024-08-06",
    "endpoint_id": "550e8400-e29b-41d4-a716-446655440000",
    "provider_name": "Azure",
    "usage": 0.015,
    "byok_usage_inference": 0,
    "requests": 5,
    "prompt_tokens": 50,
    "completion_tokens": 125,
    "reasoning_tokens": 25,
}


def page(*rows):
    return {"data": [ROW | row for row in rows]}


def test_a_row_is_a_day_of_a_model_and_its_prompts_are_of_no_known_class(put, convert):
    put("a.json", page({}))

    rows = convert(
        SOURCE,
        "2026-09",
        "window_start::varchar, window_end::varchar, provider_name, model_id, "
        "request_count, output_tokens, reasoning_tokens, input_uncached_tokens, "
        "input_cache_read_tokens, other_quantity, other_unit",
    )

    window = ("2026-09-03 00:00:00", "2026-09-04 00:00:00")
    known = ("OpenRouter", "gpt-4o-2024-08-06", 5, 125, 25)
    assert rows == [(*window, *known, None, None, 50, "Prompt Tokens")]


def test_a_newer_page_has_all_of_its_day(put, convert, reasons):
    put("20260904T060000Z/a.json", page({}, {"model_permaslug": "x/y"}), hour=9)
    put("20260905T060000Z/a.json", page({"requests": 7}), hour=1)

    assert convert(SOURCE, "2026-09", "request_count") == [(7,)]
    assert reasons() == {"a newer page has its day": 2}


def test_a_page_is_a_bill_and_a_usage_and_nothing_else(put, settings):
    put("a.json", page({}))

    landing = scan(settings, all_sources(settings))

    assert landing.refusals == ()
    owners = sorted(delivery.source for delivery in landing.deliveries)
    assert owners == ["openrouter", "openrouter_activity"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"requests": "many"}, "row 1: requests is 'many', expected a whole number"),
        ({"model_permaslug": ""}, "row 1: model_permaslug is empty, expected a value"),
    ],
)
def test_a_cell_that_cannot_be_read_stops_the_month(put, convert, bad, said):
    put("a.json", page(bad))

    with pytest.raises(ExportError) as caught:
        convert(SOURCE, "2026-09", "*")

    assert f"a.json, {said}" in str(caught.value)
