"""`unitmill scan`: what a folder holds, before anything is built."""

import shutil


def test_it_says_what_each_file_is_and_which_months_it_has(call, put, settings, page):
    usd = {"amount": {"value": 1, "currency": "usd"}, "line_item": "x"}
    put("a/page.json", page("2026-08-31", usd))
    put("b/page.json", page("2026-09-01", usd))
    put("Invoice.pdf", b"%PDF")

    asked = call("scan", settings.exports_dir)

    assert asked.returncode == 0, asked.stderr
    (line,) = [x for x in asked.stdout.splitlines() if x.strip().startswith("openai")]
    assert line.split() == [
        *("openai", "2026-08", "to", "2026-09", "(2)", "2", "a/page.json")
    ]
    assert "not read (documents, or in .unitmillignore): Invoice.pdf" in asked.stdout
    assert not settings.home_dir.exists()


def test_a_file_that_cannot_be_read_is_said_and_ends_with_1(call, put, settings):
    put("odd.csv", "day,cost\n1,2\n")

    asked = call("scan", settings.exports_dir)

    assert asked.returncode == 1
    assert "odd.csv" in asked.stderr
    assert "no source recognizes it (csv with day, cost)" in asked.stderr


def test_an_empty_folder_is_said(call, settings):
    asked = call("scan", settings.exports_dir)

    assert (asked.returncode, asked.stdout.split()[:2]) == (0, ["no", "exports"])


def test_the_next_step_is_one_that_brings_these_files_into_a_build(
    call, put, settings, page, tmp_path
):
    put("page.json", page("2026-08-31", {"amount": {"value": 1}, "line_item": "x"}))
    call("init", "mine")
    inside = tmp_path / "mine" / "exports"

    outside_of_a_workspace = call("scan", settings.exports_dir)
    another_folder = call("scan", settings.exports_dir, folder="mine")
    shutil.copy(settings.exports_dir / "page.json", inside)
    its_own = call("scan", folder="mine")

    last = [
        done.stdout.splitlines()[-1]
        for done in (outside_of_a_workspace, another_folder, its_own)
    ]
    assert last == [
        "Next: unitmill init",
        f"Next: cp -rp {settings.exports_dir}/. {inside}, then: unitmill build",
        "Next: unitmill build",
    ]
