"""What finance was asked to pay: invoices.csv, the third book.

One row per invoice. ``ledger_source`` names the source whose billing rows the invoice
must equal, ``billing_currency`` that of those rows. ``tax_amount`` is the part of
``invoice_amount`` that is tax; ``credit_amount`` is what credits took off it that no
billing row carries. Amounts in an ``invoice_currency`` of their own come with the
invoice's own ``exchange_rate``: how much of it one unit of ``billing_currency`` is.
"""

from collections.abc import Sequence

from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.sources.formats.csv_cells import TYPES, Known, Type
from pipelines.sources.formats.keyed_list import Restated

CURRENCY = Type(TYPES["currency"].of("upper({said})"), TYPES["currency"].wanted)
# Which century a month may be of is for all sources alike to say.
MONTH = Type(
    r"case when regexp_full_match({said}, '\d{4}-(0[1-9]|1[0-2])') then {said} end",
    "a month written YYYY-MM",
)
KNOWN = (
    Known("invoice_issuer_name", TYPES["text"], is_needed=True),
    Known("invoice_id", TYPES["text"], is_needed=True),
    Known("ledger_source", TYPES["text"], is_needed=True),
    Known("billing_period", MONTH, is_needed=True),
    Known("billing_currency", CURRENCY, is_needed=True),
    Known("invoice_amount", TYPES["amount"], is_needed=True),
    Known("tax_amount", TYPES["amount"], is_needed=False),
    Known("credit_amount", TYPES["amount"], is_needed=False),
    Known("invoice_currency", CURRENCY, is_needed=False),
    Known("exchange_rate", TYPES["rate"], is_needed=False),
    Known("exchange_rate_date", TYPES["date"], is_needed=False),
)
_NEEDED = [column.name for column in KNOWN if column.is_needed]
_IS_FOREIGN = "coalesce(invoice_currency, billing_currency) <> billing_currency"
_WHERE = "the invoice's own rate where its currency is not that of the rows, else none"
INVOICES = Restated(
    source="invoices",
    known=KNOWN,
    checks={
        "exchange_rate": (f"({_IS_FOREIGN}) = (exchange_rate is not null)", _WHERE)
    },
    dated="billing_period",
    key=("invoice_issuer_name", "invoice_id"),
    replaced="a newer file has the invoice",
)


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with an invoice id and an invoice amount."""
    return {"invoice_id", "invoice_amount"} <= set(candidate.columns)


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the invoices of a period, each from the newest file that has it.

    The digits of a stated rate say how exact it is, which its value does not.
    """
    return f"""
        select
            * exclude (billing_period, row_number, file_name, age, left_out)
            replace (
                coalesce(tax_amount, 0) as tax_amount,
                coalesce(credit_amount, 0) as credit_amount,
                coalesce(invoice_currency, billing_currency) as invoice_currency,
                cast(exchange_rate as decimal(38, 12)) as exchange_rate
            ),
            strptime(billing_period, '%Y-%m') as billing_period_start,
            length(split_part(exchange_rate, '.', 2)) as exchange_rate_decimals,
            'invoices' as source_name,
            row_number as source_row_number
        from ({INVOICES.rows(deliveries, period)})
        where left_out is null
    """


SOURCE = Source(
    name="invoices",
    table="invoices",
    description="What finance was asked to pay: one row per vendor invoice.",
    expected=f"a CSV with the columns {', '.join(_NEEDED)}",
    claims=claims,
    drops=INVOICES.drops,
    select=select,
    tally=INVOICES.tally,
    restates="rows",
    version=2,
    is_list=True,
)
