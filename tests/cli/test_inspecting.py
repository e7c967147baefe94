"""`unitmill inspect`: what a folder holds and adds up to, before anything is built."""

import json
import shutil


def test_it_says_what_each_source_adds_up_to(call, put, settings, page):
    usd = {"amount": {"value": 1, "currency": "usd"}, "line_item": "x"}
    put("a/page.json", page("2026-08-31", usd))
    put("b/page.json", page("2026-09-01", usd, usd))
    put("Invoice.pdf", b"%PDF")

    asked = call("inspect", settings.exports_dir)

    assert asked.returncode == 0, asked.stderr
    lines = [x.split() for x in asked.stdout.splitlines() if "openai" in x]
    assert lines == [
        ["openai", "2026-08", "1", "1", "1", "USD", "1"],
        ["openai", "2026-09", "2", "2", "2", "USD", "1"],
    ]
    assert "1 file passed over" in asked.stdout
    assert "Invoice.pdf" in asked.stdout
    assert not settings.home_dir.exists()


def test_its_json_has_money_as_text_with_all_digits(call, put, settings, page):
    amount = {"amount": {"value": 0.1234567, "currency": "usd"}, "line_item": "x"}
    put("page.json", page("2026-08-31", amount, amount))
    put("usage.csv", "day,cost\n1,2\n")

    asked = call("inspect", settings.exports_dir, "--format", "json")

    assert asked.returncode == 1
    found = json.loads(asked.stdout)
    (month,) = found["sources"]
    assert month["source"] == "openai"
    assert month["rows"] == 2
    assert month["billed_cost"] == "0.2469134"
    assert month["billing_currency"] == "USD"
    assert month["deliveries"][0]["files"] == ["page.json"]
    (refusal,) = found["refusals"]
    assert refusal["files"] == ["usage.csv"]
    assert refusal["source"] is None
    assert "no source recognizes it" in refusal["reason"]
    assert found["answers"] == ["What does each service, account and team cost?"]


def test_a_file_that_cannot_be_read_is_said_and_ends_with_1(call, put, settings):
    put("odd.csv", "day,cost\n1,2\n")

    asked = call("inspect", settings.exports_dir)

    assert asked.returncode == 1
    assert "odd.csv" in asked.stderr
    assert "no source recognizes it (csv with day, cost)" in asked.stderr


def test_an_empty_folder_is_said(call, settings):
    asked = call("inspect", settings.exports_dir)

    assert (asked.returncode, asked.stdout.split()[:2]) == (0, ["no", "exports"])


def test_the_next_step_is_one_that_brings_these_files_into_a_build(
    call, put, settings, page, tmp_path
):
    put("page.json", page("2026-08-31", {"amount": {"value": 1}, "line_item": "x"}))
    call("init", "mine")
    inside = tmp_path / "mine" / "exports"

    outside_of_a_workspace = call("inspect", settings.exports_dir)
    another_folder = call("inspect", settings.exports_dir, folder="mine")
    shutil.copy(settings.exports_dir / "page.json", inside)
    its_own = call("inspect", folder="mine")

    last = [
        done.stdout.splitlines()[-1]
        for done in (outside_of_a_workspace, another_folder, its_own)
    ]
    assert last == [
        "Next: unitmill init",
        f"Next: cp -rp {settings.exports_dir}/. {inside}, then: unitmill build",
        "Next: unitmill build",
    ]
