"""What finance was asked to pay: invoices.csv, the third book.

One row per invoice. ``ledger_source`` names the source whose billing rows the
invoice must equal; ``tax_amount`` is the part of ``invoice_amount`` that is tax.
"""

import re
from collections.abc import Iterator, Sequence

import duckdb

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    ExportError,
    Source,
    counted,
    file_list,
    quoted,
)

HEADER = (
    "invoice_issuer_name",
    "invoice_id",
    "ledger_source",
    "billing_period",
    "billing_currency",
    "invoice_amount",
    "tax_amount",
)
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
PERIODS = """
select distinct billing_period
from read_csv($file, header = true, all_varchar = true) order by all
"""


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with an invoice id and an invoice amount."""
    return {"invoice_id", "invoice_amount"} <= set(candidate.columns)


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Take each file as a drop; a newer file's invoice replaces an older one's.

    Raises:
        ExportError: a column is missing or a period is not written YYYY-MM.
    """
    for candidate in candidates:
        missing = [name for name in HEADER if name not in candidate.columns]
        if missing:
            raise ExportError(
                f"invoices: {candidate.name} lacks {', '.join(missing)}; expected the "
                f"header {','.join(HEADER)}"
            )
        try:
            with duckdb.connect() as db:
                rows = db.execute(PERIODS, {"file": str(candidate.path)}).fetchall()
        except duckdb.Error as error:
            raise ExportError(f"invoices: {candidate.name}: {error}") from error
        periods = tuple(str(period) for (period,) in rows)
        wrong = [period for period in periods if not MONTH.fullmatch(period)]
        if wrong:
            raise ExportError(
                f"invoices: {candidate.name}: billing_period {wrong[0]!r}; expected "
                "a month written YYYY-MM"
            )
        yield Drop((candidate,), periods, "", candidate.modified)


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the invoices of a period, each from the newest file that has it."""
    del context
    return f"""
        select
            invoice_issuer_name, invoice_id, ledger_source,
            strptime(billing_period, '%Y-%m') as billing_period_start,
            upper(billing_currency) as billing_currency,
            {_amount("invoice_amount", "invoice_amount")} as invoice_amount,
            {_amount("coalesce(tax_amount, '0')", "tax_amount")} as tax_amount,
            'invoices' as source_name, delivery_id, source_row_number
        from ({_rows(deliveries, period)})
        where is_newest
    """


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the invoices of a period, those apart that a newer file has again."""
    return counted(
        _rows(deliveries, period),
        "case when not is_newest then 'a newer file has the invoice' end",
    )


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    """Give the rows of a period, and whether each says its invoice last."""
    parts = [
        f"select *, {order} as file_order, {quoted(delivery.delivery_id)} "
        f"as delivery_id, {quoted(delivery.names[0])} as file_name, "
        f"row_number() over () as source_row_number from "
        f"read_csv({file_list(delivery)}, header = true, all_varchar = true)"
        for order, delivery in enumerate(deliveries)
    ]
    return f"""
        select
            *,
            row_number() over (
                partition by invoice_issuer_name, invoice_id order by file_order desc
            ) = 1 as is_newest
        from ({" union all by name ".join(parts)})
        where billing_period = {quoted(period)}
    """


def _amount(value: str, column: str) -> str:
    """Read an amount, or stop at the row that has none, naming file, row, column."""
    return (
        f"coalesce(try_cast({value} as decimal(38, 12)), error(file_name || ', row ' "
        f"|| source_row_number || ': {column} is ' || coalesce('''' || {value} || "
        "'''', 'empty') || ', expected a number'))"
    )


SOURCE = Source(
    name="invoices",
    table="invoices",
    description="What finance was asked to pay: one row per vendor invoice.",
    expected=f"a CSV with the header {','.join(HEADER)}",
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
)
