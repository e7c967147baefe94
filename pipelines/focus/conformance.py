"""Judge rows by all FOCUS rules: one aggregate query, however many rules.

Every rule becomes one counter of one scan. Only rules that somebody broke are asked
again, for examples.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines.focus.rules import Rule, all_rules

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The result of one rule for a set of rows.

    Attributes:
        rule: the rule.
        rows: rows evaluated.
        failing: rows that break it.
        examples: where some of them are: source row numbers with the delivery.
    """

    rule: Rule
    rows: int
    failing: int
    examples: tuple[str, ...]


def evaluate(
    db: duckdb.DuckDBPyConnection, relation: str, rules: Sequence[Rule] | None = None
) -> list[RuleResult]:
    """Evaluate every rule on a relation with the ledger's columns."""
    chosen = all_rules() if rules is None else rules
    counted = db.execute(counting_query(relation, chosen)).fetchone()
    assert counted is not None
    rows, *failing = (int(value or 0) for value in counted)
    return [
        RuleResult(rule, rows, count, _examples(db, relation, rule) if count else ())
        for rule, count in zip(chosen, failing, strict=True)
    ]


def counting_query(relation: str, rules: Sequence[Rule]) -> str:
    """Compile rules into one SELECT of one row: all rows, then rows per broken rule."""
    counters = ",\n".join(_counter(rule) for rule in rules)
    return f"select count(*),\n{counters}\nfrom {relation}"


def _counter(rule: Rule) -> str:
    count = f"count_if({rule.broken})"
    if rule.only_if_supplied:
        return f'case when count("{rule.column}") > 0 then {count} else 0 end'
    return count


def _examples(
    db: duckdb.DuckDBPyConnection, relation: str, rule: Rule
) -> tuple[str, ...]:
    rows = db.execute(
        f"select concat_ws(' row ', x_DeliveryId, x_SourceRowNumber) "
        f"from {relation} where {rule.broken} limit {EXAMPLES}"
    ).fetchall()
    return tuple(str(row[0]) for row in rows)
