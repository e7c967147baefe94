"""Shared cost rules: how costs that serve many are split between them.

The rows of one ``rule_id`` are one rule: what it shares, in which step and by which
method, and one row per target. Steps run in their order, and what a step gives out it
never gets back: a rule whose target is shared out then or before is refused.
"""

from fnmatch import fnmatchcase
from itertools import product

import duckdb

from pipelines.landing.source import LOOK_INSIDE, Candidate, ExportError
from pipelines.sources.formats.csv_cells import TYPES, Check, listed, scan
from pipelines.sources.formats.owner_list import FROM, TO, ListColumn, OwnerList

SHARE_KINDS = (
    "team",
    "project",
    "workload",
    "sub_account",
    "service",
    "ai_cost_class",
    "charge_category",
    "unused_commitment",
    "unassigned",
)
METHODS = ("proportional", "even", "fixed", "driver")
TARGET_KINDS = ("team", "project")
_ONE_RULE = ("step", "share_kind", "share_pattern", "method", "target_kind")
_HAS_WEIGHT = "(method in ('fixed', 'driver')) = (weight is not null)"
_SUM_OF_WEIGHTS = "sum(weight) over (partition by rule_id, valid_from)"


def _alike(column: str) -> Check:
    rule = "over (partition by rule_id, valid_from)"
    return Check(
        f"min({column}) {rule} = max({column}) {rule}",
        "the same as in the rule's other rows",
    )


COLUMNS = (
    ListColumn(
        "rule_id",
        TYPES["text"],
        "Names the rule; its rows are its targets.",
        required=True,
    ),
    ListColumn(
        "step",
        TYPES["count"],
        "Steps run in their order, from 1; each sees what the one before it left.",
        required=True,
    ),
    ListColumn(
        "share_kind",
        listed(SHARE_KINDS),
        "By what the shared costs are found.",
        required=True,
    ),
    ListColumn(
        "share_pattern",
        TYPES["text"],
        "Which of them; `*` stands for any letters.",
        required=True,
    ),
    ListColumn(
        "method",
        listed(METHODS),
        "How they are apportioned: proportional to what the targets cost in the month, "
        "even, by fixed percentages, or by a driver such as heads or machines.",
        required=True,
    ),
    ListColumn("target_kind", listed(TARGET_KINDS), "Who takes a part.", required=True),
    ListColumn(
        "target_pattern",
        TYPES["text"],
        "Which ones; `*` for all that have cost in the month.",
        required=True,
    ),
    ListColumn(
        "weight",
        TYPES["number"],
        "Percentage (fixed) or amount (driver); blank for the others.",
    ),
    FROM,
    TO,
)


def refuse_circles(file: Candidate) -> None:
    """Refuse rules that give costs to whom a step up to theirs takes them from.

    Raises:
        ExportError: a target gives on, in the same step or an earlier one, what it
            would get.
    """
    columns = "row_number, try_cast(step as integer), share_kind, share_pattern, "
    columns += "target_kind, target_pattern, valid_from, valid_to"
    with duckdb.connect(config=LOOK_INSIDE) as db:
        rows = db.execute(f"select {columns} from ({scan(file, COLUMNS)})").fetchall()
    for giver, taker in product(rows, rows):
        _, step, kind, pattern, *_, since, until = giver
        number, later, *_, target_kind, target, begins, ends = taker
        if pattern is None or target is None:  # refused by its row when it is read
            continue
        overlap = since < (ends or "9999") and begins < (until or "9999")
        if (step or 0) > (later or 0) or kind != target_kind or not overlap:
            continue
        # A target with '*' means those that have not given theirs away.
        if "*" not in target and fnmatchcase(target.lower(), pattern.lower()):
            raise ExportError(
                f"shared_cost_rules: {file.name}, row {number}: target_pattern is "
                f"{target!r}, whose costs step {step} shares out; expected one that "
                "gives nothing away in that step or before"
            )


SHARED_COST_RULES = OwnerList(
    name="shared_cost_rules",
    description="How shared costs are split, step by step.",
    grain="One row per rule, first day and target.",
    key=("rule_id", "target_pattern"),
    columns=COLUMNS,
    refuse=refuse_circles,
    checks={
        **{column: _alike(column) for column in _ONE_RULE},
        "target_pattern": Check(
            "weight is null or target_pattern not like '%*%'",
            "one name, because it has a weight of its own",
        ),
        "weight": Check(
            f"{_HAS_WEIGHT} and (method <> 'fixed' or {_SUM_OF_WEIGHTS} = 100)",
            "percentages that sum to 100 for fixed, an amount for driver, else nothing",
        ),
    },
)
