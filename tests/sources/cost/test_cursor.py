"""Cursor: an event counts once, is billed beyond the plan only, and is usage, too."""

import json
from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.persons import persons_of
from pipelines.landing.source import ExportError
from pipelines.sources.cost.cursor import SOURCE

# 2026-09-03 14:22:33.123 UTC.
MOMENT = 1_788_445_353_123
PERSON = "dev-1@example.com"
HEADER = (
    "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),"
    "Cache Read,Output Tokens,Total Tokens,Cost\n"
)


def event(after=0, **fields):
    return {
        "timestamp": str(MOMENT + after),
        "userEmail": PERSON,
        "model": "claude-4.5-sonnet",
        "kind": "Usage-based",
        "isChargeable": True,
        "tokenUsage": {
            "inputTokens": 100,
            "outputTokens": 40,
            "cacheWriteTokens": 60,
            "cacheReadTokens": 900,
            "totalCents": 12.5,
        },
        "chargedCents": 12.75,
    } | fields


def page(*events, number=1, count=1, window="1"):
    paging = {
        "numPages": count,
        "currentPage": number,
        "pageSize": 10,
        "hasNextPage": number < count,
    }
    return {
        "usageEvents": list(events),
        "totalUsageEventsCount": len(events),
        "pagination": paging,
        "period": {"startDate": 0, "endDate": window},
    }


def line(time="2026-09-03T14:22:33.123Z", kind="On-Demand", cost="0.1275", user=PERSON):
    return f"{time},{user},{kind},claude-4.5-sonnet,No,60,100,900,40,1100,{cost}\n"


COSTS = "BilledCost, EffectiveCost, ListCost, ConsumedQuantity, x_UsageType"


def test_cents_with_fractions_are_dollars_and_a_day_is_one_charge(put, convert):
    put("a.json", page(event(), event(1000)))

    # 2 x 12.75 cents.
    cost = Decimal("0.255")
    assert convert(SOURCE, "2026-09", COSTS) == [(cost, cost, cost, 2, "on demand")]


def test_what_a_plan_includes_is_billed_at_nothing(put, convert):
    """chargedCents of such an event is what it takes from the pool."""
    included = {"kind": "Included in Business", "isChargeable": False}
    put("a.json", page(event(), event(1, **included)))

    worth, nothing = Decimal("0.1275"), Decimal(0)
    assert convert(SOURCE, "2026-09", COSTS) == [
        (nothing, nothing, worth, 1, "included"),
        (worth, worth, worth, 1, "on demand"),
    ]


def test_an_own_key_and_a_failed_request_are_no_money_but_usage(put, convert, reasons):
    own = event(1, kind="User API Key", chargedCents=0)
    failed = event(2, kind="Errored, Not Charged", chargedCents=0)
    put("a.json", page(event(), own, failed))

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal("0.1275"),)]
    assert reasons() == {
        "it was paid by an own API key, on the bill of its vendor": 1,
        "it was not charged": 1,
    }


def test_the_same_event_in_a_csv_and_in_the_api_counts_once_with_its_user(
    put, convert, reasons, settings
):
    put("api/20260904T020000Z/1.json", page(event()))
    without_user = HEADER.replace("User,", "") + line(user="").replace(",,", ",", 1)
    put("events.csv", without_user + "", hour=497_000)

    rows = convert(SOURCE, "2026-09", "BilledCost, Tags ->> '$.user'")

    person = persons_of(settings).word(PERSON)
    assert rows == [(Decimal("0.1275"), person)]
    assert reasons() == {"another file has the same event": 1}


def test_two_equal_events_of_one_moment_are_two(put, convert):
    put("a.json", page(event(), event()))

    assert convert(SOURCE, "2026-09", "ConsumedQuantity") == [(2,)]


