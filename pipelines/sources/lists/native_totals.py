"""Native totals: what a vendor's own console or API says that a month cost.

No export has that number, so it is a CSV that a person or a script keeps beside the
exports: one row per account, month, cost basis and tool, as it was read on a day. A
later reading takes the place of an earlier one. What the ledger says beside it is in
the mart ``fct_native_totals_monthly``.
"""

from collections.abc import Sequence

from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.schema.vocabulary import COST_BASES
from pipelines.sources.formats.csv_cells import TYPES, Known, listed, positions
from pipelines.sources.formats.keyed_list import Restated

NATIVE_TOTALS = Restated(
    source="native_totals",
    known=(
        Known("ledger_source", TYPES["text"], is_needed=True),
        Known("sub_account_id", TYPES["text"], is_needed=False),
        Known("billing_period", TYPES["month"], is_needed=True),
        Known("cost_basis", listed(COST_BASES), is_needed=True),
        Known("native_total", TYPES["amount"], is_needed=True),
        Known("currency", TYPES["currency"], is_needed=True),
        Known("tool", TYPES["text"], is_needed=True),
        Known("read_on", TYPES["date"], is_needed=True),
    ),
    checks={
        "read_on": (
            "strftime(read_on, '%Y-%m') >= billing_period",
            "a day of the month that was read, or a later one",
        ),
    },
    dated="billing_period",
    key=("ledger_source", "sub_account_id", "cost_basis", "currency", "tool"),
    replaced="a newer reading has its total",
    newest="read_on desc, age desc, row_number desc",
)


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with a native total and the day on which it was read."""
    named = positions(candidate.columns).keys()
    return candidate.format == "csv" and named >= {"native_total", "read_on"}


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the totals of a month, each as it was read last."""
    return f"""
        select
            * exclude (billing_period, row_number, file_name, age, left_out),
            strptime(billing_period, '%Y-%m') as billing_period_start,
            'native_totals' as source_name,
            row_number as source_row_number
        from ({NATIVE_TOTALS.rows(deliveries, period)})
        where left_out is null
    """


SOURCE = Source(
    name="native_totals",
    table="native_totals",
    description="What a vendor's own console or API says that a month cost.",
    expected=f"a CSV with the header {NATIVE_TOTALS.header}",
    claims=claims,
    drops=NATIVE_TOTALS.drops,
    select=select,
    tally=NATIVE_TOTALS.tally,
    restates="rows",
    is_list=True,
)
