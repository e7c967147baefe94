"""Each question that people bring has one query, and its answer on the page."""

import importlib.util
import re
from datetime import date

import duckdb
import pytest

from pipelines.publishing.versions import current
from pipelines.questions import QuestionError, questions
from pipelines.questions.months import bound
from pipelines.settings import PROJECT_DIR, Settings


def asker():
    spec = importlib.util.spec_from_file_location(
        "questions", PROJECT_DIR / "docs" / "questions.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ASKER = asker()
ASKED = [
    pytest.param(one, id=f"{section}-{number}")
    for section, asked in questions().items()
    for number, one in enumerate(asked, start=1)
]
MONTHS = [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]


@pytest.fixture(scope="module")
def published(sample_home):
    return current(Settings(home=sample_home)).database


@pytest.fixture(scope="module")
def db(published):
    """Open what is published once: that takes longer than most questions."""
    with duckdb.connect(str(published), read_only=True) as opened:
        yield opened


@pytest.mark.slow
@pytest.mark.parametrize("one", ASKED)
def test_a_question_has_an_answer_that_fits_on_the_page(one, db):
    rows = db.execute(one.query, bound(db, one.query)).fetchall()

    assert 0 < len(rows) <= ASKER.ANSWER_ROWS


def with_ties_broken(query, columns, direction):
    """Give a query whose rows stand by their columns where its order leaves them."""
    last = ", ".join(f"{place} {direction}" for place in range(1, columns + 1))
    return re.sub(r"(\s+limit \d+)?$", rf", {last}\1", query, count=1)


@pytest.mark.slow
@pytest.mark.parametrize("one", ASKED)
def test_rows_that_cost_the_same_stand_in_one_order(one, db):
    """Else the answer, and what its limit leaves out, changes from run to run."""
    for month in MONTHS:
        values = bound(db, one.query, month)
        asked = db.execute(one.query, values)
        columns = len(asked.description)
        if len(asked.fetchall()) < 2 or "order by all" in one.query:
            continue
        answers = [
            db.execute(with_ties_broken(one.query, columns, way), values).fetchall()
            for way in ("asc", "desc")
        ]
        assert answers[0] == answers[1]


@pytest.mark.slow
def test_every_question_can_be_asked_of_every_month(db):
    empty = {}
    for one in (param.values[0] for param in ASKED):
        for month in MONTHS:
            values = bound(db, one.query, month)
            if values and not db.execute(one.query, values).fetchall():
                empty.setdefault(month, []).append(one.question)

    # The sample company's first month has no month before it, and few alerts.
    assert date(2026, 10, 1) not in empty


def test_no_question_is_of_a_month_of_the_sample_alone():
    literal = re.compile(r"\d{4}-\d{2}|\b(august|september|october)\b", re.IGNORECASE)
    asked = [param.values[0] for param in ASKED]

    assert [one.question for one in asked if literal.search(one.query)] == []
    assert sum("$month" in one.query for one in asked) >= 59


@pytest.mark.slow
def test_the_page_says_what_the_sample_company_s_marts_say(published):
    assert ASKER.PAGE.read_text("utf-8") == ASKER.page(published), "run: make docs"


@pytest.mark.slow
def test_the_page_of_charts_says_what_the_sample_company_s_marts_say(published):
    assert ASKER.CHARTS.read_text("utf-8") == ASKER.charts_page(published), (
        "run: make docs"
    )


def test_every_question_is_asked_once_and_ends_with_a_question_mark():
    asked = [param.values[0].question for param in ASKED]

    assert all(question.endswith("?") for question in asked)
    assert len(asked) == len(set(asked)) > 0


def test_a_question_of_no_section_is_refused(tmp_path):
    (tmp_path / "gossip.yml").write_text("[]", "utf-8")

    with pytest.raises(QuestionError, match=r"gossip\.yml: expected"):
        questions(tmp_path)


def test_a_question_without_a_query_is_refused(tmp_path):
    (tmp_path / "costs.yml").write_text("- question: What?\n  says: It.\n", "utf-8")

    with pytest.raises(QuestionError, match="has question, says; expected"):
        questions(tmp_path)
