"""Native totals: what a vendor's own console or API says that a month cost.

A row is one total of a source, or of one of its accounts, as it was read on a day. A
later reading takes the place of an earlier one. What the ledger says beside it is in
the mart ``fct_native_totals_monthly``.
"""

from pipelines.schema.vocabulary import COST_BASES
from pipelines.sources.formats.csv_cells import TYPES, Check, listed
from pipelines.sources.formats.owner_list import Derived, ListColumn, OwnerList

NATIVE_TOTALS = OwnerList(
    name="native_totals",
    description="What a vendor's own console or API says that a month cost.",
    grain=(
        "One row per source, account, month, cost basis, currency and tool, as it was "
        "read last."
    ),
    restates="rows",
    month_of="billing_period",
    key=(
        "ledger_source",
        "sub_account_id",
        "billing_period",
        "cost_basis",
        "currency",
        "tool",
    ),
    replaced="a newer reading has its total",
    newest="read_on desc, age desc, row_number desc",
    recognized_by=("native_total", "read_on"),
    columns=(
        ListColumn(
            "ledger_source",
            TYPES["text"],
            "The source whose charges the total is of.",
            required=True,
            staged_as="source_name",
        ),
        ListColumn(
            "sub_account_id",
            TYPES["text"],
            "The account, subscription or project, as in the ledger; blank for all of "
            "the source.",
            blank="'all'",
        ),
        ListColumn(
            "billing_period",
            TYPES["month"],
            "The month that was read.",
            required=True,
            stored_as=None,
        ),
        ListColumn(
            "cost_basis",
            listed(COST_BASES),
            "The cost that the tool shows: billed (unblended, actual) or effective "
            "(amortized).",
            required=True,
        ),
        ListColumn(
            "native_total",
            TYPES["amount"],
            "What the tool says that the month cost.",
            required=True,
        ),
        ListColumn(
            "currency",
            TYPES["currency"],
            "ISO 4217 currency of native_total.",
            required=True,
            staged_as="billing_currency",
        ),
        ListColumn(
            "tool",
            TYPES["text"],
            "Where it was read, such as Cost Explorer.",
            required=True,
        ),
        ListColumn(
            "read_on", TYPES["date"], "The day on which it was read.", required=True
        ),
    ),
    derived=(
        Derived(
            "billing_period_start",
            "TIMESTAMP",
            "strptime(billing_period, '%Y-%m')",
            "First moment (UTC) of the month that was read.",
        ),
    ),
    checks={
        "read_on": Check(
            "strftime(read_on, '%Y-%m') >= billing_period",
            "a day of the month that was read, or a later one",
        ),
    },
)
