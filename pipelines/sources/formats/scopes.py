"""The scope of a list's row: the level of cost that it applies to, and which one.

Belongs here: what lists with a scope say alike. The levels stand in
``schema.vocabulary``.
"""

from pipelines.schema.vocabulary import SCOPE_TYPES
from pipelines.sources.formats.csv_cells import TYPES, Check, listed
from pipelines.sources.formats.owner_list import ListColumn

SCOPE = (
    ListColumn(
        "scope_type", listed(SCOPE_TYPES), "The level it applies to.", required=True
    ),
    ListColumn(
        "scope_value",
        TYPES["text"],
        "Which one, as `fct_showback_daily` spells it; blank for total.",
        blank="'all'",
    ),
)


def scope_check(meaning: str) -> Check:
    """Ask for a value where the scope is not total.

    Args:
        meaning: what the scope is of, such as 'what is budgeted'.
    """
    return Check(
        "(scope_type = 'total') = (scope_value is null)",
        f"{meaning}, or nothing where scope_type is total",
    )
