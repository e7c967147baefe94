"""Optimisations: what somebody changes to save money, and what it promises.

No bill knows why it fell, so it is a CSV that a person (or an agent) keeps beside the
exports. A row is the state of an optimisation from its first day on; a later row of the
same id is its next state. What a done one saved is in the mart ``fct_optimizations``.
"""

from pipelines.budgets import SCOPE_TYPES
from pipelines.envelopes.dated_lists import Rules
from pipelines.envelopes.filled_in import TYPES, Known, listed

STATES = ("proposed", "accepted", "done", "dismissed")
OPTIMISATIONS = Rules(
    source="optimisations",
    known=(
        Known("optimisation_id", TYPES["text"], is_needed=True),
        Known("opportunity_id", TYPES["text"], is_needed=False),
        Known("change", TYPES["text"], is_needed=True),
        Known("lever", TYPES["text"], is_needed=True),
        Known("scope_type", listed(SCOPE_TYPES), is_needed=True),
        Known("scope_value", TYPES["text"], is_needed=False),
        Known("promised_monthly_saving", TYPES["amount"], is_needed=True),
        Known("currency", TYPES["currency"], is_needed=True),
        Known("state", listed(STATES), is_needed=True),
        Known("owner_team", TYPES["text"], is_needed=False),
    ),
    checks={
        "optimisation_id": (
            "count(*) over (partition by optimisation_id, valid_from) = 1",
            "an id that no other optimisation of that day has",
        ),
        "scope_value": (
            "(scope_type = 'total') = (scope_value is null)",
            "what is changed, or nothing where scope_type is total",
        ),
        "promised_monthly_saving": ("promised_monthly_saving >= 0", "0 or more"),
    },
)

SOURCE = OPTIMISATIONS.as_source(
    "What is changed to save money, what it promises, and how far it is."
)
