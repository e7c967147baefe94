"""Documentation fails like code: what it shows runs, what it names exists."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import typer.main

from pipelines.cli import COMMANDS, app_of
from pipelines.landing.deliveries import load
from pipelines.publishing.versions import current
from pipelines.questions.months import bound
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.registry import (
    COST_SOURCES,
    LIST_SOURCES,
    USAGE_SOURCES,
    all_sources,
)

DOCS = PROJECT_DIR / "docs"
README = PROJECT_DIR / "README.md"
PAGES = sorted([*PROJECT_DIR.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
SQL = re.compile(r"^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
VARIABLE = re.compile(r"\bUNITMILL_[A-Z][A-Z_]*[A-Z]\b")
CLI = typer.main.get_command(app_of(COMMANDS))
# Pages beside those of sources, which several logs share.
SHARED = {"labels", "bad-telemetry"}
SOURCE_PAGES = [
    page for page in sorted((DOCS / "sources").rglob("*.md")) if page.stem not in SHARED
]
QUESTIONS = [
    "Is it whole?",
    "What orders it?",
    "What does it cover?",
    "Does it replace or add?",
]
# What a query of ours asks about is $month, or all months.
LITERAL_MONTH = re.compile(r"'\d{4}-\d{2}(-\d{2})?'")
LEFT_OUT = re.compile(r"left out as `([^`]+)`")
# A word that a page's answer must have where a delivery was ordered so.
ORDERED_BY = {
    "manifest": "manifest",
    "run folder": "folder",
    "pull time": "folder's name",
    "export time": "`export_time`",
    "report number": "number in its name",
    "file date": "file's date",
}


def name_of(page):
    return page.relative_to(PROJECT_DIR).as_posix()


def text_of(*parts):
    return PROJECT_DIR.joinpath(*parts).read_text("utf-8")


def generator():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATED = generator()
WRITTEN = GENERATED.pages()
QUERIES = [
    pytest.param(query, id=f"{name_of(page)}-{number}")
    for page in PAGES
    if page.name != "charts.md"  # tests/pages asks each chart, and knows what is empty
    for number, query in enumerate(SQL.findall(page.read_text("utf-8")), start=1)
]


@pytest.fixture
def quickstart_folder(built, tmp_path):
    """Give a folder that has, by the quickstart's names, a copy of the built demo."""
    folder = tmp_path / "quickstart"
    folder.mkdir()
    for name in ("unitmill.toml", "plans"):
        (folder / name).symlink_to(PROJECT_DIR / name)
    (folder / "sample_exports").symlink_to(built.exports_dir)
    (folder / ".unitmill").symlink_to(built.home_dir)
    return folder


@pytest.fixture
def folder_of_one_vendor(tmp_path):
    """Give a folder whose `sample_exports` are of one vendor."""
    folder = tmp_path / "one_vendor"
    (folder / "sample_exports").mkdir(parents=True)
    (folder / "unitmill.toml").symlink_to(PROJECT_DIR / "unitmill.toml")
    vendor = PROJECT_DIR / "sample_exports" / "openai"
    (folder / "sample_exports" / "openai").symlink_to(vendor)
    return folder


