"""What the validator failed, and what of it was reviewed.

``baseline.csv`` lists every rule that a source is known to fail, with the cause and
our words; '*' stands for every source.
"""

import csv
import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from official_validator.views import View

JUDGE = Path(__file__).with_name("judge.py")
BASELINE = Path(__file__).with_name("baseline.csv")
EVERY_SOURCE = "*"


class ValidatorError(Exception):
    """The validator could not be run; the message says what it said."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that rows of a source fail."""

    rule_id: str
    source_name: str
    failing_row_count: int
    demand: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the validator says of one source: rules per outcome, and what failed."""

    view: View
    outcomes: Counter[str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A line of the baseline: a failure that is known, whose it is, and why."""

    rule_id: str
    source_name: str
    cause: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Say whether this is the review of a finding."""
        return self.rule_id == finding.rule_id and self.source_name in {
            EVERY_SOURCE,
            finding.source_name,
        }


def ask(python: Path, views: Sequence[View]) -> list[Opinion]:
    """Let the validator of an environment judge the views.

    Raises:
        ValidatorError: it crashed.
    """
    command = [str(python), str(JUDGE), *(str(view.path) for view in views)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValidatorError(f"the official validator crashed:\n{done.stderr[-2000:]}")
    said = json.loads(done.stdout)
    return [_opinion(view, said[str(view.path.resolve())]) for view in views]


def _opinion(view: View, rules: dict[str, dict[str, str]]) -> Opinion:
    return Opinion(
        view,
        Counter(rule["outcome"] for rule in rules.values()),
        tuple(
            Finding(rule_id, view.source_name, int(rule["rows"]), rule["demand"])
            for rule_id, rule in sorted(rules.items())
            if rule["outcome"] == "failed"
        ),
    )


def read_baseline(path: Path = BASELINE) -> list[Reviewed]:
    """Read what was reviewed."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [Reviewed(**line) for line in csv.DictReader(lines)]


def unreviewed(
    findings: Iterable[Finding], baseline: Sequence[Reviewed]
) -> list[Finding]:
    """Give the failures that the baseline does not know."""
    return [f for f in findings if not any(line.covers(f) for line in baseline)]


def outlived(
    findings: Sequence[Finding], baseline: Iterable[Reviewed]
) -> list[Reviewed]:
    """Give the lines of the baseline that nothing fails any more."""
    return [line for line in baseline if not any(line.covers(f) for f in findings)]