def test_windows_of_a_pull_that_share_their_edge_have_its_event_once(put, convert):
    put("20260904T020000Z/a-1.json", page(event(), window="5"))
    put("20260904T020000Z/b-1.json", page(event(), event(9), window="9"))

    assert convert(SOURCE, "2026-09", "ConsumedQuantity") == [(2,)]


def test_a_newer_pull_knows_better_what_an_event_cost(put, convert):
    put("20260904T020000Z/1.json", page(event()))
    put("20260905T020000Z/1.json", page(event(chargedCents=13)))

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal("0.13"),)]


@pytest.mark.parametrize(
    ("kind", "cost", "billed"),
    [
        ("On-Demand", "$0.13", "0.13"),
        ("Included", "Included", "0"),
        ("Included", "0.13", "0"),
        ("Included", "-", "0"),
        ("", "Included", "0"),
        ("", "0.13", "0.13"),
        ("On-Demand", '"-$1,234.56"', "-1234.56"),
        ("User API Key", "0.13", None),
        ("On-Demand", "-", None),
        ("On-Demand", "", None),
        ("No Charge", "0.13", None),
    ],
)
def test_costs_of_the_csv_are_numbers_or_words(put, convert, kind, cost, billed):
    put("events.csv", HEADER + line(kind=kind, cost=cost))

    expected = [] if billed is None else [(Decimal(billed),)]
    assert convert(SOURCE, "2026-09", "BilledCost") == expected


def test_a_cost_that_no_file_states_is_left_out_by_name_and_not_0(
    put, convert, reasons
):
    put("events.csv", HEADER + line() + line(time="2026-09-03T15:00:00Z", cost="-"))

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal("0.1275"),)]
    assert reasons() == {"its cost is not stated": 1}


def test_cursor_s_fee_for_the_tokens_of_an_own_key_is_billed(put, convert):
    """The rest of chargedCents is on the bill of the key's vendor."""
    own = {"kind": "User API Key", "chargedCents": 12.75, "cursorTokenFee": 1.18}
    free = own | {"isChargeable": False}
    put("a.json", page(event(**own), event(1, **free)))

    fee = Decimal("0.0118")
    assert convert(SOURCE, "2026-09", COSTS) == [(fee, fee, fee, 1, "own key")]


def test_a_counter_that_the_api_leaves_out_is_the_0_of_the_csv(put, convert, reasons):
    put("api/1.json", page(event(tokenUsage={"inputTokens": 100, "outputTokens": 40})))
    put("events.csv", HEADER + line().replace("60,100,900,40,1100", "0,100,0,40,140"))

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal("0.1275"),)]
    assert reasons() == {"another file has the same event": 1}


def test_a_word_as_the_cost_to_you_says_who_pays(put, convert):
    header = HEADER.replace("Kind,", "").rstrip() + ",Cost to you\n"
    row = line(cost="$0.13").replace("On-Demand,", "").rstrip() + ",Included\n"
    put("events.csv", header + row)

    columns = "BilledCost, ListCost"
    assert convert(SOURCE, "2026-09", columns) == [(Decimal(0), Decimal("0.13"))]


def test_a_missing_page_is_refused_by_its_number(put, settings):
    put("20260904T020000Z/1.json", page(event(), number=1, count=3))
    put("20260904T020000Z/3.json", page(event(5), number=3, count=3))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "page 2 of 3 is missing" in refusal.reason


def test_a_cost_that_is_no_number_stops_the_month(put, convert):
    put("events.csv", HEADER + line(cost="12.a"))

    with pytest.raises(ExportError, match=r"events.csv, row 1: cost is '12.a'"):
        convert(SOURCE, "2026-09", "*")


def test_prompts_are_not_read(put, convert, settings):
    put("a.json", json.dumps(page(event(prompt="MARKER-TEXT"))))

    convert(SOURCE, "2026-09", "*")

    written = b"".join(
        p.read_bytes() for p in settings.home_dir.rglob("*") if p.is_file()
    )
    assert b"MARKER-TEXT" not in written
