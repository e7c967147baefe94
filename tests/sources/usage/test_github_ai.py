"""GitHub's AI usage report is usage by user and model, and no second bill."""

import csv
import io
from decimal import Decimal

from pipelines.landing.deliveries import scan
from pipelines.landing.persons import persons_of
from pipelines.sources.cost.github import SOURCE as BILL
from pipelines.sources.usage.github_ai import SOURCE

BASE = {
    "date": "2026-09-03",
    "username": "octo-a",
    "product": "copilot",
    "sku": "copilot_ai_credit",
    "model": "Claude Sonnet 4.5",
    "quantity": "120.5",
    "unit_type": "ai-credits",
    "applied_cost_per_quantity": "0.01",
    "gross_amount": "1.205",
    "discount_amount": "0",
    "net_amount": "1.205",
    "exceeds_quota": "False",
    "total_monthly_quota": "3000",
    "organization": "lumen",
    "repository": "lumen/web",
}


def report(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(BASE), lineterminator="\n")
    writer.writeheader()
    writer.writerows(BASE | row for row in rows)
    return text.getvalue()


def test_credits_and_premium_requests_are_usage_of_a_user(put, convert, settings):
    put("ai.csv", report({}, {"unit_type": "requests", "quantity": "2"}))

    rows = convert(
        SOURCE,
        "2026-09",
        "other_quantity, other_unit, model_id, project_name, user_id, request_count",
    )

    person = persons_of(settings).word("octo-a@users.noreply.github.com")
    said = ("Claude Sonnet 4.5", "web", person, None)
    assert rows == [
        (Decimal(2), "Premium Requests", *said),
        (Decimal("120.5"), "AI Credits", *said),
    ]


def test_a_newer_report_replaces_its_days(put, convert, reasons):
    put("a.csv", report({}, {"date": "2026-09-02"}), hour=1)
    put("b.csv", report({"quantity": "7"}), hour=2)

    rows = convert(SOURCE, "2026-09", "day(window_start), other_quantity")

    assert rows == [(2, Decimal("120.5")), (3, Decimal(7))]
    assert reasons() == {"a newer report has its day": 1}


def test_a_quantity_that_is_none_costs_its_own_row_only(put, convert, reasons):
    put("ai.csv", report({}, {"quantity": "many"}))

    assert convert(SOURCE, "2026-09", "other_quantity") == [(Decimal("120.5"),)]
    assert reasons() == {"quantity is not a number": 1}


def test_only_the_usage_source_takes_it(put, settings):
    put("ai.csv", report({}))

    landing = scan(settings, [BILL, SOURCE])

    assert [d.source for d in landing.deliveries] == ["github_ai"]
