"""Rules over several columns about charges: categories, periods, prices, quantities."""

from pipelines.focus.rules.rule import Rule

# A price times a quantity may differ from a cost by what the vendor rounded away: a
# cent in 10,000 on a large row, a millionth of the currency on a small one.
_OFF = "abs({cost} - {price} * {quantity}) > greatest(0.000001, abs({cost}) * 0.0001)"
_ADDS_UP = "ChargeClass is distinct from 'Correction'"
_PRICED = f"ChargeCategory in ('Usage', 'Purchase') and {_ADDS_UP}"


def _price_rule(kind: str) -> Rule:
    cost, price = f"{kind}Cost", f"{kind}UnitPrice"
    off = _OFF.format(cost=cost, price=price, quantity="PricingQuantity")
    return Rule(
        id=f"{cost}-is-price-times-quantity",
        column=cost,
        section=f"Columns, {kind} Cost",
        severity="error",
        text=f"{cost} is {price} x PricingQuantity, where both are known.",
        broken=f"{_ADDS_UP} and {off}",
        fault=f"{price} = 2, PricingQuantity = 3, {cost} = 7",
        when=_PRICED,
    )


def _absent(column: str, condition: str, charge_type: str, fault: str) -> Rule:
    return Rule(
        id=f"{column}-absent-{charge_type.replace(' ', '-')}",
        column=column,
        section=f"Columns, {column}",
        severity="error",
        text=f"{column} is null on {charge_type} rows.",
        broken=f'"{column}" is not null and {condition}',
        fault=fault,
    )


def _needed(column: str, condition: str, charge_type: str, fault: str) -> Rule:
    return Rule(
        id=f"{column}-needed-{charge_type.replace(' ', '-')}",
        column=column,
        section=f"Columns, {column}",
        severity="error",
        text=f"{column} is known on {charge_type} rows that correct nothing.",
        broken=f'"{column}" is null and {condition}',
        fault=fault,
        only_if_supplied=True,
    )


_TAX = "ChargeCategory = 'Tax'"
_AS_TAX = "ChargeCategory = 'Tax', EffectiveCost = BilledCost"

