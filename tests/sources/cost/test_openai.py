"""OpenAI's bill: documented pages, restated days, units, and exact amounts."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.sources.cost.openai import SOURCE

DOCUMENTED = "openai/openapi_example_organization_costs.json"


def cost(value, line_item="gpt-4o-2024-08-06, input", **fields):
    return {
        "object": "organization.costs.result",
        "amount": {"value": value, "currency": "usd"},
        "line_item": line_item,
        "project_id": "proj_a",
    } | fields


@pytest.fixture
def put_costs(put, page, convert):
    """Convert one result of a day in August; give columns of its charges."""

    def rows(result, columns):
        put("page.json", page("2026-08-31", result))
        return convert(SOURCE, "2026-08", columns)

    return rows


def test_the_documented_page_is_one_charge_of_six_cents(real_exports, put, convert):
    put("costs.json", (real_exports / DOCUMENTED).read_bytes())

    rows = convert(
        SOURCE,
        "2024-11",
        "BilledCost, EffectiveCost, BillingCurrency, cast(ChargePeriodStart as text), "
        "SubAccountId, ConsumedQuantity, ChargeDescription",
    )

    six_cents = Decimal("0.06")
    assert rows == [
        (six_cents, six_cents, "USD", "2024-11-01 00:00:00", None, None, "OpenAI API")
    ]


def test_a_day_that_a_newer_pull_has_again_replaces_the_older_one(put, page, convert):
    first, again = "20260902T020000Z", "20260903T020000Z"
    put(f"{first}/page-1.json", page("2026-08-30", cost(1)))
    put(f"{first}/page-2.json", page("2026-08-31", cost(2), cost(3)))
    put(f"{again}/page-1.json", page("2026-08-31", cost(20)))

    rows = convert(SOURCE, "2026-08", "BilledCost")

    assert rows == [(Decimal(1),), (Decimal(20),)]


def test_a_newer_bucket_of_another_width_replaces_all_that_it_overlaps(
    put, page, convert
):
    put("20260902T020000Z/page.json", page("2026-08-01", cost(1)))
    put("20260903T020000Z/page.json", page("2026-08-01", cost(30), days=30))

    assert convert(SOURCE, "2026-08", "BilledCost") == [(Decimal(30),)]


def test_a_day_that_a_newer_pull_has_empty_keeps_its_charges(put, page, convert):
    put("20260902T020000Z/page.json", page("2026-08-31", cost(2)))
    put("20260903T020000Z/page.json", page("2026-08-31"))

    assert convert(SOURCE, "2026-08", "BilledCost") == [(Decimal(2),)]


def test_pages_of_one_pull_never_replace_each_other(put, page, convert):
    pull = "20260902T020000Z"
    put(f"{pull}/page-1.json", page("2026-08-31", cost(1, project_id="proj_a")))
    put(f"{pull}/page-2.json", page("2026-08-31", cost(2, project_id="proj_b")))

    rows = convert(SOURCE, "2026-08", "SubAccountId, BilledCost")

    assert rows == [("proj_a", Decimal(1)), ("proj_b", Decimal(2))]


def test_equal_results_are_two_charges(put, page, convert):
    put("page.json", page("2026-08-31", cost(1), cost(1)))

    assert convert(SOURCE, "2026-08", "BilledCost") == [(Decimal(1),)] * 2


def test_a_month_has_only_its_own_days_and_the_first_of_the_next_is_not_one(
    put, page, convert
):
    put("1.json", page("2026-08-31", cost(1)))
    put("2.json", page("2026-09-01", cost(2)))

    assert convert(SOURCE, "2026-08", "BilledCost") == [(Decimal(1),)]
    assert convert(SOURCE, "2026-09", "BilledCost, BillingPeriodEnd::date::text") == [
        (Decimal(2), "2026-10-01")
    ]


@pytest.mark.parametrize(
    "number", ["6e-05", "1E-12", "9.77163125", "-0.000001", "1234567.00000001"]
)
def test_amounts_keep_every_decimal_however_json_writes_them(
    number, put, page, convert
):
    text = str(page("2026-08-31", cost("AMOUNT"))).replace("'AMOUNT'", number)
    put("page.json", text.replace("'", '"').replace("False", "false"))

    assert convert(SOURCE, "2026-08", "BilledCost") == [(Decimal(number),)]


def test_money_in_text_is_money(put, page, convert):
    put("page.json", page("2026-08-31", cost("0.100000000000")))

    assert convert(SOURCE, "2026-08", "BilledCost") == [(Decimal("0.1"),)]


@pytest.mark.parametrize(
    ("unit", "quantity", "counted"),
    [
        ("tokens", 2_500_000, ("2500000", "Tokens", "2.5", "1000000 Tokens")),
        ("1000_tokens", 2_500, ("2500000", "Tokens", "2.5", "1000000 Tokens")),
        ("duration_minutes", 90, ("90", "Minutes", "90", "Minutes")),
        ("images", 3, ("3", "Images", "3", "Images")),
    ],
)
def test_quantities_are_counted_in_their_unit(unit, quantity, counted, put_costs):
    result = cost(1, quantity=quantity, quantity_unit=unit)

    rows = put_costs(
        result, "ConsumedQuantity, ConsumedUnit, PricingQuantity, PricingUnit"
    )

    consumed, consumed_unit, priced, pricing_unit = counted
    assert rows == [(Decimal(consumed), consumed_unit, Decimal(priced), pricing_unit)]


@pytest.mark.parametrize(
    ("line_item", "meter", "tier"),
    [
        ("gpt-4o-2024-08-06, input", "Input Tokens", "standard"),
        ("gpt-4o-2024-08-06, cached input", "Cache Read Input Tokens", "standard"),
        ("gpt-4o-2024-08-06, output", "Output Tokens", "standard"),
        ("gpt-4o-2024-08-06, batch, output", "Output Tokens", "batch"),
        ("gpt-4o-2024-08-06, flex, input", "Input Tokens", "flex"),
    ],
)
def test_the_line_item_says_model_meter_and_tier(line_item, meter, tier, put_costs):
    rows = put_costs(
        cost(1, line_item),
        "SkuMeter, x_ProcessingTier, SkuPriceDetails ->> '$.x_ModelId'",
    )

    assert rows == [(meter, tier, "gpt-4o-2024-08-06")]


def test_what_is_no_model_is_charged_under_its_own_name(put, page, convert):
    put("page.json", page("2026-08-31", cost(4, "Assistants API | File Search")))

    rows = convert(SOURCE, "2026-08", "BilledCost, SkuMeter, SkuPriceDetails")

    assert rows == [(Decimal(4), "Assistants API | File Search", None)]


def test_every_charge_says_where_it_came_from(put, page, convert):
    put("page.json", page("2026-08-31", cost(1), cost(2)))

    rows = convert(
        SOURCE, "2026-08", "BilledCost, x_SourceRowNumber, x_SourceName, x_DeliveryId"
    )

    assert [row[:3] for row in rows] == [(1, 1, "openai"), (2, 2, "openai")]
    assert {row[3][:7] for row in rows} == {"openai-"}


@pytest.mark.parametrize(
    "broken",
    [
        '{"object": "page", "data": [{"object": "bucket", "start_',
        '{"object": "page", "data": "organization.costs.result"}',
        '{"object": "page", "data": [{"end_time": 1}]}',
    ],
    ids=["cut off", "no list", "no start"],
)
def test_a_broken_page_is_refused_by_name_with_what_was_expected(broken, put, settings):
    put("costs/page-7.json", broken)

    landing = scan(settings, [SOURCE])

    [refusal] = landing.refusals
    assert refusal.source == "openai"
    assert "costs/page-7.json is no page of the Costs or Usage API" in refusal.reason
    assert '"start_time"' in refusal.reason


def test_an_amount_that_is_no_number_stops_the_conversion_by_file(put, page, settings):
    put("costs.json", page("2026-08-31", cost("twelve")))
    landing = scan(settings, [SOURCE])

    with pytest.raises(Exception, match=r"openai 2026-08: cannot convert costs.json"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")


@pytest.mark.parametrize(
    ("line_item", "unit", "meter", "model"),
    [
        ("gpt-4o-mini, training", "tokens", "Fine-Tuning Tokens", "gpt-4o-mini"),
        ("o4-mini, fine-tuning", "duration_hours", "Fine-Tuning", "o4-mini"),
        ("ft:gpt-4o-mini:acme, input", "tokens", "Input Tokens", "ft:gpt-4o-mini:acme"),
    ],
)
def test_training_is_no_call_and_a_call_of_a_tuned_model_no_training(
    line_item, unit, meter, model, put_costs
):
    rows = put_costs(
        cost(6, line_item, quantity=2_000_000, quantity_unit=unit),
        "SkuMeter, SkuPriceDetails ->> 'x_ModelId', "
        "SkuPriceDetails ->> 'x_TokenDirection'",
    )

    direction = "Input" if meter == "Input Tokens" else None
    assert rows == [(meter, model, direction)]


@pytest.mark.parametrize(
    ("line_item", "meter", "direction"),
    [
        ("gpt-4o-audio-preview, audio input", "Audio Input Tokens", "Input"),
        ("gpt-4o-audio-preview, audio output", "Audio Output Tokens", "Output"),
        # The model's name is no word of the meter.
        ("gpt-4o-audio-preview, input", "Input Tokens", "Input"),
        ("gpt-image-1, output", "Output Tokens", "Output"),
        ("gpt-image-1, image output", "Image Output Tokens", "Output"),
        (
            "gpt-realtime, cached audio input",
            "Audio Cache Read Input Tokens",
            "Input",
        ),
    ],
)
def test_audio_and_images_are_meters_of_their_own(
    line_item, meter, direction, put_costs
):
    rows = put_costs(
        cost(1, line_item=line_item),
        "SkuMeter, SkuPriceDetails ->> '$.x_TokenDirection', "
        "SkuPriceDetails ->> '$.x_ModelId'",
    )

    assert rows == [(meter, direction, line_item.partition(",")[0])]
