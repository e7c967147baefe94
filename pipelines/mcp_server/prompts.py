"""The documented questions as prompts: each with its SQL, and how to read the answer.

Belongs here: their names, and the words around a question. Does not belong here: the
questions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.mcp_server.answers import AskError
from pipelines.questions import Question, questions
from pipelines.questions.months import month_of

# What a client shows as a command; some cut or refuse longer ones.
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question under a name that is its own."""

    name: str
    section: str
    asked: Question

    def text(self, month: str = "") -> str:
        """Ask an agent to answer the question by its query.

        Args:
            month: ``2026-10``; empty for the newest reconciled one.

        Raises:
            AskError: the question is of all months.
            MonthError: it is no month.
        """
        call = "Call the tool `query` with this SQL as it is"
        if month and "$month" not in self.asked.query:
            raise AskError(f"{self.asked.question} is of all months; give no month")
        if month:
            call += f' and month "{month_of(month):%Y-%m}"'
        return (
            f"{self.asked.question}\n\n{call}:\n\n"
            f"```sql\n{self.asked.query}\n```\n\n"
            f"How to read the answer: {self.asked.says}\n"
            "Say which version it is from, and name the months not reconciled if the "
            "answer is of one of them."
        )


def prompts() -> Iterator[Prompt]:
    """Give each documented question, in the order of their page."""
    for section, asked in questions().items():
        for one in asked:
            yield Prompt(_name(one.question), section, one)


def _name(question: str) -> str:
    """Write a question as a name: its first words."""
    words = re.sub(r"[^a-z0-9 ]", "", question.lower()).split()
    name = ""
    for word in words:
        longer = f"{name}_{word}" if name else word
        if len(longer) > LONGEST_NAME:
            break
        name = longer
    return name