@pytest.mark.slow
def test_every_command_of_the_quickstart_runs(quickstart_folder, folder_of_one_vendor):
    """A `make` target is only asked what it would do: it installs, or it serves.

    `inspect` converts all that it is shown, which is what the build has done.
    """
    blocks = SHELL.findall(text_of("docs", "quickstart.md"))
    commands = [line for block in blocks for line in block.splitlines()]
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "UNITMILL_HOME": str(quickstart_folder / ".unitmill"),
    }

    def folder_of(command):
        inspects = command.startswith("unitmill inspect ")
        return folder_of_one_vendor if inspects else quickstart_folder

    ran = {}
    for command in commands:
        target = command.partition("make ")[2]
        ran[command] = subprocess.run(
            ["make", "--dry-run", target] if target else shlex.split(command),
            cwd=PROJECT_DIR if target else folder_of(command),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    failed = {call: done.stderr for call, done in ran.items() if done.returncode}
    again = next(
        done for call, done in ran.items() if call.startswith("unitmill build")
    )
    assert len(commands) >= 5
    assert failed == {}
    assert "Nothing new" in again.stdout


@pytest.fixture(scope="module")
def published(sample_home):
    """Open the marts once: that takes longer than most queries."""
    database = current(Settings(home=sample_home)).database
    with duckdb.connect(str(database), read_only=True) as db:
        yield db


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_the_docs_answers(query, published):
    rows = published.execute(query, bound(published, query)).fetchall()

    assert rows


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_query_of_the_docs_asks_about_a_month_of_the_sample_alone(page):
    text = page.read_text("utf-8")
    commands = [x for block in SHELL.findall(text) for x in block.splitlines()]
    asked = [x for x in commands if "unitmill query" in x]

    literal = [q for q in [*SQL.findall(text), *asked] if LITERAL_MONTH.search(q)]
    assert literal == []


@pytest.mark.slow
@pytest.mark.parametrize("library", ["duckdb", "pandas", "polars"])
def test_every_notebook_gives_the_same_unit_costs(
    library, sample_home, tmp_path, monkeypatch
):
    """ibis is not among the locked libraries; its example was run by hand."""
    (tmp_path / ".unitmill").symlink_to(sample_home)
    monkeypatch.chdir(tmp_path)
    cells = PYTHON.findall(text_of("docs", "notebooks.md"))
    (cell,) = [cell for cell in cells if f"import {library}" in cell]
    name = "answer" if library == "duckdb" else "by_model"
    names = {}

    exec(cell.replace("\ndb.sql", "\nanswer = db.sql"), names)

    answer = names[name]
    if library == "duckdb":
        found = dict(zip(answer["model_id"], answer["per_1m"], strict=True))
    elif library == "pandas":
        found = answer["per_1m"].to_dict()
    else:
        found = dict(answer.select("model_id", "per_1m").iter_rows())
    with duckdb.connect(
        ".unitmill/versions/current/warehouse.duckdb", read_only=True
    ) as db:
        expected = db.execute(
            "select model_id, sum(effective_cost)::double * 1e6 / sum(token_count) "
            "from fct_token_costs_daily where token_count > 0 group by all"
        ).fetchall()
    assert expected
    for model, cost in expected:
        assert found[model] == pytest.approx(cost, rel=1e-9)


@pytest.mark.slow
def test_a_notebook_binds_the_month(sample_home, tmp_path, monkeypatch):
    (tmp_path / ".unitmill").symlink_to(sample_home)
    monkeypatch.chdir(tmp_path)
    cells = PYTHON.findall(text_of("docs", "notebooks.md"))
    (cell,) = [cell for cell in cells if "$month" in cell]
    with duckdb.connect(
        ".unitmill/versions/current/warehouse.duckdb", read_only=True
    ) as db:
        names = {"db": db}

        exec(cell.replace("\ndb.sql", "\nanswer = db.sql"), names)

        [(cost,)] = names["answer"].fetchall()
        assert round(cost, 2) == Decimal("67481.38")


@pytest.mark.parametrize(
    ("page", "text"),
    WRITTEN.items(),
    ids=[page.name for page in WRITTEN],
)
def test_a_generated_page_is_what_make_docs_writes(page, text):
    assert page.read_text("utf-8") == text, "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    broken = []
    for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if place.startswith(("http:", "https:")):
            continue
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)

    assert broken == []


def anchors_of(page):
    titles = HEADING.findall(FENCE.sub("", page.read_text("utf-8")))
    kept = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.replace(" ", "-") for title in kept}


@pytest.mark.parametrize("key", GENERATED.settings_keys())
def test_every_setting_is_in_unitmill_toml(key):
    chosen = tomllib.loads(text_of("unitmill.toml"))
    *sections, name = key.split(".")
    for part in sections:
        chosen = chosen[part]

    assert name in chosen


