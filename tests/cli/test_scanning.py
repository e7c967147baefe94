"""`unitmill scan`: what a folder holds, before anything is built."""


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
