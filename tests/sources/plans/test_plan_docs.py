import re

import pytest

from pipelines.settings import PROJECT_DIR
from pipelines.sources.plans.compile import KINDS
from pipelines.sources.plans.folder import SourceFile
from pipelines.sources.plans.language import RENAMED, RESERVED

PAGE = (PROJECT_DIR / "docs" / "plans.md").read_text("utf-8")


def first_cells(heading):
    section = PAGE.split(heading, 1)[1]
    table = section[section.index("|---") :].split("\n\n", 1)[0]
    return re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)


def test_the_page_explains_every_conversion():
    assert sorted(first_cells("## A plan")) == sorted(KINDS)


def test_the_page_explains_every_key_of_source_yaml():
    assert first_cells("## source.yaml") == list(SourceFile.model_fields)


def test_the_page_names_what_unitmill_writes_itself():
    assert all(f"`{name}`" in PAGE for name in RESERVED)


@pytest.mark.parametrize("old", ["Provider", "InvoiceIssuer", "Publisher"])
def test_the_page_tells_the_new_name_of_an_old_one(old):
    line = next(line for line in PAGE.splitlines() if f"`{old}`" in line)

    assert RENAMED[old] in line


def test_the_pages_example_runs(capsys, monkeypatch):
    monkeypatch.chdir(PROJECT_DIR)
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1)

    exec(compile(example, "docs/plans.md", "exec"), {})

    assert "BilledCost" in capsys.readouterr().out
