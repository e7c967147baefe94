"""What people ask of a published version: each question with its query, by section.

Belongs here: the questions, in one file a section, each with one query over the marts
and a sentence on how to read its answer; the month that a query is asked of. Does not
belong here: a number that no mart has, and how an answer is shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
# In the order in which a reader meets them: title, and what the section is about.
SECTIONS = {
    "costs": "What did we spend?",
    "allocation": "Who owns the cost?",
    "unit_costs": "What does one cost?",
    "training": "What does training cost?",
    "coding": "What do coding tools cost?",
    "planning": "What will it cost, and which alerts are there?",
    "rates": "Do we pay the right price?",
    "usage": "Do we use what we pay for?",
    "optimization": "What would an optimization save?",
    "value": "Is it worth it?",
    "reconciliation": "Does it reconcile?",
}


class QuestionError(Exception):
    """A question cannot be asked; the message names its file and what it lacks."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        question: in words, on one line.
        query: one SELECT; ``$month`` in it is the first day of a month.
        says: how its answer is read, on one line.
    """

    question: str
    query: str
    says: str


def questions(folder: Path = FOLDER) -> dict[str, list[Question]]:
    """Give the questions of each section, in reading order.

    Args:
        folder: of the files ``<section>.yml``.

    Raises:
        QuestionError: a file of no section, or a question that lacks a part.
    """
    strange = {path.stem for path in folder.glob("*.yml")} - set(SECTIONS)
    if strange:
        known = ", ".join(SECTIONS)
        raise QuestionError(f"{min(strange)}.yml: expected one of {known}")
    return {
        section: list(_read(folder / f"{section}.yml"))
        for section in SECTIONS
        if (folder / f"{section}.yml").exists()
    }


def _read(path: Path) -> Iterator[Question]:
    asked: list[Mapping[str, str]] = yaml.load(
        path.read_text("utf-8"), yaml.CSafeLoader
    )
    for one in asked:
        if set(one) != {"question", "query", "says"}:
            raise QuestionError(
                f"{path.name}: {one.get('question')}: has {', '.join(one)}; "
                "expected question, query and says"
            )
        question, says = (" ".join(one[part].split()) for part in ("question", "says"))
        yield Question(question, one["query"].strip(), says)
