"""How costs that serve many are split between them: shared_cost_rules.csv.

The rows of one ``rule_id`` are one rule: what it shares, in which step and by which
method, and one row per target. Steps run in their order, and what a step gives out it
never gets back: a rule whose target is shared out then or before is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import product

import duckdb

from pipelines.landing.source import LOOK_INSIDE, Candidate, Drop, ExportError
from pipelines.sources.formats.csv_cells import TYPES, Known, listed, scan
from pipelines.sources.formats.effective_dated_list import Rules

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


def _alike(column: str) -> tuple[str, str]:
    rule = "over (partition by rule_id, valid_from)"
    return (
        f"min({column}) {rule} = max({column}) {rule}",
        "the same as in the rule's other rows",
    )


RULES = Rules(
    source="shared_cost_rules",
    known=(
        Known("rule_id", TYPES["text"], is_needed=True),
        Known("step", TYPES["count"], is_needed=True),
        Known("share_kind", listed(SHARE_KINDS), is_needed=True),
        Known("share_pattern", TYPES["text"], is_needed=True),
        Known("method", listed(METHODS), is_needed=True),
        Known("target_kind", listed(TARGET_KINDS), is_needed=True),
        Known("target_pattern", TYPES["text"], is_needed=True),
        Known("weight", TYPES["number"], is_needed=False),
    ),
    checks={
        **{column: _alike(column) for column in _ONE_RULE},
        "target_pattern": (
            "weight is null or target_pattern not like '%*%'",
            "one name, because it has a weight of its own",
        ),
        "weight": (
            f"{_HAS_WEIGHT} and (method <> 'fixed' or {_SUM_OF_WEIGHTS} = 100)",
            "percentages that sum to 100 for fixed, an amount for driver, else nothing",
        ),
    },
)


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Take each file as a drop, unless it shares in a circle.

    Raises:
        ExportError: a column or a first day is missing, or a target gives on, in the
            same step or an earlier one, what it would get.
    """
    for drop in RULES.drops(candidates):
        refuse_circles(drop.files[0])
        yield drop


def refuse_circles(file: Candidate) -> None:
    """Refuse rules that give costs to whom a step up to theirs takes them from."""
    columns = "row_number, try_cast(step as integer), share_kind, share_pattern, "
    columns += "target_kind, target_pattern, valid_from, valid_to"
    with duckdb.connect(config=LOOK_INSIDE) as db:
        rows = db.execute(
            f"select {columns} from ({scan(file.path, RULES.columns)})"
        ).fetchall()
    for giver, taker in product(rows, rows):
        _, step, kind, pattern, *_, since, until = giver
        number, later, *_, target_kind, target, begins, ends = taker
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


SOURCE = replace(
    RULES.as_source("How shared costs are split, step by step."), drops=drops
)
