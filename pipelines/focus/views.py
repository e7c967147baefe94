"""The ledger in other shapes of FOCUS: 1.2 for older tools, 1.5 for newer ones.

What 1.3 renamed or added is left out or named back, and what 1.5 adds is taken from
the ledger's own columns; nothing is recalculated. Beside them are billing periods.
"""

from pipelines.focus.schema import columns

# 1.3 replaced the two names by three; see "Service Provider Name" in FOCUS 1.3.
RENAMED_BACK = {
    "ProviderName": "ServiceProviderName",
    "PublisherName": "coalesce(HostProviderName, ServiceProviderName)",
}
NEWER_THAN_1_2 = ("1.3", "1.4")
# 1.2 says that a key-value column is text, and older readers take Parquet's JSON type
# for bytes.
AS_TEXT = "Key-Value"

# Planned for 3 December 2026; its names may change until then. Once it is ratified and
# they are those below, True publishes `focus_v1_5` and `sku_price`.
IS_1_5_RATIFIED = False
# 1.5 gives properties of models to SkuPriceDetails that the ledger has as its own.
MODEL_PROPERTIES = (
    "ModelDeveloper",
    "ModelFamily",
    "ModelId",
    "ModelVersion",
    "TokenCacheAction",
    "TokenDirection",
)
# Who asked. An ARN names a principal; what else a bill has is the id of a credential,
# and it says no more of either.
_IS_PRINCIPAL = """starts_with("x_CredentialId", 'arn:')"""
REQUESTERS = {
    "CredentialId": f'case when not {_IS_PRINCIPAL} then "x_CredentialId" end',
    "PrincipalId": f'case when {_IS_PRINCIPAL} then "x_CredentialId" end',
    "RequesterDetails": (
        'case when "x_CredentialId" is not null then json(\'[{"key": "\' || if('
        f"{_IS_PRINCIPAL}, 'Principal', 'Credential') || '\", \"value\": {{}}}}]') end"
    ),
}

BILLING_PERIOD = """
select
    billing_period_created as BillingPeriodCreated,
    billing_period_end as BillingPeriodEnd,
    billing_period_last_updated as BillingPeriodLastUpdated,
    billing_period_start as BillingPeriodStart,
    billing_period_status as BillingPeriodStatus,
    invoice_issuer_name as InvoiceIssuerName
from {mart}
"""


# The price book's prices of the SKUs that a bill names. When a record was created
# nobody says, so those two columns, which 1.5 wants, are NULL. Of two tiers or accounts
# that share a SKU the plainer one counts.
SKU_PRICE = """
with skus as (
    select distinct
        ServiceProviderName,
        ServiceName,
        SkuId,
        SkuPriceId,
        SkuMeter,
        json_extract_string(SkuPriceDetails, 'x_ModelId') as model_id,
        coalesce(x_ProcessingTier, 'standard') as processing_tier
    from {ledger}
    where SkuPriceId is not null and SkuMeter like '%Tokens'
)

select
    'Usage' as ChargeCategory,
    prices.contract_id as ContractId,
    prices.billing_currency as PricingCurrency,
    'Payable' as PricingCurrencyCategory,
    skus.ServiceName as PricingServiceName,
    '1000000 Tokens' as PricingUnit,
    skus.ServiceProviderName,
    skus.SkuId,
    cast(null as timestamp) as SkuPriceCreated,
    prices.model_id || ', ' || prices.sku_meter || ', ' || prices.processing_tier
        as SkuPriceDescription,
    cast(prices.valid_to as timestamp) as SkuPriceEffectiveEnd,
    cast(prices.valid_from as timestamp) as SkuPriceEffectiveStart,
    case
        when coalesce(prices.account_id, '*') = '*'
            then json('{{"IsGlobalScope": true}}')
        else json_object(
            'IsGlobalScope', false, 'InclusionOperator', 'Or', 'Inclusions', [
                json_object(
                    'Dimension', dimension, 'Operator', 'In',
                    'Values', [prices.account_id]
                ) for dimension in ['BillingAccountId', 'SubAccountId']
            ]
        )
    end as SkuPriceEligibility,
    skus.SkuPriceId,
    cast(null as timestamp) as SkuPriceLastUpdated,
    prices.unit_price as UnitPrice,
    prices.unit_price_type as UnitPriceType
from {prices} as prices
inner join skus
    on
        prices.service_provider_name = skus.ServiceProviderName
        and prices.model_id = skus.model_id
        and prices.sku_meter = skus.SkuMeter
        and prices.processing_tier = skus.processing_tier
qualify row_number() over (
    partition by
        skus.ServiceProviderName, skus.SkuPriceId, prices.contract_id,
        prices.valid_from, prices.billing_currency
    order by
        skus.processing_tier != 'standard', prices.account_id != '*',
        skus.processing_tier, prices.account_id, skus.ServiceName, skus.SkuId
) = 1
"""


def published_views() -> dict[str, str]:
    """Map the views of a published version to their SELECTs over its tables."""
    views = {
        "focus_v1_2": focus_v1_2("focus"),
        "billing_period": BILLING_PERIOD.format(mart="dim_billing_periods"),
    }
    if IS_1_5_RATIFIED:
        views["focus_v1_5"] = focus_v1_5("focus")
        views["sku_price"] = SKU_PRICE.format(ledger="focus", prices="dim_token_prices")
    return views


def focus_v1_2(relation: str) -> str:
    """Give a SELECT of the 57 columns of FOCUS 1.2 over a ledger relation."""
    plain = {
        column.name: f'"{column.name}"::varchar'
        if column.format == AS_TEXT
        else f'"{column.name}"'
        for column in columns()
        if column.introduced not in NEWER_THAN_1_2
    }
    shown = sorted((plain | RENAMED_BACK).items())
    listed = ", ".join(f'{expression} as "{name}"' for name, expression in shown)
    return f"select {listed} from {relation}"


def focus_v1_5(relation: str) -> str:
    """Give a SELECT of the 68 columns of FOCUS 1.5 over a ledger relation."""
    details = _renamed('"SkuPriceDetails"', "x_", "")
    plain = {column.name: f'"{column.name}"' for column in columns()}
    newer = {"SkuPriceDetails": details}
    shown = sorted((plain | newer | REQUESTERS).items())
    listed = ", ".join(f'{expression} as "{name}"' for name, expression in shown)
    return f"select {listed} from {relation}"


def price_details_of_1_5(details: str) -> str:
    """Give SkuPriceDetails of a file of 1.5 with the keys of the ledger."""
    return _renamed(details, "", "x_")


def _renamed(details: str, before: str, after: str) -> str:
    """Rename keys as text; within a value a quotation mark has a backslash."""
    text = f"cast({details} as varchar)"
    for name in MODEL_PROPERTIES:
        text = f"""replace({text}, '"{before}{name}":', '"{after}{name}":')"""
    return f"cast({text} as json)"