CHARGE_RULES: tuple[Rule, ...] = (
    Rule(
        id="BillingPeriod-order",
        column="BillingPeriodEnd",
        section="Columns, Billing Period End",
        severity="error",
        text="A billing period ends after it starts.",
        broken="BillingPeriodEnd <= BillingPeriodStart",
        fault="BillingPeriodEnd = BillingPeriodStart",
    ),
    Rule(
        id="ChargePeriod-order",
        column="ChargePeriodEnd",
        section="Columns, Charge Period End",
        severity="error",
        text="A charge period ends after it starts.",
        broken="ChargePeriodEnd <= ChargePeriodStart",
        fault="ChargePeriodEnd = ChargePeriodStart",
    ),
    Rule(
        id="ChargePeriod-inside-billing-period",
        column="ChargePeriodStart",
        section="Columns, Charge Period Start",
        severity="warn",
        text="Usage that corrects nothing starts before its billing period ends.",
        broken=(
            f"ChargeCategory = 'Usage' and {_ADDS_UP} "
            "and ChargePeriodStart >= BillingPeriodEnd + interval 1 day"
        ),
        fault="ChargePeriodStart = BillingPeriodEnd + interval 3 day, "
        "ChargePeriodEnd = BillingPeriodEnd + interval 4 day",
        when=f"ChargeCategory = 'Usage' and {_ADDS_UP}",
    ),
    Rule(
        id="ChargeFrequency-of-purchases",
        column="ChargeFrequency",
        section="Columns, Charge Frequency",
        severity="error",
        text="A purchase is one-time or recurring, not usage-based.",
        broken="ChargeCategory = 'Purchase' and ChargeFrequency = 'Usage-Based'",
        fault="ChargeCategory = 'Purchase', ChargeFrequency = 'Usage-Based'",
    ),
    Rule(
        id="EffectiveCost-of-tax-and-credit",
        column="EffectiveCost",
        section="Columns, Effective Cost",
        severity="error",
        text="Tax and credits cost what they bill: EffectiveCost is BilledCost.",
        broken="ChargeCategory in ('Tax', 'Credit') and EffectiveCost <> BilledCost",
        fault="ChargeCategory = 'Tax', BilledCost = 1, EffectiveCost = 0",
    ),
    Rule(
        id="EffectiveCost-of-covering-purchases",
        column="EffectiveCost",
        section="Columns, Effective Cost",
        severity="error",
        text="What buys a commitment has EffectiveCost 0: it is effective where used.",
        broken=(
            "ChargeCategory = 'Purchase' and CommitmentDiscountId is not null "
            "and EffectiveCost <> 0"
        ),
        fault="ChargeCategory = 'Purchase', CommitmentDiscountId = 'c', "
        "EffectiveCost = 1",
    ),
    Rule(
        id="BilledCost-of-covered-usage",
        column="BilledCost",
        section="Columns, Billed Cost",
        severity="error",
        text="Usage that a commitment paid for bills nothing again: BilledCost is 0.",
        broken=(
            "ChargeCategory = 'Usage' and CommitmentDiscountStatus is not null "
            f"and BilledCost <> 0 and {_ADDS_UP}"
        ),
        fault="ChargeCategory = 'Usage', CommitmentDiscountStatus = 'Used', "
        "CommitmentDiscountId = 'c', BilledCost = 1",
        when=_ADDS_UP,
    ),
    _price_rule("List"),
    _price_rule("Contracted"),
    _absent("PricingQuantity", _TAX, "tax", f"{_AS_TAX}, PricingQuantity = 1"),
    _absent("PricingCategory", _TAX, "tax", f"{_AS_TAX}, PricingCategory = 'Standard'"),
    _absent("ListUnitPrice", _TAX, "tax", f"{_AS_TAX}, ListUnitPrice = 1"),
    _absent("ContractedUnitPrice", _TAX, "tax", f"{_AS_TAX}, ContractedUnitPrice = 1"),
    _absent("SkuId", _TAX, "tax", f"{_AS_TAX}, SkuId = 's'"),
    _absent(
        "ConsumedQuantity",
        "ChargeCategory <> 'Usage'",
        "other than usage",
        "ChargeCategory = 'Purchase', ConsumedQuantity = 1",
    ),
    _absent(
        "ConsumedQuantity",
        "CommitmentDiscountStatus = 'Unused'",
        "unused commitment",
        "CommitmentDiscountStatus = 'Unused', ConsumedQuantity = 1",
    ),
    _needed("PricingQuantity", _PRICED, "usage and purchase", "PricingQuantity = null"),
    _needed("PricingCategory", _PRICED, "usage and purchase", "PricingCategory = null"),
    _needed("SkuId", _PRICED, "usage and purchase", "SkuId = null"),
    _needed(
        "ConsumedQuantity",
        f"ChargeCategory = 'Usage' and {_ADDS_UP} "
        "and CommitmentDiscountStatus is distinct from 'Unused'",
        "usage",
        "ConsumedQuantity = null",
    ),
    Rule(
        id="PricingCategory-of-commitments",
        column="PricingCategory",
        section="Columns, Pricing Category",
        severity="error",
        text="Usage under a commitment is priced as Committed.",
        broken=(
            "ChargeCategory = 'Usage' and CommitmentDiscountStatus is not null "
            "and PricingCategory <> 'Committed'"
        ),
        fault="ChargeCategory = 'Usage', CommitmentDiscountStatus = 'Used', "
        "PricingCategory = 'Standard'",
    ),
    Rule(
        id="PricingUnit-with-quantity",
        column="PricingUnit",
        section="Columns, Pricing Unit",
        severity="error",
        text="PricingUnit is known where PricingQuantity is, and only there.",
        broken="(PricingUnit is null) <> (PricingQuantity is null)",
        fault="PricingUnit = null, PricingQuantity = 1",
    ),
    Rule(
        id="ConsumedUnit-with-quantity",
        column="ConsumedUnit",
        section="Columns, Consumed Unit",
        severity="error",
        text="ConsumedUnit is known where ConsumedQuantity is, and only there.",
        broken="(ConsumedUnit is null) <> (ConsumedQuantity is null)",
        fault="ConsumedUnit = null, ConsumedQuantity = 1",
    ),
    Rule(
        id="ContractedCost-not-above-list",
        column="ContractedCost",
        section="Columns, Contracted Cost",
        severity="warn",
        text="A negotiated cost of usage is not above the list cost.",
        broken=(
            f"ChargeCategory = 'Usage' and {_ADDS_UP} and ListCost > 0 "
            "and ContractedCost > ListCost * 1.0001"
        ),
        fault="ChargeCategory = 'Usage', ListCost = 1, ContractedCost = 2, "
        "ListUnitPrice = null, ContractedUnitPrice = null",
        when=_ADDS_UP,
    ),
)
