"""The same rows in every spelling: headers, dates, tags, formats, refusals."""

import json
from decimal import Decimal

import pytest

from pipelines.landing.source import ExportError


def spelled(row, **headers):
    return {headers.get(name, name): value for name, value in row.items()}


def test_headers_may_be_localised_aliased_and_begin_with_a_bom(azure, exports, ledger):
    row = spelled(
        azure.row(),
        SubscriptionId="Abonnement-ID (SubscriptionId)",
        CostInBillingCurrency="Cost",
        ProductName="product",
        BillingCurrencyCode="BillingCurrency",
        ResourceGroup="Ressourcengruppe (ResourceGroup)",
    )
    azure.csv(exports / "details.csv.gz", [row], bom=True)

    (charge,) = ledger(exports)
    assert (charge.SubAccountId, charge.BilledCost) == ("s-1", Decimal("2.4"))
    assert charge.ChargeDescription == "Virtual Machines - D2"
    assert charge.x_ResourceGroupName == "RG"


def test_parquet_says_the_same_as_csv(azure, exports, ledger):
    azure.parquet(exports / "details.parquet", [azure.row(), azure.row()])

    charges = ledger(exports)
    assert [c.BilledCost for c in charges] == [Decimal("2.4")] * 2
    assert [c.x_SourceRowNumber for c in charges] == [1, 2]
    assert str(charges[0].ChargePeriodStart) == "2026-08-15 00:00:00"
    assert str(charges[0].BillingPeriodEnd) == "2026-09-01 00:00:00"


def test_money_is_never_rounded_through_floating_point(azure, converted):
    (charge, small) = converted(
        azure.row(CostInBillingCurrency="1234567890123.123456789012"),
        azure.row(CostInBillingCurrency="5.64902E-05"),
    )

    assert charge.BilledCost == Decimal("1234567890123.123456789012")
    assert small.BilledCost == Decimal("0.0000564902")


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("08/15/2026", "08/01/2026", "08/31/2026"),
        ("8/15/2026", "8/1/2026", "8/31/2026"),
        ("15/08/2026", "01/08/2026", "31/08/2026"),
        ("2026-08-15", "2026-08-01", "2026-08-31"),
        ("2026-08-15 00:00:00", "2026-08-01T00:00:00", "2026-08-31T00:00:00Z"),
        ("08/15/2026 00:00:00", "08/01/2026", "08/31/2026"),
    ],
)
def test_dates_are_read_as_the_whole_file_writes_them(
    azure, converted, day, first, last
):
    (charge,) = converted(
        azure.row(Date=day, BillingPeriodStartDate=first, BillingPeriodEndDate=last)
    )

    assert str(charge.ChargePeriodStart) == "2026-08-15 00:00:00"
    assert str(charge.BillingPeriodStart) == "2026-08-01 00:00:00"
    assert str(charge.BillingPeriodEnd) == "2026-09-01 00:00:00"


def without_period(azure, *days):
    rows = [azure.row(Date=day) for day in days]
    for row in rows:
        del row["BillingPeriodStartDate"], row["BillingPeriodEndDate"]
    return rows


def test_one_day_after_the_twelfth_decides_for_all(azure, exports, ledger):
    azure.csv(exports / "d.csv", without_period(azure, "03/08/2026", "13/08/2026"))

    assert [c.ChargePeriodStart.day for c in ledger(exports)] == [3, 13]


def test_days_of_one_month_decide_against_months_of_one_day(azure, exports, ledger):
    azure.csv(exports / "d.csv", without_period(azure, "03/08/2026", "04/08/2026"))

    assert [c.ChargePeriodStart.day for c in ledger(exports)] == [3, 4]


def test_the_month_of_the_run_decides_where_the_rows_do_not(azure, exports, ledger):
    azure.run(exports, "run", without_period(azure, "08/03/2026"))

    (charge,) = ledger(exports)
    assert str(charge.ChargePeriodStart) == "2026-08-03 00:00:00"


def test_a_date_that_nobody_can_decide_is_refused(azure, exports):
    azure.csv(exports / "d.csv", without_period(azure, "08/03/2026"))

    with pytest.raises(ExportError, match=r"azure: d\.csv: '08/03/2026' may be month"):
        azure.deliveries(exports)


def test_dates_in_both_orders_are_refused(azure, exports):
    azure.csv(exports / "d.csv", without_period(azure, "13/08/2026", "08/13/2026"))

    with pytest.raises(ExportError, match="month first and day first"):
        azure.deliveries(exports)


@pytest.mark.parametrize(
    ("given", "tags"),
    [
        ('"team": "ml","env": "prod"', {"team": "ml", "env": "prod"}),
        ('{"team": "ml"}', {"team": "ml"}),
        ('{"team": "ml", " team": "x", "a/b~c ": "1"}', {"team": "ml", "a/b~c": "1"}),
        ("", None),
        ("{}", None),
    ],
)
def test_tags_with_and_without_braces(azure, converted, given, tags):
    (charge,) = converted(azure.row(Tags=given))

    assert (json.loads(charge.Tags) if charge.Tags else None) == tags
    assert charge.x_RawTags is None


def test_tags_that_are_no_json_are_kept_as_they_came(azure, converted):
    (charge,) = converted(azure.row(Tags='"team": ml'))

    assert (charge.Tags, charge.x_RawTags) == (None, '"team": ml')


def test_additional_info_that_is_no_json_says_nothing(azure, converted):
    (charge,) = converted(azure.row(AdditionalInfo="{broken"))

    assert (charge.SkuPriceDetails, charge.x_AdditionalInfo) == (None, "{broken")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"CostInBillingCurrency": "1,5"},
            "CostInBillingCurrency is '1,5', expected a number",
        ),
        (
            {"CostInBillingCurrency": ""},
            "CostInBillingCurrency is empty, expected a number",
        ),
        (
            {"CostInBillingCurrency": "NaN"},
            "CostInBillingCurrency is 'NaN', expected a number",
        ),
        ({"UnitPrice": "much"}, "UnitPrice is 'much', expected a number"),
        ({"Date": "yesterday"}, "Date is 'yesterday', expected a date"),
        (
            {"BillingPeriodEndDate": "08-31"},
            "BillingPeriodEndDate is '08-31', expected a date",
        ),
        ({"BillingCurrencyCode": ""}, "BillingCurrencyCode is empty, expected a value"),
    ],
)
def test_a_value_that_cannot_be_true_names_its_place(
    azure, exports, ledger, changes, complaint
):
    rows = [azure.row(), azure.row(), azure.row(**changes)]
    azure.csv(exports / "details.csv", rows)

    with pytest.raises(ExportError) as refusal:
        ledger(exports)

    assert f"details.csv, row 3 of the delivery: {complaint}" in str(refusal.value)


def test_row_numbers_run_on_through_the_parts_of_a_run(azure, exports, ledger):
    azure.csv(exports / "run" / "part_0_0001.csv", [azure.row()] * 2)
    azure.csv(exports / "run" / "part_1_0001.csv", [azure.row()])

    assert [c.x_SourceRowNumber for c in ledger(exports)] == [1, 2, 3]


def test_rows_without_any_date_are_refused(azure, exports):
    azure.csv(
        exports / "d.csv",
        [azure.row(Date="", BillingPeriodStartDate="", BillingPeriodEndDate="")],
    )

    with pytest.raises(ExportError, match="has rows of no month, expected rows of a"):
        azure.deliveries(exports)
