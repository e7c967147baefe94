"""Every FOCUS rule both ways: good rows pass, and a fault injected for it is caught."""

import duckdb
import pytest

from pipelines.focus.conformance import evaluate
from pipelines.focus.rules import all_rules
from pipelines.focus.schema import ledger_types

# One good row of usage, with every column filled that may be.
GOOD = """
select
    null::json as AllocatedMethodDetails, null as AllocatedMethodId,
    null as AllocatedResourceId, null as AllocatedResourceName,
    null::json as AllocatedTags, 'us-east-1a' as AvailabilityZone,
    6 as BilledCost, 'acct' as BillingAccountId, 'Acme' as BillingAccountName,
    'Billing Account' as BillingAccountType, 'USD' as BillingCurrency,
    timestamp '2026-09-01' as BillingPeriodEnd,
    timestamp '2026-08-01' as BillingPeriodStart,
    null as CapacityReservationId, null as CapacityReservationStatus,
    'Usage' as ChargeCategory, null as ChargeClass, 'Input tokens' as ChargeDescription,
    'Usage-Based' as ChargeFrequency, timestamp '2026-08-02' as ChargePeriodEnd,
    timestamp '2026-08-01' as ChargePeriodStart,
    null as CommitmentDiscountCategory, null as CommitmentDiscountId,
    null as CommitmentDiscountName, null as CommitmentDiscountQuantity,
    null as CommitmentDiscountStatus, null as CommitmentDiscountType,
    null as CommitmentDiscountUnit,
    '{"Elements": [{}]}'::json as CommitmentProgramEligibilityDetails,
    3000000 as ConsumedQuantity, 'Tokens' as ConsumedUnit,
    '{"Elements": [{"ContractId": "a", "ContractCommitmentId": "b",
        "ContractCommitmentAppliedCost": 1}]}'::json as ContractApplied,
    6 as ContractedCost, 2 as ContractedUnitPrice, 6 as EffectiveCost,
    'Acme Cloud' as HostProviderName, 'd1' as InvoiceDetailId, 'i1' as InvoiceId,
    'Acme Cloud' as InvoiceIssuerName, 6 as ListCost, 2 as ListUnitPrice,
    'Standard' as PricingCategory, 'USD' as PricingCurrency,
    2 as PricingCurrencyContractedUnitPrice, 6 as PricingCurrencyEffectiveCost,
    2 as PricingCurrencyListUnitPrice, 3 as PricingQuantity,
    '1000000 Tokens' as PricingUnit, 'us-east-1' as RegionId,
    'US East' as RegionName, 'key-1' as ResourceId, 'search key' as ResourceName,
    'API Key' as ResourceType, 'AI and Machine Learning' as ServiceCategory,
    'Model API' as ServiceName, 'Acme Cloud' as ServiceProviderName,
    'Generative AI' as ServiceSubcategory, 'sku' as SkuId,
    'Input Tokens' as SkuMeter, '{"x_ModelId": "m"}'::json as SkuPriceDetails,
    'price' as SkuPriceId, 'sub' as SubAccountId, 'Search' as SubAccountName,
    'Project' as SubAccountType, '{"team": "search"}'::json as Tags,
    'd' as x_DeliveryId, n as x_SourceRowNumber
from range(1, 6) as rows (n)
"""
# And one under a commitment and a capacity reservation.
COVERED = """
update good set
    BilledCost = 0, PricingCategory = 'Committed', CommitmentDiscountId = 'plan',
    CommitmentDiscountCategory = 'Spend', CommitmentDiscountName = 'Plan',
    CommitmentDiscountQuantity = 6, CommitmentDiscountUnit = 'USD',
    CommitmentDiscountStatus = 'Used', CommitmentDiscountType = 'Savings Plan',
    CapacityReservationId = 'block', CapacityReservationStatus = 'Used'
where x_SourceRowNumber = 1
"""
IDS = [rule.id for rule in all_rules()]


@pytest.fixture
def db():
    with duckdb.connect() as connection:
        connection.execute(f"create table good as {GOOD}")
        for name, kind in ledger_types().items():
            if not name.startswith("x_"):
                connection.execute(f'alter table good alter "{name}" type {kind}')
        connection.execute(COVERED)
        yield connection


def test_good_rows_break_no_rule(db):
    broken = [j.rule.id for j in evaluate(db, "good") if j.failing]

    assert broken == []


@pytest.mark.parametrize("rule", all_rules(), ids=IDS)
def test_a_fault_injected_for_a_rule_is_caught_by_it(db, rule):
    db.execute("create table bad as from good")
    db.execute(f"update bad set {rule.fault} where x_SourceRowNumber = 3")

    found = {j.rule.id: j for j in evaluate(db, "bad")}[rule.id]

    assert (found.failing, found.examples) == (1, ("d row 3",))


def test_every_column_of_the_specification_has_a_rule():
    judged = {rule.column for rule in all_rules()}

    assert {name for name in ledger_types() if not name.startswith("x_")} <= judged


def test_a_conditional_column_that_a_source_never_fills_is_not_judged(db):
    db.execute("update good set PricingCurrency = null")

    found = {j.rule.id: j for j in evaluate(db, "good")}["PricingCurrency-known"]

    assert found.failing == 0
