"""A real browser draws every page from files, and runs nothing that a label says."""

import os
import re
import shutil
import subprocess

import pytest

from pipelines.pages import folder
from pipelines.pages.definition import Kind, pages
from pipelines.pages.folder import write_file, write_folder
from pipelines.publishing.versions import PAGES, current
from pipelines.settings import Settings

pytestmark = pytest.mark.slow
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
HOSTILE = "</script><img src=x onerror=document.body.dataset.ran=1>"


@pytest.fixture
def drawn(tmp_path):
    """Open a file as a browser does, wait until it is drawn, and give its document."""
    if BROWSER is None:
        pytest.skip("there is no Chromium; apt-get install chromium brings one")

    def document(file, page=""):
        done = subprocess.run(
            [
                BROWSER,
                "--headless",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--virtual-time-budget=20000",
                f"--user-data-dir={tmp_path / 'profile'}",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
                "--dump-dom",
                f"{file.as_uri()}#{page}",
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            env={**os.environ, "HOME": str(tmp_path)},
        )
        return done.stdout

    return document


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_chart_of_a_page_is_drawn(drawn, sample_home, page):
    index = current(Settings(home=sample_home)).folder / PAGES / "index.html"

    document = drawn(index, page.name)

    assert f'data-ready="{page.name}"' in document
    drawings = [c for c in page.charts if c.kind not in {Kind.TILES, Kind.TABLE}]
    assert document.count('class="marks"') == len(drawings)
    for chart in page.charts:
        assert f'id="{page.name}-{chart.id}"' in document
    assert "cannot be asked" not in document
    assert "undefined" not in document
    assert "NaN" not in re.sub(r"<svg.*?</svg>", "", document, flags=re.DOTALL)


def test_one_file_draws_by_itself(drawn, sample_home, tmp_path):
    import duckdb  # noqa: PLC0415 - only here is a version asked for one file

    version = current(Settings(home=sample_home))
    with duckdb.connect(str(version.database), read_only=True) as db:
        write_file(db, tmp_path / "one file #1.html")

    document = drawn(tmp_path / "one file #1.html", "first-half")

    assert 'data-ready="first-half"' in document
    assert "$19,664" in document


def test_a_hostile_label_is_shown_and_does_not_run(
    drawn, db, page, tmp_path, monkeypatch
):
    monkeypatch.setattr(folder, "pages", lambda: (page,))
    db.execute("insert into spent values ('2026-10', ?, ?, 9, 1)", [HOSTILE, HOSTILE])
    write_folder(db, tmp_path / "pages")

    document = drawn(tmp_path / "pages" / "index.html", "spending")

    assert 'data-ready="spending"' in document
    assert "data-ran" not in document
    assert "&lt;/script&gt;&lt;img src=x" in document
