"""Folders as strangers bring them: each file counts once, or is refused by name."""

import gzip
import json
from pathlib import Path

import pytest

from pipelines.settings import LandingSettings

HERE = Path(__file__).parent
FOCUS = (
    "BillingAccountId,SubAccountId,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,"
    "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,BilledCost,EffectiveCost,"
    "ListCost,ContractedCost,InvoiceIssuerName,ServiceName\n"
)
CUR = HERE / "aws-missing-chunk/in/cur/20260901-20261001/cur-1.csv"
AZURE = HERE / "az-two-runs-mtd/in/r/20260901-20260930/202609150312/a/part_0_0001.csv"
OCI = (
    "lineItem/referenceNo,lineItem/tenantId,lineItem/intervalUsageStart,"
    "lineItem/intervalUsageEnd,product/service,cost/productSku,cost/unitPrice,"
    "cost/myCost,cost/currencyCode,usage/billedQuantity,cost/skuUnitDescription,"
    "lineItem/isCorrection\n"
)


def focus(costs, account="A1", sub="s1"):
    """Give a FOCUS export of September: a charge per day."""
    return FOCUS + "".join(
        f"{account},{sub},USD,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,"
        f"2026-09-{day:02}T00:00:00Z,2026-09-{day:02}T01:00:00Z,Usage,"
        f"{cost},{cost},{cost},{cost},Acme,Machines\n"
        for day, cost in costs.items()
    )


def cur(costs, linked="444455556666", payer="111122223333"):
    """Give a Cost and Usage Report of September: an hour of usage per day."""
    header, row = CUR.read_text().splitlines()
    row = row.replace("444455556666", linked).replace("111122223333", payer)
    rows = [
        row.replace("2026-09-03", f"2026-09-{day:02}").replace(
            ",USD,0.1,0.1,", f",USD,{cost},{cost},"
        )
        for day, cost in costs.items()
    ]
    return "\n".join([header, *rows]) + "\n"


def azure(costs):
    """Give cost details of September: by subscription and day."""
    header, row = AZURE.read_text().splitlines()
    rows = [
        row.replace("09/15/2026", f"09/{day:02}/2026")
        .replace("24,0.1,5,0.1", f"24,0.1,{cost},0.1")
        .replace("sub-1", sub)
        for (sub, day), cost in costs.items()
    ]
    return "\n".join([header, *rows]) + "\n"


def reasons(found):
    return [refusal.reason for refusal in found.refusals]


@pytest.mark.parametrize("export", [focus, cur])
def test_a_file_beside_its_packed_copy_is_refused(export, put, inspected):
    put("f.csv", export({1: 1, 2: 2}))
    put("f.csv.gz", gzip.compress(export({1: 1, 2: 2}).encode()))

    found = inspected()

    assert not found.months
    assert "f.csv and f.csv.gz are one file in two forms" in reasons(found)[0]


@pytest.mark.parametrize(
    ("name", "export"),
    [
        ("focus-2026-09-{}.csv", focus),
        ("2026-09-{}/focus.csv", focus),
        ("202609{}/cur.csv", cur),
        ("az_2026-09-{}.csv", lambda c: azure({("s", d): n for d, n in c.items()})),
    ],
)
@pytest.mark.parametrize("hours", [(9, 1), (1, 1)])
def test_days_in_names_order_files_before_their_dates(name, export, hours, put, billed):
    # The file of the 20th has 1 + 2; that of the 10th was copied later.
    put(name.format(10), export({1: 1, 2: 1}), hours[0])
    put(name.format(20), export({1: 1, 2: 2}), hours[1])

    assert list(billed().values()) == ["3"]


def test_the_day_of_a_run_orders_files_of_one_month(put, billed):
    # Both are of September to its end; the run of 4 October is the newer one.
    put("20260901-20260930/2026-09-15/f.csv", focus({1: 5}), hour=9)
    put("20260901-20260930/2026-10-04/f.csv", focus({1: 7}), hour=1)

    assert billed() == {"focus_export 2026-09": "7"}


@pytest.mark.parametrize(
    "name",
    ["f-000000000001.csv", "part-00001-0a1b2c3d-1111-2222-3333-444444444444-c000.csv"],
)
def test_writers_that_count_from_zero_lack_their_first_part(name, put, inspected):
    put(name, focus({1: 1}))

    found = inspected()

    assert not found.months
    assert "part 0 is missing" in reasons(found)[0]


@pytest.mark.parametrize(
    ("payer", "shown"),
    [("111122223333", "1111-2222-3333"), ("000122223333", "122223333")],
)
def test_an_account_is_known_however_it_is_written(payer, shown, put, inspected):
    put("cur.csv", cur({1: 1}, payer=payer))
    put("focus.csv", focus({1: 1}, account=shown, sub=""))

    found = inspected()

    assert not found.months
    assert "would count the same money twice" in reasons(found)[0]


def test_an_export_of_one_subscription_does_not_replace_that_of_all(put, inspected):
    put("all/b.csv", azure({("s1", 1): 1, ("s2", 1): 30}), hour=1)
    put("one/a.csv", azure({("s1", 1): 1}), hour=2)

    found = inspected()
    chosen = inspected(landing=LandingSettings(bill_from={"100": "newest"}))

    assert not found.months
    (reason,) = reasons(found)
    assert reason == (
        "one/a.csv would replace all/b.csv for 2026-09, but has no charge of s2; "
        "expected a newer file to have all accounts of the older one: keep the one "
        "that is whole in the exports folder, or set landing.bill_from for 100 to "
        '"newest" where they are gone'
    )
    assert [month.billed_cost for month in chosen.months] == [1]


