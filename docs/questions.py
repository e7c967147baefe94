"""Write questions.md and charts.md: what is asked, by which query, and its answer.

Belongs here: asking and laying out. Does not belong here: the questions, which are in
``pipelines/questions``, and in ``pipelines/pages`` those that have a chart.
``make docs`` runs it on the published sample company;
``tests/dbt_project/test_questions.py`` fails when a page differs from that company's
newest build.
"""
# ruff: noqa: INP001 - a folder of pages with scripts, no package

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from pipelines.ledger.summary import markdown
from pipelines.pages.answers import answer_sql
from pipelines.pages.definition import pages
from pipelines.publishing.versions import current
from pipelines.questions import SECTIONS, questions
from pipelines.questions.months import bound, newest_reconciled_month
from pipelines.settings import PROJECT_DIR, Settings

PAGE = PROJECT_DIR / "docs" / "questions.md"
CHARTS = PROJECT_DIR / "docs" / "charts.md"
ANSWER_ROWS = 8

HEAD = """# Questions, their queries and their answers

<!-- Made by `make docs` from pipelines/questions; do not edit. -->

Each answer is that of the sample company, from what `make demo` publishes.
Ask the same of your own bills with `unitmill query` and the query below the question.

`$month` is the first day of the month that is asked about.
`unitmill query` fills it with the newest reconciled month: the newest in which every \
source that has bills is proven by its invoice, or owes none.
Where no month is reconciled, it is the newest that has bills, and `unitmill query` \
says so.
`--month 2026-09` chooses another; the month before is `$month - interval 1 month`.
In double quotes a shell replaces `$month` by nothing: use single quotes, or a file \
with `--file`.
A notebook binds it as [notebooks.md](notebooks.md) shows; in a BI tool, write \
`date '2026-09-01'` in its place, or the tool's own parameter.

The answers below are those of {month}.
"""

CHARTS_HEAD = """# The charts of each page, their queries and their answers

<!-- Made by `make docs` from pipelines/pages/definitions; do not edit. -->

How to open, serve and mail the pages: [pages.md](pages.md).
Each chart is one question; its query sums the rows that a click on a number opens.
The answers, up to {rows} rows of each, are those of the sample company, and `$month` \
is {month}; [questions.md](questions.md) says what `$month` is.
"""


def charts_page(database: Path) -> str:
    """Lay out every chart with the answer that a published version gives."""
    with duckdb.connect(str(database), read_only=True) as db:
        return "\n".join(_chart_lines(db)) + "\n"


def _chart_lines(db: duckdb.DuckDBPyConnection) -> Iterator[str]:
    month = newest_reconciled_month(db).start
    yield CHARTS_HEAD.format(rows=ANSWER_ROWS, month=f"{month:%B %Y}").rstrip()
    yield ""
    for one in pages():
        anchor = re.sub(r"[^\w\- ]", "", one.title.lower()).replace(" ", "-")
        yield f"- [{one.title}](#{anchor}): {one.question}"
    for one in pages():
        yield from ("", f"## {one.title}", "", one.question)
        for chart in one.charts:
            yield from ("", f"### {one.title}: {chart.question}", "", chart.says)
            if chart.trap:
                yield from ("", f"Trap: {chart.trap}")
            sql = answer_sql(one, chart)
            yield from ("", "```sql", sql, "```", "", _answer(db, sql, month))


def page(database: Path) -> str:
    """Lay out every question with the answer that a published version gives."""
    with duckdb.connect(str(database), read_only=True) as db:
        return "\n".join(_lines(db)) + "\n"


def _lines(db: duckdb.DuckDBPyConnection) -> Iterator[str]:
    month = newest_reconciled_month(db).start
    yield from (HEAD.format(month=f"{month:%B %Y}").rstrip(), "")
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
            yield from ("", f"### {one.question}", "", one.says, "")
            yield from ("```sql", one.query, "```", "")
            yield _answer(db, one.query, month)


def _answer(db: duckdb.DuckDBPyConnection, query: str, month: date) -> str:
    asked = db.execute(query, bound(db, query, month))
    head = [column[0] for column in asked.description or []]
    return markdown(head, asked.fetchmany(ANSWER_ROWS))


def main() -> None:
    """Write the page from the version that `make demo` published."""
    version = current(Settings())
    if version is None:
        sys.exit("nothing is published; run: make demo")
    PAGE.write_text(page(version.database), "utf-8")
    CHARTS.write_text(charts_page(version.database), "utf-8")


if __name__ == "__main__":
    main()
