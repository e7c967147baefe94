"""What the page of the published version shows."""

import duckdb

from pipelines.defs.publish import PROOF, _gate

MONTHS = """
create table fct_reconciliation_monthly as
select *, timestamp '2026-10-01' as billing_period_start, 'USD' as billing_currency
from (
    values
    ('openai', 'proven', 15591.07, 14402.844, 0.001),
    ('slurm', 'no bill', null, 0, 0)
) as t(
    source_name, verdict, invoice_amount, ledger_billed_cost, unexplained_difference
)
"""


def test_the_proof_of_a_month_adds_up_to_the_cent():
    """The rows are 14,402.84, and 15,591.07 - 14,402.84 = 1,188.23 has causes."""
    with duckdb.connect() as db:
        db.execute(MONTHS)
        openai, slurm = db.execute(PROOF).fetchall()

    assert openai == (
        *("2026-10", "openai", "proven"),
        *("15,591.07", "14,402.84", "1,188.23", "0.00", "USD"),
    )
    assert slurm == ("2026-10", "slurm", "no bill", None, "0.00", None, None, "USD")


def test_the_gate_lists_every_objection_and_tells_the_first():
    passed = _gate(())
    failed = _gate(("a is lost", "b | c is lost"))

    assert passed.passed
    assert passed.description == "nothing speaks against it"
    assert not failed.passed
    assert failed.description == "a is lost; and 1 more objection"
    assert failed.metadata["objections"].value == (
        "| objection |\n| --- |\n| a is lost |\n| b / c is lost |"
    )
