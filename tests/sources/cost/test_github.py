"""GitHub: the same money in several reports counts once, and a user is a person."""

import csv
import io
import json
from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.persons import persons_of
from pipelines.landing.source import ExportError
from pipelines.sources.cost.github import SOURCE

BASE = {
    "date": "2026-09-03",
    "product": "copilot",
    "sku": "copilot_ai_credit",
    "quantity": "1000",
    "unit_type": "ai-credits",
    "applied_cost_per_quantity": "0.01",
    "gross_amount": "10.00",
    "discount_amount": "4.00",
    "net_amount": "6.00",
    "organization": "lumen",
    "repository": "lumen/web",
    "cost_center_name": "",
}
SEAT = {
    "sku": "copilot_for_business",
    "quantity": "0.1",
    "unit_type": "user-months",
    "applied_cost_per_quantity": "19",
    "gross_amount": "1.90",
    "discount_amount": "0",
    "net_amount": "1.90",
    "repository": "",
}
DETAILED = {"username": "octo-a", "workflow_path": ""}


def report(*rows, base=BASE):
    """Write a report of rows that differ from the base in the cells that are given."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(base), lineterminator="\n")
    writer.writeheader()
    writer.writerows(base | row for row in rows)
    return text.getvalue()


def page(*items):
    base = {
        "date": "2026-09-03T00:00:00Z",
        "product": "Copilot",
        "sku": "copilot_ai_credit",
        "quantity": 1000,
        "unitType": "ai-credits",
        "pricePerUnit": 0.01,
        "grossAmount": 10,
        "discountAmount": 4,
        "netAmount": 6.0,
        "organizationName": "lumen",
        "repositoryName": "web",
    }
    return json.dumps({"usageItems": [base | item for item in items]})


def test_what_a_plan_includes_is_the_discount_and_the_rest_is_billed(put, convert):
    put("report.csv", report({}))

    rows = convert(
        SOURCE,
        "2026-09",
        "ChargePeriodStart::varchar, BilledCost, EffectiveCost, ListCost, "
        "ChargeCategory, ServiceName, Tags ->> '$.repository', SubAccountId",
    )

    six, ten = Decimal(6), Decimal(10)
    said = ("Usage", "GitHub Copilot", "web", "lumen")
    assert rows == [("2026-09-03 00:00:00", six, six, ten, *said)]


def test_a_seat_is_a_purchase_of_a_part_of_a_month(put, convert):
    put("report.csv", report(SEAT))

    rows = convert(
        SOURCE,
        "2026-09",
        "ChargeCategory, ChargeFrequency, BilledCost, PricingQuantity, PricingUnit, "
        "ConsumedQuantity, x_LineItemType",
    )

    assert rows == [
        (
            "Purchase",
            "Recurring",
            Decimal("1.9"),
            Decimal("0.1"),
            "user-months",
            None,
            "Seat",
        )
    ]


def test_a_user_is_a_hash_in_the_ledger(put, convert, settings):
    put("report.csv", report(DETAILED, base=BASE | DETAILED))

    [(user,)] = convert(SOURCE, "2026-09", "Tags ->> '$.user'")

    assert user == persons_of(settings).word("octo-a@users.noreply.github.com")
    written = b"".join(p.read_bytes() for p in settings.ledger_dir.rglob("*.parquet"))
    assert b"octo-a" not in written


def test_a_detailed_report_that_says_the_same_counts_although_it_is_older(
    put, convert, reasons
):
    half = {"gross_amount": "5", "discount_amount": "2", "net_amount": "3"}
    put("detailed.csv", report(half, half, base=BASE | DETAILED), hour=1)
    put("summarized.csv", report({}), hour=2)

    rows = convert(SOURCE, "2026-09", "BilledCost, Tags ->> '$.user' is not null")

    assert rows == [(Decimal(3), True), (Decimal(3), True)]
    assert reasons() == {"another report of the same organization and day counts": 1}


def test_a_newer_report_that_says_more_of_a_day_counts(put, convert):
    """The detailed one was made while the day was still running."""
    put("detailed.csv", report({}, base=BASE | DETAILED), hour=1)
    put("summarized.csv", report({"net_amount": "7", "gross_amount": "11"}), hour=2)

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal(7),)]


def test_a_pull_of_the_api_and_a_report_of_the_same_day_count_once(put, convert):
    put("report.csv", report({}, {"date": "2026-09-04"}))
    put("github/20260905T030000Z/lumen-2026-09-03.json", page({}))

    rows = convert(SOURCE, "2026-09", "day(ChargePeriodStart), BilledCost")

    assert rows == [(3, Decimal(6)), (4, Decimal(6))]


def test_organizations_are_apart_and_files_of_one_pull_add_up(put, convert):
    place = "github/20260905T030000Z/"
    put(place + "a.json", page({}, {"organizationName": "other"}))
    put(place + "b.json", page({"date": "2026-09-04T00:00:00Z"}))
    put("report.csv", report({}))

    assert convert(SOURCE, "2026-09", "sum(BilledCost)") == [(Decimal(18),)]


def test_older_names_of_columns_are_read(put, convert):
    old = {"usage_at": "2026-09-03"} | {k: v for k, v in BASE.items() if k != "date"}
    put("old.csv", report({}, base=old | {"username": "a", "workflow_name": "ci"}))

    [(cost, workflow)] = convert(SOURCE, "2026-09", "BilledCost, Tags ->> '$.workflow'")

    assert (cost, workflow) == (Decimal(6), "ci")


def test_a_time_within_the_day_or_a_login_in_other_letters_is_no_other_report(
    put, convert, reasons
):
    old = {"usage_at": "2026-09-03 10:11:12"}
    old |= {name: value for name, value in BASE.items() if name != "date"}
    put("old.csv", report({}, {"usage_at": "2026-09-03 15:00:00"}, base=old), hour=1)
    put("new.csv", report({"organization": "Lumen", "net_amount": "7"}), hour=2)

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal(7),)]
    assert reasons() == {"another report of the same organization and day counts": 2}


def test_the_ai_usage_report_is_no_second_bill(put, settings):
    more = {"model": "Claude Sonnet 4.5", "aic_quantity": "1", "exceeds_quota": "False"}
    put("ai.csv", report({}, base=BASE | more))

    assert scan(settings, [SOURCE]).deliveries == ()


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"net_amount": "free"}, "row 1: net_amount is 'free', expected a number"),
        ({"gross_amount": ""}, "row 1: gross_amount is empty, expected a number"),
        ({"sku": ""}, "row 1: sku is empty, expected a value"),
    ],
)
def test_a_bad_value_stops_the_month_with_file_row_and_column(
    put, convert, change, wanted
):
    put("report.csv", report(change))

    with pytest.raises(ExportError, match=r"report\.csv") as caught:
        convert(SOURCE, "2026-09", "*")

    assert wanted in str(caught.value)


def test_a_row_without_a_day_is_refused(put, settings):
    put("report.csv", report({"date": "soon"}))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "report.csv, row 1: date is 'soon', expected a time" in refusal.reason


def test_a_pull_without_items_is_no_fault(put, settings):
    put("github/20260905T030000Z/lumen.json", {"usageItems": []})

    assert scan(settings, [SOURCE]).refusals == ()
