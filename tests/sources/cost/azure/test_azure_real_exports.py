"""Cost details that Azure wrote: totals known from their publishers."""

import shutil
from decimal import Decimal

import duckdb
import pytest

from pipelines.focus.conformance import evaluate

ACTUAL = "EA_ActualCost_Small.csv"
AMORTIZED = "EA_AmortizedCost_Small.csv"
SPOT = "ea-spot-cad.csv"


@pytest.fixture
def small(real_exports, exports, ledger):
    """Give the rows of some of the files together in one folder."""

    def rows(*names):
        for name in names:
            shutil.copy(real_exports / name, exports)
        return ledger(exports, "2023-09")

    return rows


def ten(amount):
    return amount.quantize(Decimal("1E-10"))


def test_actual_costs_alone_keep_their_total(small, total):
    charges = small(ACTUAL)

    assert len(charges) == 11
    assert ten(total(charges, "BilledCost")) == Decimal("8.5450077867")
    assert ten(total(charges, "x_SourceCost")) == Decimal("8.5450077867")
    assert ten(total(charges, "EffectiveCost")) == Decimal("8.5450077867")


def test_amortized_costs_alone_keep_their_total(small, total):
    charges = small(AMORTIZED)
    covered = [c for c in charges if c.CommitmentDiscountStatus == "Used"]

    assert len(charges) == 28
    assert ten(total(charges, "EffectiveCost")) == Decimal("16.2969321366")
    # 0.493152 of a reservation and 0.006000000468 of a savings plan were paid before.
    assert total(covered, "EffectiveCost") == Decimal("0.499152000468")
    assert ten(total(charges, "BilledCost")) == Decimal("15.7977801362")


def test_a_file_without_rows_is_accepted_and_gives_nothing(
    azure, real_exports, exports
):
    shutil.copy(real_exports / "EA_NoRows.csv", exports)

    assert len(azure.candidates(exports)) == 1
    assert azure.deliveries(exports) == []


def test_spot_is_dynamic_and_in_its_own_currency(small, total):
    charges = small(SPOT)
    spot = [charge for charge in charges if charge.PricingCategory == "Dynamic"]

    assert len(charges) == 27
    assert ten(total(charges, "BilledCost")) == Decimal("1.2613692651")
    assert {charge.BillingCurrency for charge in charges} == {"CAD"}
    assert {charge.SkuMeter for charge in spot} == {"DS4 v2 Spot", "L4s Spot"}


def test_the_pair_is_the_amortized_rows_and_the_purchase(small, total):
    charges = small(ACTUAL, AMORTIZED)
    purchases = [c for c in charges if c.ChargeCategory == "Purchase"]

    # 28 rows, of which two are covered by commitments, and the purchase of 3.25.
    assert len(charges) == 29
    assert ten(total(charges, "EffectiveCost")) == Decimal("16.2969321366")
    assert ten(total(charges, "BilledCost")) == Decimal("19.0477801362")
    assert [(c.BilledCost, c.EffectiveCost) for c in purchases] == [
        (Decimal("3.25"), Decimal(0))
    ]


def test_the_pair_and_the_spot_rows_break_no_rule(
    small, real_exports, exports, partition
):
    small(ACTUAL, AMORTIZED, SPOT)
    path = partition(exports, "2023-09").files[0]
    with duckdb.connect() as db:
        db.execute(f"create view charges as from '{path}'")
        broken = {j.rule.id for j in evaluate(db, "charges") if j.failing}

    # The publisher of the spot rows replaced their prices by made-up ones.
    assert broken <= {"ContractedCost-not-above-list"}
