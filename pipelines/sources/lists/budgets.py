"""Budgets: what a team, a project or any other scope may cost, as its owner plans it.

A row is an amount from its first day to before its last; a yearly pot is one row, a
monthly budget one row a month. What was spent of it is in the mart
``fct_budget_status_daily``.
"""

from pipelines.schema.vocabulary import COST_BASES
from pipelines.sources.formats.csv_cells import TYPES, Check, listed
from pipelines.sources.formats.owner_list import FROM, TO, ListColumn, OwnerList
from pipelines.sources.formats.scopes import SCOPE, scope_check

# How much of the amount may be spent before an alert, where a row does not say it.
THRESHOLDS = "50;80;100"
_PERCENTS = r"regexp_full_match(threshold_percents, '\d{1,3}(\s*;\s*\d{1,3})*')"
BUDGETS = OwnerList(
    name="budgets",
    description="What teams, projects and others may cost, by their owners' plan.",
    grain="One row per budget and first day.",
    key=("budget_id",),
    columns=(
        ListColumn(
            "budget_id",
            TYPES["text"],
            "Names the budget, once per first day.",
            required=True,
        ),
        ListColumn(
            "budget_name", TYPES["text"], "What people call it.", blank="budget_id"
        ),
        *SCOPE,
        ListColumn(
            "budget_amount",
            TYPES["amount"],
            "What it may cost in all its days.",
            required=True,
        ),
        ListColumn(
            "budget_currency",
            TYPES["currency"],
            "The currency of the amount.",
            required=True,
            in_reporting_currency=True,
        ),
        ListColumn(
            "cost_basis",
            listed(COST_BASES),
            "The cost that is compared with it.",
            blank="'effective'",
        ),
        ListColumn("owner_team", TYPES["text"], "Who is responsible for it."),
        ListColumn(
            "threshold_percents",
            TYPES["text"],
            "Percentages of the amount at which an alert is raised.",
            blank=f"'{THRESHOLDS}'",
        ),
        ListColumn(
            "channel",
            TYPES["text"],
            "The channel of `[alerts]` that its alerts go to; blank means `default`.",
        ),
        FROM,
        TO,
    ),
    checks={
        "scope_value": scope_check("what is budgeted"),
        "budget_amount": Check("budget_amount > 0", "more than 0"),
        "threshold_percents": Check(
            f"threshold_percents is null or {_PERCENTS}",
            f"percents of the amount, such as {THRESHOLDS}",
        ),
        "valid_to": Check(
            "valid_to is not null and valid_to > valid_from",
            "the first day after the budget",
        ),
    },
)
