"""Values that cannot be true stop the month, naming file, row and column."""

import pytest

from pipelines.landing.source import ExportError

GOOD = ({}, {})


def refused(cur, exports, ledger, changes, kind="csv"):
    rows = [cur.row(**each) for each in (*GOOD, changes)]
    if kind == "csv":
        cur.csv(exports / "report-1.csv.gz", rows)
    else:
        cur.parquet(exports / "report-1.parquet", rows)
    with pytest.raises(ExportError) as refusal:
        ledger(exports)
    return str(refusal.value)


@pytest.mark.parametrize("cost", ["1,5", "NaN", "inf", "-Infinity", "n/a", ""])
def test_a_cost_that_is_no_number_is_refused(cur, exports, ledger, cost):
    changes = {"line_item_unblended_cost": cost}

    message = refused(cur, exports, ledger, changes)

    shown = f"'{cost}'" if cost else "empty"
    assert "report-1.csv.gz, row 3 of the delivery: " in message
    assert f"lineItem/UnblendedCost is {shown}, expected a number" in message


@pytest.mark.parametrize("cost", ["nan", "inf", "-inf"])
def test_a_cost_that_is_no_number_is_refused_in_parquet_too(cur, exports, ledger, cost):
    changes = {"line_item_unblended_cost": cost}

    message = refused(cur, exports, ledger, changes, "parquet")

    assert "report-1.parquet, row 3 of the delivery: " in message
    assert f"line_item_unblended_cost is '{cost}', expected a number" in message


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("line_item_usage_amount", "lineItem/UsageAmount"),
        ("reservation_effective_cost", "reservation/EffectiveCost"),
        ("savings_plan_used_commitment", "savingsPlan/UsedCommitment"),
    ],
)
def test_any_other_amount_that_is_no_number_is_refused(
    cur, exports, ledger, name, header
):
    message = refused(cur, exports, ledger, {name: "much"})

    assert "report-1.csv.gz, row 3 of the delivery: " in message
    assert f"{header} is 'much', expected a number" in message


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"bill_payer_account_id": ""},
            "bill/PayerAccountId is empty, expected a value",
        ),
        (
            {"line_item_line_item_type": ""},
            "lineItem/LineItemType is empty, expected a value",
        ),
        (
            {"line_item_currency_code": "USX"},
            "lineItem/CurrencyCode is 'USX', expected a currency code of ISO 4217",
        ),
        (
            {"line_item_currency_code": ""},
            "lineItem/CurrencyCode is empty, expected a currency code of ISO 4217",
        ),
        (
            {"line_item_usage_start_date": "yesterday"},
            "lineItem/UsageStartDate is 'yesterday', expected a time",
        ),
        (
            {"bill_billing_period_end_date": ""},
            "bill/BillingPeriodEndDate is empty, expected a time",
        ),
        (
            {"bill_billing_period_start_date": "2026-07-01T00:00:00Z"},
            (
                "bill/BillingPeriodStartDate is 2026-07-01T00:00:00Z, expected a day "
                "of 2026-08, the period of the delivery"
            ),
        ),
    ],
)
def test_a_row_without_a_place_a_time_or_a_currency_is_refused(
    cur, exports, ledger, changes, complaint
):
    message = refused(cur, exports, ledger, changes)

    assert f"report-1.csv.gz, row 3 of the delivery: {complaint}" in message


def test_every_real_currency_is_accepted(cur, exports, ledger):
    cur.csv(exports / "r.csv", [cur.row(line_item_currency_code="BRL")])

    assert [charge.BillingCurrency for charge in ledger(exports)] == ["BRL"]


def test_covered_usage_whose_effective_cost_was_left_out_is_refused(
    cur, exports, ledger
):
    changes = {"line_item_line_item_type": "SavingsPlanCoveredUsage"}

    message = refused(cur, exports, ledger, changes)

    assert "row 3 of the delivery: a SavingsPlanCoveredUsage row without" in message


def test_a_zip_that_unpacks_to_far_more_than_a_report_is_refused(cur, exports, ledger):
    rows = [cur.row(line_item_resource_id="0" * 1_000_000)] * 20
    cur.zip(exports / "report-1.csv.zip", rows)

    with pytest.raises(ExportError, match=r"report-1\.csv\.zip: unpacks to"):
        ledger(exports)
