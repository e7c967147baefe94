"""Each question that people bring has one query, and its answer on the page."""

import importlib.util

import duckdb
import pytest

from pipelines.publishing.versions import current
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
    for section, asked in ASKER.questions().items()
    for number, one in enumerate(asked, start=1)
]


@pytest.fixture(scope="module")
def published(sample_home):
    return current(Settings(home=sample_home)).database


@pytest.mark.slow
@pytest.mark.parametrize("one", ASKED)
def test_a_question_has_an_answer_that_fits_on_the_page(one, published):
    with duckdb.connect(str(published), read_only=True) as db:
        rows = db.execute(one["query"]).fetchall()

    assert 0 < len(rows) <= ASKER.ANSWER_ROWS


@pytest.mark.slow
def test_the_page_says_what_the_sample_company_s_marts_say(published):
    assert ASKER.PAGE.read_text("utf-8") == ASKER.page(published), "run: make docs"


def test_every_question_is_asked_once_and_ends_with_a_question_mark():
    asked = [" ".join(one.values[0]["question"].split()) for one in ASKED]

    assert all(question.endswith("?") for question in asked)
    assert len(asked) == len(set(asked)) > 0


def test_a_question_of_no_section_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(ASKER, "FOLDER", tmp_path)
    (tmp_path / "gossip.yml").write_text("[]", "utf-8")

    with pytest.raises(ASKER.QuestionError, match=r"gossip\.yml: expected"):
        ASKER.questions()


def test_a_question_without_a_query_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(ASKER, "FOLDER", tmp_path)
    (tmp_path / "costs.yml").write_text("- question: What?\n  says: It.\n", "utf-8")

    with pytest.raises(ASKER.QuestionError, match="has question, says; expected"):
        ASKER.questions()
