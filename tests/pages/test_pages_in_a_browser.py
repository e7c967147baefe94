"""A real browser draws every page from files, and runs nothing that a label says."""

import html
import os
import re
import shutil
import subprocess

import duckdb
import pytest

from pipelines.pages.answers import answers
from pipelines.pages.definition import Kind, Unit, pages
from pipelines.pages.folder import write_file, write_folder
from pipelines.publishing.versions import PAGES, current
from pipelines.questions.months import newest_reconciled_month
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


def number(text):
    """Read a number as pages write it: $1,234.50, 98.2 %, 44.6B, 12.5 h."""
    bare = re.sub(r"[^0-9.\-]", "", text)
    return float(bare) * {"K": 1e3, "M": 1e6, "B": 1e9}.get(text[-1:], 1)


def cards(document):
    return {
        part.split('"', 1)[0]: part
        for part in document.split('<section class="')[1:]
        for part in [part.split(' id="', 1)[1] if ' id="' in part else part]
    }


def marks(card):
    """Give the value of each mark by its texts, as a screen reader hears it."""
    labels = re.findall(r'aria-label="([^"]*)" role="graphics-symbol"', card)
    said = [label.rsplit(": ", 1) for label in labels if ": " in label]
    return {html.unescape(name): number(value) for name, value in said}


def worded(value):
    return str(value).replace("_", " ")


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_what_a_browser_sums_is_what_sql_sums(drawn, sample_home, page):
    version = current(Settings(home=sample_home))
    document = drawn(version.folder / PAGES / "index.html", page.name)
    shown = cards(document)
    compared = 0
    with duckdb.connect(str(version.database), read_only=True) as db:
        month = newest_reconciled_month(db).start
        for chart in page.charts:
            card = shown[f"{page.name}-{chart.id}"]
            found = list(answers(db, page, chart, month))
            if chart.kind is Kind.TILES:
                texts = re.findall(r"<span>([^<]*)</span><b[^>]*>([^<]*)</b>", card)
                assert [label for label, _ in texts] == [t.label for t in chart.tiles]
                for tile, (_, text) in zip(chart.tiles, texts, strict=True):
                    value = float(found[0][tile.label])
                    scale = 100 if tile.unit is Unit.PERCENT else 1
                    assert number(text) == pytest.approx(
                        value * scale, rel=6e-3, abs=6e-2
                    )
                    compared += 1
            elif chart.measure:
                drawn_values = marks(card)
                column = chart.measure.sum
                wanted = {
                    " · ".join(worded(row[key]) for key in chart.keys): float(
                        row[column]
                    )
                    for row in found
                    if row[column]
                }
                for name, value in drawn_values.items():
                    if worded(name) in wanted:
                        assert value == pytest.approx(
                            wanted[worded(name)], rel=6e-3, abs=6e-3
                        )
                        compared += 1
                if chart.measure.of is None:
                    assert sum(drawn_values.values()) == pytest.approx(
                        sum(wanted.values()), abs=0.01 * len(wanted)
                    )
    assert compared > 3


def test_one_file_draws_by_itself(drawn, sample_home, tmp_path):
    version = current(Settings(home=sample_home))
    with duckdb.connect(str(version.database), read_only=True) as db:
        write_file(db, tmp_path / "one file #1.html")

    document = drawn(tmp_path / "one file #1.html", "first-half")

    assert 'data-ready="first-half"' in document
    assert "$19,772" in document


def test_a_hostile_label_is_shown_and_does_not_run(drawn, db, page, tmp_path, only):
    only(page)
    db.execute("insert into spent values ('2026-10', ?, ?, 9, 1)", [HOSTILE, HOSTILE])
    write_folder(db, tmp_path / "pages")

    document = drawn(tmp_path / "pages" / "index.html", "spending")

    assert 'data-ready="spending"' in document
    assert "data-ran" not in document
    assert "&lt;/script&gt;&lt;img src=x" in document
