"""What a rule is."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rule:
    """One demand of the specification on a row.

    Attributes:
        id: stable name, ``<Column>-<what>``.
        column: the column that is wrong when the rule is broken.
        section: the specification's part that demands it.
        severity: 'error' for MUST, 'warn' for SHOULD.
        text: the requirement in Unitmill's words.
        broken: SQL over the ledger's columns that is true for a row that breaks it.
        fault: SQL assignments that break it in a good row, for the mutation test.
        when: SQL that picks a row which the fault can break; any row when empty.
        only_if_supplied: conditional columns are checked only where a source fills
            them at all.
    """

    id: str
    column: str
    section: str
    severity: Literal["error", "warn"]
    text: str
    broken: str
    fault: str
    when: str = ""
    only_if_supplied: bool = False
