"""Write questions.md: what people ask, the query that answers it, and its answer.

Belongs here: asking and laying out. Does not belong here: the questions, which are in
``questions/<folder of marts>.yml``, each with one query over the published marts and a
sentence on how to read the answer. ``make docs`` runs it on the published sample
company; ``tests/dbt_project/test_questions.py`` fails when the page differs from that
company's newest build.
"""
# ruff: noqa: INP001 - a folder of pages with scripts, no package

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import yaml

from pipelines.ledger.summary import markdown
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR, Settings

DOCS = PROJECT_DIR / "docs"
FOLDER = DOCS / "questions"
PAGE = DOCS / "questions.md"
# In the order in which a reader meets them: title, and what the section is about.
SECTIONS = {
    "costs": "What did we spend?",
    "allocation": "Who owns the cost?",
    "unit_costs": "What does one cost?",
    "training": "What does training cost?",
    "planning": "What will it cost, and which alerts are there?",
    "rates": "Do we pay the right price?",
    "usage": "Do we use what we pay for?",
    "optimization": "What would an optimization save?",
    "value": "Is it worth it?",
    "reconciliation": "Does it reconcile?",
}
ANSWER_ROWS = 8

HEAD = """# Questions, their queries and their answers

<!-- Made by `make docs` from questions/*.yml and the sample company; do not edit. -->

Each answer is that of the sample company, from what `make demo` publishes.
Ask the same of your own bills with `unitmill query` and the query below the question.
"""


class QuestionError(Exception):
    """A question cannot be asked; the message names its file and what it lacks."""


def questions() -> dict[str, list[Mapping[str, str]]]:
    """Give the questions of each section, in reading order.

    Raises:
        QuestionError: a file of no section, or a question that lacks a part.
    """
    strange = {path.stem for path in FOLDER.glob("*.yml")} - set(SECTIONS)
    if strange:
        known = ", ".join(SECTIONS)
        raise QuestionError(f"{min(strange)}.yml: expected one of {known}")
    found = {}
    for section in SECTIONS:
        path = FOLDER / f"{section}.yml"
        if path.exists():
            found[section] = yaml.safe_load(path.read_text("utf-8"))
    for section, asked in found.items():
        for one in asked:
            if set(one) != {"question", "query", "says"}:
                raise QuestionError(
                    f"{section}.yml: {one.get('question')}: has {', '.join(one)}; "
                    "expected question, query and says"
                )
    return found


def page(database: Path) -> str:
    """Lay out every question with the answer that a published version gives."""
    with duckdb.connect(str(database), read_only=True) as db:
        return "\n".join(_lines(db)) + "\n"


def _lines(db: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield from (HEAD.rstrip(), "")
    asked = questions()
    for section, title in SECTIONS.items():
        if section in asked:
            anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            yield f"- [{title}](#{anchor}): {len(asked[section])} questions"
    for section, title in SECTIONS.items():
        if section not in asked:
            continue
        yield from ("", f"## {title}")
        for one in asked[section]:
            yield from ("", f"### {' '.join(one['question'].split())}", "")
            yield from (" ".join(one["says"].split()), "")
            yield from ("```sql", one["query"].strip(), "```", "")
            yield _answer(db, one["query"])


def _answer(db: duckdb.DuckDBPyConnection, query: str) -> str:
    asked = db.execute(query)
    head = [column[0] for column in asked.description or []]
    return markdown(head, asked.fetchmany(ANSWER_ROWS))


def main() -> None:
    """Write the page from the version that `make demo` published."""
    version = current(Settings())
    if version is None:
        sys.exit("nothing is published; run: make demo")
    PAGE.write_text(page(version.database), "utf-8")


if __name__ == "__main__":
    main()
