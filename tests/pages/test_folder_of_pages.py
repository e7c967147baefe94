"""What a browser opens: whole, small, of this version, and it runs nothing else."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest

from pipelines.pages.folder import BUNDLE, STATIC, served, write_file, write_folder

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028"


@pytest.fixture
def written(db, page, tmp_path, only):
    only(page)
    db.execute("insert into spent values ('2026-10', ?, ?, 1, 1)", [HOSTILE, HOSTILE])
    write_folder(db, tmp_path / "pages")
    return tmp_path / "pages"


def payload(script):
    name, text = re.fullmatch(
        r"unitmill\.arrived\((\"\w+\"),(.*)\);\n", script, re.DOTALL
    ).groups()
    return json.loads(name), json.loads(text)


def test_the_folder_names_version_month_and_what_does_not_reconcile(written):
    index = (written / "index.html").read_text("utf-8")

    assert "version 20261101T000000Z, published 2026-11-01 06:30 UTC" in index
    assert "1 not reconciled" in index
    assert "<li>2026-11 acme: no invoice</li>" in index
    about = (written / "data" / "about.js").read_text("utf-8")
    assert json.loads(about.split(" = ", 1)[1].rstrip(";\n"))["month"] == "2026-10"


def test_a_hostile_label_ends_no_script_and_stays_as_it_is(written):
    script = (written / "data" / "spending.js").read_text("utf-8")

    assert "<" not in script
    assert "\u2028" not in script
    _, data = payload(script)
    [team] = [c for c in data["rows"]["spent"]["columns"] if c["name"] == "team"]
    assert HOSTILE in team["texts"]


def test_nothing_is_loaded_from_elsewhere_and_no_script_of_the_document_runs(written):
    index = (written / "index.html").read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', index)[1]

    assert "default-src &#39;none&#39;; script-src &#39;self&#39;;" in policy
    assert "unsafe-eval" not in policy
    assert re.findall(r"<script(?! src=)", index) == []
    assert re.findall(r'(?:src|href)="(?!#)([^"]+)"', index) == [
        "pages.css",
        "rows.js",
        "data/about.js",
        "vega.js",
        "charts.js",
        "pages.js",
    ]


def test_the_drawing_script_is_the_one_that_was_looked_at():
    assert sha256((STATIC / BUNDLE).read_bytes()).hexdigest() == (
        "3425bd951a44d478d0505c6b5d1e8d57656b6e9a4da7bfe88a718ce61d76e572"
    )


def test_versions_share_one_drawing_script(written, db, tmp_path):
    write_folder(db, tmp_path / "next", [written / BUNDLE])

    assert (tmp_path / "next" / BUNDLE).samefile(written / BUNDLE)


def test_another_script_of_the_same_name_is_not_shared(written, db, tmp_path):
    size = (STATIC / BUNDLE).stat().st_size
    (tmp_path / "odd.js").write_bytes(b" " * size)

    write_folder(db, tmp_path / "next", [tmp_path / "odd.js"])

    assert (tmp_path / "next" / BUNDLE).read_bytes() == (STATIC / BUNDLE).read_bytes()


def test_one_file_runs_its_own_scripts_by_their_hashes_and_no_other(
    written, db, tmp_path
):
    write_file(db, tmp_path / "one.html")
    text = (tmp_path / "one.html").read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)

    assert len(scripts) == 6
    for script in scripts:
        assert b64encode(sha256(script.encode()).digest()).decode() in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert not re.search(r'<(?:script|link)[^>]+(?:src|href)="', text)


def test_without_rows_no_detail_is_in_the_file(written, db, tmp_path):
    write_file(db, tmp_path / "one.html", with_details=False)

    data = re.search(
        r"unitmill\.arrived\(\"spending\",.*\);\n",
        (tmp_path / "one.html").read_text("utf-8"),
    )[0]
    names = [c["name"] for c in payload(data)[1]["rows"]["spent"]["columns"]]
    assert "item" not in names
    assert "team" in names


def test_rows_that_cannot_be_asked_say_why_and_the_others_are_there(
    db, page, tmp_path, only
):
    broken = page.model_copy(
        update={"rows": {**page.rows, "gone": "select * from gone"}}
    )
    only(broken)

    write_folder(db, tmp_path / "pages")

    _, data = payload((tmp_path / "pages" / "data" / "spending.js").read_text("utf-8"))
    assert "gone does not exist" in data["rows"]["gone"]["error"]
    assert data["rows"]["spent"]["count"] == 5


def test_a_server_s_document_asks_for_files_of_its_version(written):
    text = served(written, "/v/one/")

    assert '<body data-live="/v/one/">' in text
    assert 'src="/v/one/data/about.js"' in text
    assert 'href="/v/one/pages.css"' in text
