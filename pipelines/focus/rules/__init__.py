"""The FOCUS 1.4 rules as data: what must hold for a row of Cost and Usage.

- ``rule``     what a rule is
- ``columns``  rules that follow from the facts of one column (``columns.csv``)
- ``charges``  rules over several columns: charges, prices, quantities
- ``objects``  rules over several columns: commitments, resources, JSON objects

Belongs here: requirements of the specification; the texts are Unitmill's, ``section``
names the part that demands the rule. Does not belong here: running them
(``focus.conformance``), and promises of Unitmill's own (``quality``).
"""

from functools import cache

from pipelines.focus.rules.charges import CHARGE_RULES
from pipelines.focus.rules.columns import column_rules
from pipelines.focus.rules.objects import OBJECT_RULES
from pipelines.focus.rules.rule import Rule

__all__ = ["Rule", "all_rules"]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Give every rule, column rules first; ids are unique."""
    rules = (*column_rules(), *CHARGE_RULES, *OBJECT_RULES)
    ids = [rule.id for rule in rules]
    twice = {rule_id for rule_id in ids if ids.count(rule_id) > 1}
    assert not twice, f"rule ids used twice: {twice}"
    return rules