def test_every_environment_variable_of_the_code_is_documented():
    folders = ("pipelines", "dbt_project", "tests", ".ci")
    code = [PROJECT_DIR / "Makefile", PROJECT_DIR / "unitmill.toml"]
    code += [
        path
        for folder in folders
        for path in (PROJECT_DIR / folder).rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".yml", ".sql", ""}
        and path != Path(__file__)
    ]
    used = {v for path in code for v in VARIABLE.findall(path.read_text("utf-8"))}

    assert used - set(VARIABLE.findall(text_of("docs", "settings.md"))) == set()


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        *((source, "sources/cost") for source in COST_SOURCES),
        *((source, "sources/usage") for source in USAGE_SOURCES),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_every_source_has_a_page_that_the_index_names(source, folder):
    page = f"{folder}/{source.family or source.name}.md"

    assert (DOCS / page).exists()
    assert f"({page})" in text_of("docs", "index.md")


@pytest.mark.parametrize("source", LIST_SOURCES, ids=lambda source: source.name)
def test_every_list_has_a_page_or_a_section_in_lists(source):
    page = DOCS / f"sources/lists/{source.name}.md"

    assert page.exists() or f"\n## {source.name}\n" in text_of("docs", "lists.md")


def test_every_page_of_the_folder_is_that_of_a_source():
    """Else the tests below would ask an old page, and miss the new one."""
    shipped = (*COST_SOURCES, *USAGE_SOURCES, *LIST_SOURCES)
    named = {source.family or source.name for source in shipped}

    assert {page.stem for page in SOURCE_PAGES} <= named


def section_of(page, title):
    """Give the text below a heading, up to the next one."""
    _, _, after = page.read_text("utf-8").partition(f"\n## {title}\n")
    return after.partition("\n## ")[0]


def answers_of(page):
    """Give the rows of the table on deliveries: question and answer."""
    section = section_of(page, "When is a delivery whole, newer and replaced?")
    rows = re.findall(r"^\| ([^|]+) \| (.+) \|$", section, re.MULTILINE)
    return [row for row in rows if row[0] != "question"]


@pytest.mark.parametrize("page", SOURCE_PAGES, ids=name_of)
def test_a_page_of_a_source_answers_the_four_questions(page):
    """A line right below a table would become a row of it."""
    answers = answers_of(page)
    section = section_of(page, "When is a delivery whole, newer and replaced?")

    assert [question for question, _ in answers] == QUESTIONS
    assert [answer for _, answer in answers if not answer.endswith(".")] == []
    assert "| question | answer |\n|---|---|\n" in section
    assert re.findall(r"^\|.*\|\n(?!\||\n|\Z).*", section, re.MULTILINE) == []


@pytest.mark.parametrize("page", SOURCE_PAGES, ids=name_of)
def test_a_page_of_a_source_says_how_to_get_it_and_what_its_traps_are(page):
    traps = section_of(page, "Known traps").strip().split("\n")

    assert section_of(page, "How do I get it?").strip()
    assert len(traps) >= 3
    assert [line for line in traps if not re.fullmatch(r"- .+\.", line)] == []


@pytest.mark.parametrize("page", SOURCE_PAGES, ids=name_of)
def test_a_reason_that_a_page_quotes_is_one_that_rows_are_counted_by(page):
    code = "".join(
        path.read_text("utf-8")
        for path in (PROJECT_DIR / "pipelines").rglob("*")
        if path.suffix in {".py", ".sql"}
    )
    quoted = LEFT_OUT.findall(" ".join(answer for _, answer in answers_of(page)))

    assert [reason for reason in quoted if reason not in code] == []


@pytest.mark.slow
def test_a_page_names_what_its_deliveries_are_ordered_and_complete_by(sample_settings):
    sources = all_sources(sample_settings)
    page_of = {page.stem: dict(answers_of(page)) for page in SOURCE_PAGES}
    family_of = {source.name: source.family or source.name for source in sources}

    odd = set()
    asked = set()
    for delivery in load(sample_settings).deliveries:
        page = page_of.get(family_of[delivery.source])
        if page is None:
            continue
        asked.add(family_of[delivery.source])
        if ORDERED_BY[delivery.ordered_by] not in page["What orders it?"]:
            odd.add((delivery.source, delivery.ordered_by))
        if delivery.complete_by and page["Is it whole?"].startswith("Nothing"):
            odd.add((delivery.source, delivery.complete_by))

    assert odd == set()
    # The sample company has no page's source that it does not use.
    assert asked == page_of.keys()


