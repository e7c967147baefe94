"""One check of a build: how it ended, and the sentence that says what is wrong."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """How one check of a build ended.

    Attributes:
        name: of the check, as Dagster shows it.
        passed: whether it held.
        severity: whether it blocks publishing.
        detail: what is wrong in one sentence: source, month, amount, cause, what to do.
        asset: what it is a check of.
        skipped: whether it could not run because of another one that failed.
    """

    name: str
    passed: bool
    severity: Literal["error", "warn"]
    detail: str = ""
    asset: str = ""
    skipped: bool = False

    @property
    def title(self) -> str:
        """What it is called among the checks of its kind."""
        return f"{self.asset} {self.name}".strip()

    @property
    def blocks(self) -> bool:
        """Whether it speaks against publishing."""
        return self.severity == "error" and not self.passed

    def objection(self, kind: str) -> str:
        """Say what is wrong, then which check found it."""
        if not self.detail:
            return f"{kind} check failed: {self.title}"
        return f"{self.detail} [{kind} check {self.title}]"
