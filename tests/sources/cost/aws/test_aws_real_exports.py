"""Reports that AWS wrote: totals known from their publishers."""

import shutil
from decimal import Decimal

import duckdb
import pytest

WORKSHOP = "Dec2018-WorkshopCUR-00001.snappy.parquet"
CANADA = "legacy-cur-canada.csv"


@pytest.fixture
def workshop(real_exports, exports, ledger):
    shutil.copy(real_exports / WORKSHOP, exports)
    return ledger(exports, "2018-12")


@pytest.fixture
def canada(real_exports, exports, ledger):
    shutil.copy(real_exports / CANADA, exports)
    return ledger(exports, "2023-11")


def six(amount):
    return amount.quantize(Decimal("0.000001"))


def test_every_row_of_the_workshop_report_is_kept(workshop):
    assert sum(charge.x_SourceRowPart == 1 for charge in workshop) == 91_264


def test_the_workshop_report_keeps_its_totals(workshop, total):
    assert six(total(workshop, "BilledCost")) == Decimal("408.375992")
    assert six(total(workshop, "x_SourceCost")) == Decimal("408.375992")
    assert six(total(workshop, "EffectiveCost")) == Decimal("539.849967")


def test_what_reservations_cost_is_what_was_used_and_what_was_not(
    workshop, real_exports, total
):
    with duckdb.connect() as db:
        (paid,) = db.execute(
            "select sum(line_item_unblended_cost) + "
            "sum(reservation_amortized_upfront_fee_for_billing_period) "
            "from read_parquet($path) where line_item_line_item_type = 'RIFee'",
            {"path": str(real_exports / WORKSHOP)},
        ).fetchone()
    committed = [charge for charge in workshop if charge.CommitmentDiscountStatus]

    effective = total(committed, "EffectiveCost")

    assert round(effective, 4) == round(Decimal(paid), 4) == Decimal("283.7708")


def test_spot_is_known_and_names_its_machine(workshop, total):
    spot = [charge for charge in workshop if charge.PricingCategory == "Dynamic"]

    assert (len(spot), total(spot, "BilledCost")) == (894, Decimal("25.685003"))
    assert all(charge.SkuPriceDetails for charge in spot)


def test_the_canadian_report_keeps_its_rows_and_totals(canada, total):
    tax = [charge for charge in canada if charge.ChargeCategory == "Tax"]

    assert len(canada) == 1_281
    assert round(total(canada, "BilledCost"), 9) == Decimal("1.682308697")
    assert (len(tax), total(tax, "BilledCost")) == (12, Decimal("0.08"))
    assert {charge.InvoiceIssuerName for charge in canada} == {
        "Amazon Web Services Canada, Inc."
    }
