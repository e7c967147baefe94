"""The ledger in other shapes of FOCUS: 1.2 for older tools, the billing period dataset.

What 1.3 renamed or added is left out or named back; nothing is recalculated.
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