def test_the_readme_names_ten_marts_with_their_questions():
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", text_of("README.md"), re.MULTILINE)
    questions = {mart["name"]: mart["question"] for mart in GENERATED.marts()}

    assert len(rows) == 10
    assert [row for row in rows if questions[row[0]] != row[1]] == []


@pytest.mark.slow
def test_the_readme_shows_what_explain_says(sample_settings, command):
    """Where a line ends in dots, the rest of it is left out."""
    said = command("explain", "2026-10", settings=sample_settings).stdout
    lines = {" ".join(line.split()) for line in said.splitlines()}
    block = text_of("README.md").partition("```text\n")[2].partition("```")[0]
    shown = [" ".join(line.split()) for line in block.splitlines()]
    shown = [line for line in shown if line not in {"", "..."}]

    assert len(shown) >= 8
    missing = [
        line
        for line in shown
        if not any(
            known == line or (line.endswith(" ...") and known.startswith(line[:-4]))
            for known in lines
        )
    ]
    assert missing == []


def test_every_page_is_named_in_an_index():
    """Decisions have an index of their own, beside them."""
    index = text_of("docs", "index.md")
    pages = {page.relative_to(DOCS) for page in {*DOCS.rglob("*.md")} - {*DECISIONS}}

    missing = [page.as_posix() for page in pages if f"({page.as_posix()})" not in index]
    assert missing == ["index.md"]


def test_the_commands_of_the_readme_exist():
    lines = [
        x for block in SHELL.findall(text_of("README.md")) for x in block.split("\n")
    ]
    calls = [
        shlex.split(call, comments=True) for x in lines for call in x.split(" && ")
    ]
    targets = set(re.findall(r"^(\w+):", text_of("Makefile"), re.MULTILINE))

    assert len(lines) >= 8
    for program, name, *words in filter(None, calls):
        if program == "make":
            assert name in targets
        elif program.endswith("unitmill"):
            command = CLI.commands[name]
            options = {option for p in command.params for option in p.opts}
            assert {word for word in words if word.startswith("--")} <= options
        else:
            assert program in {"cd", "cp"}


def test_every_command_of_unitmill_is_documented():
    pages = ("quickstart", "operations", "workspace", "scheduling", "mcp", "deployment")
    shown = "".join(text_of("docs", f"{page}.md") for page in pages)

    assert [name for name in CLI.commands if f"unitmill {name}" not in shown] == []
    assert "make ui" in shown


def test_every_cause_of_a_difference_has_its_formula():
    reconciliation = next(
        mart
        for mart in GENERATED.marts()
        if mart["name"] == "fct_reconciliation_monthly"
    )
    causes = [
        column["name"].removeprefix("metered_").removesuffix("_difference")
        for column in reconciliation["columns"]
        if re.fullmatch(r"metered_\w+_difference", column["name"])
    ]
    formulas = text_of("docs", "metrics.md")

    assert len(causes) >= 7
    assert [cause for cause in causes if f"\n| {cause} | " not in formulas] == []


def test_every_dependency_has_its_reason():
    project = tomllib.loads(text_of("pyproject.toml"))
    wanted = [*project["project"]["dependencies"]]
    wanted += [
        name for group in project["dependency-groups"].values() for name in group
    ]
    names = [re.match(r"[\w.-]+", requirement)[0] for requirement in wanted]
    reasons = text_of("docs", "decisions", "0002-dependencies.md")

    assert [n for n in names if not re.search(rf"[| ]{n}[, |<]", reasons)] == []


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_what_it_costs_and_what_would_change_it(decision):
    titles = HEADING.findall(decision.read_text("utf-8"))

    assert titles[0].startswith(decision.name[:4])
    assert titles[1:] == [
        "Context",
        "Decision",
        "What we gave up",
        "What would change our mind",
    ]
    assert re.search(r"^Date: \d{4}-\d{2}$", decision.read_text("utf-8"), re.MULTILINE)


def test_decisions_are_numbered_without_gaps():
    numbers = [int(decision.name[:4]) for decision in DECISIONS]

    assert numbers == list(range(1, len(numbers) + 1))
