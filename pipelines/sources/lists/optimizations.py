"""Optimizations: what is changed to save money, and what the change promises.

No bill knows why it fell. A row is the state of an optimization from its first day on,
a later row of the same id its next state. What a done one saved is in the mart
``fct_optimizations``.
"""

from pipelines.sources.formats.csv_cells import TYPES, Check, listed
from pipelines.sources.formats.owner_list import FROM, TO, ListColumn, OwnerList
from pipelines.sources.formats.scopes import SCOPE, scope_check

STATES = ("proposed", "accepted", "done", "dismissed")
OPTIMIZATIONS = OwnerList(
    name="optimizations",
    description="What is changed to save money, what it promises, and its state.",
    grain="One row per optimization and first day of a state.",
    key=("optimization_id",),
    columns=(
        ListColumn(
            "optimization_id",
            TYPES["text"],
            "Names the optimization, once per first day.",
            required=True,
        ),
        ListColumn(
            "opportunity_id",
            TYPES["text"],
            "The opportunity that it follows, as `fct_opportunities` names it.",
        ),
        ListColumn(
            "change", TYPES["text"], "What is changed, in words.", required=True
        ),
        ListColumn(
            "optimization_type",
            TYPES["text"],
            "How it saves, such as batch, small_model, spot or right_size.",
            required=True,
        ),
        *SCOPE,
        ListColumn(
            "promised_monthly_saving",
            TYPES["amount"],
            "What a month shall cost less.",
            required=True,
        ),
        ListColumn(
            "currency",
            TYPES["currency"],
            "The currency of the promise.",
            required=True,
            in_reporting_currency=True,
        ),
        ListColumn("state", listed(STATES), "How far it is.", required=True),
        ListColumn("owner_team", TYPES["text"], "Who is responsible for it."),
        FROM,
        TO,
    ),
    checks={
        "scope_value": scope_check("what is changed"),
        "promised_monthly_saving": Check("promised_monthly_saving >= 0", "0 or more"),
    },
)
