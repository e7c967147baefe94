"""Budgets: what a team, a project or any other scope may cost, as its owner plans it.

No bill knows a budget, so it is a CSV that a person keeps beside the exports. A row is
an amount from its first day to before its last; a yearly pot is one row, a monthly
budget one row a month. What was spent of it is in the mart ``fct_budget_status_daily``.
"""

from pipelines.schema.vocabulary import COST_BASES, SCOPE_TYPES
from pipelines.sources.formats.csv_cells import TYPES, Known, listed
from pipelines.sources.formats.effective_dated_list import Rules

# What of the amount may be spent before somebody is told, where a row does not say it.
THRESHOLDS = "50;80;100"
_PERCENTS = r"regexp_full_match(threshold_percents, '\d{1,3}(\s*;\s*\d{1,3})*')"
BUDGETS = Rules(
    source="budgets",
    known=(
        Known("budget_id", TYPES["text"], is_needed=True),
        Known("budget_name", TYPES["text"], is_needed=False),
        Known("scope_type", listed(SCOPE_TYPES), is_needed=True),
        Known("scope_value", TYPES["text"], is_needed=False),
        Known("budget_amount", TYPES["amount"], is_needed=True),
        Known("budget_currency", TYPES["currency"], is_needed=True),
        Known("cost_basis", listed(COST_BASES), is_needed=False),
        Known("owner_team", TYPES["text"], is_needed=False),
        Known("threshold_percents", TYPES["text"], is_needed=False),
        Known("channel", TYPES["text"], is_needed=False),
    ),
    checks={
        "budget_id": (
            "count(*) over (partition by budget_id, valid_from) = 1",
            "an id that no other budget of that day has",
        ),
        "scope_value": (
            "(scope_type = 'total') = (scope_value is null)",
            "what is budgeted, or nothing where scope_type is total",
        ),
        "budget_amount": ("budget_amount > 0", "more than 0"),
        "threshold_percents": (
            f"threshold_percents is null or {_PERCENTS}",
            f"percents of the amount, such as {THRESHOLDS}",
        ),
        "valid_to": (
            "valid_to is not null and valid_to > valid_from",
            "the first day after the budget",
        ),
    },
)

SOURCE = BUDGETS.as_source(
    "What teams, projects and others may cost, by their owners' plan."
)