def test_an_export_of_all_subscriptions_replaces_that_of_one(put, billed):
    put("one/a.csv", azure({("s1", 1): 1}), hour=1)
    put("all/b.csv", azure({("s1", 1): 2, ("s2", 1): 30}), hour=2)

    assert billed() == {"azure 2026-09": "32"}


def test_reports_of_two_linked_accounts_add_up(put, billed):
    put("acct-444455556666/cur.csv", cur({1: 1}), hour=1)
    put("acct-777755556666/cur.csv", cur({1: 2}, linked="777755556666"), hour=2)

    assert billed() == {"aws 2026-09": "3"}


def test_a_copy_in_another_folder_counts_once(put, inspected):
    put("x/focus.csv", focus({1: 1}))
    put("backup/x/focus.csv", focus({1: 1}))

    found = inspected()

    assert [month.billed_cost for month in found.months] == [1]
    assert "backup/x/focus.csv: the same content as x/focus.csv" in found.notes[0]


def test_a_charge_without_a_month_is_refused_and_not_lost(put, inspected):
    lost = focus({2: 7}).splitlines()[1].replace("2026-09-01T00:00:00Z", "", 1)
    put("f.csv", focus({1: 1}) + lost + "\n")

    found = inspected()

    assert not found.months
    assert "f.csv, row 2, column BillingPeriodStart: is empty" in reasons(found)[0]


def test_a_missing_part_of_an_oracle_report_is_refused(put, inspected):
    for part, number in ((1, "a"), (3, "b")):
        put(
            f"reports/0001000000000001-{part:05}.csv",
            f"{OCI}{number},ocid1.tenancy.oc1..aaaa,2026-09-03T00:00Z,"
            "2026-09-03T01:00Z,COMPUTE,B1,0.1,1,USD,1,OCPU Per Hour,false\n",
        )

    found = inspected()

    assert not found.months
    assert "part 2 is missing" in reasons(found)[0]


def test_a_row_without_the_columns_of_its_commitment_says_which(put, inspected):
    row = cur({1: 1}).replace(",Usage,", ",SavingsPlanCoveredUsage,")
    put("cur.csv", row)

    (reason,) = reasons(inspected())

    assert "row 1 of the delivery: a SavingsPlanCoveredUsage row" in reason
    assert "expected the columns savings_plan_*" in reason


def test_a_page_that_names_the_next_one_is_not_the_last(put, inspected):
    bucket = {
        "object": "bucket",
        "start_time": 1788220800,
        "end_time": 1788307200,
        "results": [
            {
                "object": "organization.costs.result",
                "amount": {"value": 1, "currency": "usd"},
                "line_item": "x",
            }
        ],
    }
    put("p.json", json.dumps({"object": "page", "data": [bucket], "next_page": "b"}))

    found = inspected()

    assert not found.months
    assert "next_page b" in reasons(found)[0]


def test_an_organization_of_claude_code_does_not_replace_another(put, inspected):
    for name, organization in (("a/p.json", "o1"), ("b/p.json", "o2")):
        tokens = {"input": 10, "output": 7, "cache_read": 5, "cache_creation": 4}
        record = {
            "date": "2026-09-01T00:00:00Z",
            "actor": {"type": "user_actor", "email_address": "a@example.com"},
            "organization_id": organization,
            "customer_type": "api",
            "core_metrics": {"num_sessions": 1},
            "model_breakdown": [{"model": "claude-sonnet-4-5", "tokens": tokens}],
        }
        put(name, {"data": [record], "has_more": False, "next_page": None})

    (month,) = inspected().months

    # 10 of each of the two.
    assert month.sums["input_uncached_tokens"] == 20


def test_files_that_tools_write_beside_exports_are_passed_over(put, inspected):
    put("f.csv", focus({1: 1}))
    for name in ("f.csv.metadata", "f.csv.md5", "f.csv.sha256", "_last_checkpoint"):
        put(name, "0a1b2c")

    found = inspected()

    assert not found.refusals
    assert [month.billed_cost for month in found.months] == [1]


INVOICES = (
    "invoice_issuer_name,invoice_id,ledger_source,billing_period,billing_currency,"
    "invoice_amount\n"
)


def test_an_invoice_with_two_amounts_in_one_file_is_refused(put, inspected):
    row = "Acme,1,aws,2026-09,USD,{}\n"
    put("invoices.csv", INVOICES + row.format(10) + row.format(12))

    found = inspected()

    assert not found.months
    assert "expected one amount of an invoice in a file" in reasons(found)[0]


def test_days_in_names_say_which_list_is_newer(put, inspected):
    row = "Acme,1,aws,2026-09,USD,{}\n"
    put("invoices-2026-10-01.csv", INVOICES + row.format(10), hour=9)
    put("invoices-2026-11-01.csv", INVOICES + row.format(12), hour=1)

    (month,) = inspected().months

    assert month.sums["invoice_amount"] == 12
