"""The sample company's AWS bill: legacy in August, CUR 2.0 afterwards."""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest
import vendor_drops

from pipelines.landing.current import current_deliveries
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.cost.aws import SOURCE

SAMPLES = PROJECT_DIR / "sample_exports"
PERIODS = ("2026-08", "2026-09", "2026-10")


@pytest.fixture(scope="module", params=PERIODS)
def month(request, tmp_path_factory, rows_of):
    """Convert a month once for all tests, which only read its rows."""
    chosen = Settings(exports=SAMPLES / "aws", home=tmp_path_factory.mktemp("home"))
    found = vendor_drops.deliveries(SOURCE, chosen.exports_dir)
    current = current_deliveries(SOURCE, found, request.param)
    return request.param, rows_of(
        write_partition(chosen, SOURCE, current, request.param)
    )


def test_the_ledger_equals_the_invoices(month):
    period, rows = month
    with (SAMPLES / "invoices" / "invoices.csv").open() as file:
        payable = {
            (line["invoice_issuer_name"], line["invoice_id"]): Decimal(
                line["invoice_amount"]
            )
            for line in csv.DictReader(file)
            if line["billing_period"] == period and line["ledger_source"] == "aws"
        }
    billed = defaultdict(Decimal)
    for charge in rows:
        billed[charge.InvoiceIssuerName, charge.InvoiceId] += charge.BilledCost

    assert {key: round(amount, 2) for key, amount in billed.items()} == payable


def test_billed_and_source_cost_have_one_sum(month, total):
    _, rows = month

    assert total(rows, "BilledCost") == total(rows, "x_SourceCost")


def test_rows_in_are_rows_out(month):
    _, rows = month
    numbers = [
        charge.x_SourceRowNumber for charge in rows if charge.x_SourceRowPart == 1
    ]

    assert numbers == list(range(1, len(numbers) + 1))


def test_a_plan_without_upfront_payment_is_effective_as_it_is_billed(month, total):
    _, rows = month
    plan = [
        charge
        for charge in rows
        if "savingsplan/0b6f3c1e" in (charge.CommitmentDiscountId or "")
    ]

    assert total(plan, "EffectiveCost") == total(plan, "BilledCost") > 0


def test_a_plan_paid_half_upfront_is_effective_twice_as_it_is_billed_each_month(
    month, total
):
    _, rows = month
    plan = [
        charge
        for charge in rows
        if "savingsplan/c41d7f52" in (charge.CommitmentDiscountId or "")
        and charge.x_LineItemType != "SavingsPlanUpfrontFee"
    ]

    assert total(plan, "EffectiveCost") == 2 * total(plan, "BilledCost") > 0
