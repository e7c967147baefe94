"""Invoices: what finance was asked to pay, one row per invoice.

``ledger_source`` names the source whose billing rows the invoice must equal,
``billing_currency`` that of those rows. Amounts in an ``invoice_currency`` of their own
come with the invoice's own ``exchange_rate``.
"""

from pipelines.sources.formats.csv_cells import TYPES, Check, Type
from pipelines.sources.formats.owner_list import Derived, ListColumn, OwnerList

# Which century a month may be of is for all sources alike to say.
_MONTH = Type(
    r"case when regexp_full_match({cell}, '\d{4}-(0[1-9]|1[0-2])') then {cell} end",
    "a month written YYYY-MM",
)
_SAME = "(partition by age, invoice_issuer_name, invoice_id)"
INVOICES = OwnerList(
    name="invoices",
    description="What finance was asked to pay, invoice by invoice.",
    grain="One row per issuer and invoice.",
    restates="rows",
    month_of="billing_period",
    key=("invoice_issuer_name", "invoice_id"),
    replaced="a newer file has the invoice",
    recognized_by=("invoice_id", "invoice_amount"),
    version=3,
    columns=(
        ListColumn(
            "invoice_issuer_name", TYPES["text"], "Who sent the invoice.", required=True
        ),
        ListColumn(
            "invoice_id",
            TYPES["text"],
            "The invoice's number, unique per issuer.",
            required=True,
        ),
        ListColumn(
            "ledger_source",
            TYPES["text"],
            "The source whose billing rows the invoice must equal.",
            required=True,
            staged_as="source_name",
        ),
        ListColumn(
            "billing_period",
            _MONTH,
            "The month that it bills.",
            required=True,
            stored_as=None,
        ),
        ListColumn(
            "billing_currency",
            TYPES["currency"],
            "ISO 4217 currency of the billing rows.",
            required=True,
        ),
        ListColumn(
            "invoice_amount",
            TYPES["amount"],
            "What it asks for, tax included and credits taken off.",
            required=True,
        ),
        ListColumn(
            "tax_amount",
            TYPES["amount"],
            "The part of invoice_amount that is tax.",
            blank="0",
        ),
        ListColumn(
            "credit_amount",
            TYPES["amount"],
            "What credits took off invoice_amount that no billing row carries; below 0 "
            "where the rows carry a credit that the invoice does not.",
            blank="0",
        ),
        ListColumn(
            "invoice_currency",
            TYPES["currency"],
            "ISO 4217 currency of the three amounts.",
            blank="billing_currency",
        ),
        ListColumn(
            "exchange_rate",
            TYPES["rate"],
            "How much invoice_currency one unit of billing_currency is, as the invoice "
            "states it; blank where both are the same.",
        ),
        ListColumn(
            "exchange_rate_date",
            TYPES["date"],
            "The day that the invoice names for its rate.",
        ),
    ),
    # The digits of a stated rate say how exact it is, which its value does not.
    derived=(
        Derived(
            "exchange_rate_decimals",
            "INTEGER",
            "length(split_part(exchange_rate, '.', 2))",
            "How many decimals the invoice states its rate with.",
        ),
        Derived(
            "billing_period_start",
            "TIMESTAMP",
            "strptime(billing_period, '%Y-%m')",
            "First moment (UTC) of the month that it bills.",
        ),
    ),
    checks={
        # In one file nothing says which of two amounts is the corrected one.
        "invoice_amount": Check(
            f"min(invoice_amount) over {_SAME} = max(invoice_amount) over {_SAME}",
            "one amount of an invoice in a file",
        ),
        "exchange_rate": Check(
            "(coalesce(invoice_currency, billing_currency) <> billing_currency) "
            "= (exchange_rate is not null)",
            "the invoice's own rate where its currency is not that of the rows, "
            "else none",
        ),
    },
)
