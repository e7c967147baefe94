"""Whether a month reconciles: invoice, ledger, marts and telemetry, side by side.

Belongs here: laying out a row of ``fct_reconciliation_monthly``. Does not belong here:
a verdict, and why it is so.
"""

from datetime import date

from pipelines.mcp_server.answers import Answer, AskError, Published, records

SIDES = """
select *
from fct_reconciliation_monthly
where billing_period_start = $month
order by ledger_billed_cost desc, source_name
"""
MONTHS = """
select distinct strftime(billing_period_start, '%Y-%m')
from fct_reconciliation_monthly
order by all
"""
METERED = "metered_"
DIFFERENCE = "_difference"


def reconciliation_of(source: Published, month: date) -> list[Answer]:
    """Give one mapping per source and currency, with the causes that are not 0.

    Raises:
        AskError: no side knows the month.
    """
    found = records(source.ask(SIDES, {"month": month}))
    if not found:
        months = ", ".join(str(row[0]) for row in source.ask(MONTHS).rows) or "none"
        raise AskError(f"nothing is known of {month:%Y-%m}; known months: {months}")
    return [_laid_out(row) for row in found]


def _laid_out(row: Answer) -> Answer:
    causes = {
        name.removesuffix(DIFFERENCE): amount
        for name, amount in row.items()
        if name.endswith(DIFFERENCE) and amount
    }
    return {
        "source_name": row["source_name"],
        "billing_currency": row["billing_currency"],
        "verdict": row["verdict"],
        "blocking_reason": row["blocking_reason"],
        "invoice_amount": row["invoice_amount"],
        "ledger_billed_cost": row["ledger_billed_cost"],
        "marts_billed_cost": row["marts_billed_cost"],
        "invoice_differs_from_ledger_by": {
            name: amount
            for name, amount in causes.items()
            if not name.startswith(METERED)
        },
        "telemetry": {
            "token_billed_cost": row["token_billed_cost"],
            "metered_cost_estimate": row["metered_cost_estimate"],
            "billed_token_count": row["billed_token_count"],
            "metered_token_count": row["metered_token_count"],
            "bill_differs_from_telemetry_by": {
                name.removeprefix(METERED): amount
                for name, amount in causes.items()
                if name.startswith(METERED)
            },
        },
    }
