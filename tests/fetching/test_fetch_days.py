"""Daily fetches: what is asked again, what a newer pull replaces, what is kept."""

import json
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
from fake_vendors import Answer, Anthropic, OpenAi, day_at
from in_memory import asked as query

from pipelines.fetching.registry import VENDORS
from pipelines.fetching.vendors import openai
from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.sources.cost.openai import SOURCE

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
KEY = "sk-admin-right"
ONLY_COSTS = [
    "completions", "embeddings", "moderations", "images", "audio_speeches",
    "audio_transcriptions", "vector_stores", "code_interpreter_sessions",
    "file_search_calls", "web_search_calls",
]  # fmt: skip


def cost(value, project="proj_a"):
    return {
        "object": "organization.costs.result",
        "amount": {"value": value, "currency": "usd"},
        "line_item": "gpt-4o, input",
        "project_id": project,
        "api_key_id": None,
    }


def asked_days(fake, since=0):
    """Give first and last day of each question, as the vendor saw it."""
    return [
        (
            (int(each.param("start_time")) - day_at("2026-09-01")) // 86_400 + 1,
            (int(each.param("end_time")) - day_at("2026-09-01")) // 86_400,
        )
        for each in fake.asked[since:]
    ]


def billed(settings, month):
    landing = scan(settings, [SOURCE])
    assert landing.refusals == ()
    deliveries = landing.of(SOURCE, month)
    partition = write_partition(settings, SOURCE, deliveries, month)
    with query() as db:
        sql = f"select sum(BilledCost) from '{partition.files[0]}'"
        return db.execute(sql).fetchone()[0]


def test_a_daily_fetch_asks_for_what_may_change_and_replaces_it(
    serve, asking, settings
):
    held = {day_at(f"2026-09-{day:02}"): [cost(1)] for day in range(1, 31)}
    fake = serve(OpenAi({"costs": held}))

    def fetch(now):
        before = len(fake.asked)
        asking("openai", fake, KEY, now=now, since="2026-09", leave_out=ONLY_COSTS)
        return asked_days(fake, before)

    # The 1st to the 18th are complete.
    assert fetch("2026-09-19T06:00:00") == [(1, 18)]
    # Days change for a week: on the 20th, the 12th ended 7 days ago.
    held[day_at("2026-09-18")] = [cost(3)]
    assert fetch("2026-09-20T06:00:00") == [(12, 19)]
    # 17 days of 1, the 18th of 3, and the 19th of 1.
    assert billed(settings, "2026-09") == Decimal(21)


def test_a_month_without_use_is_asked_for_once_and_leaves_no_file(
    serve, asking, files, settings
):
    fake = serve(OpenAi({}))

    first = asking("openai", fake, KEY, now="2026-11-15T06:00:00", since="2026-09")
    count = len(fake.asked)
    second = asking("openai", fake, KEY, now="2026-11-15T07:00:00", since="2026-09")

    assert [o.said for o in first if o.failed] == []
    assert {o.said for o in first} == {"2026-09-01 to 2026-11-14: no rows"}
    # September to November of eleven reports. Then only days that may change: the 7th
    # ended 7 days before the first pull, the 10th ended 4 days before it.
    assert count == 3 * 11
    assert len(fake.asked) - count == 11
    assert {o.said for o in second} == {
        "2026-11-08 to 2026-11-14: no rows",
        "2026-11-11 to 2026-11-14: no rows",
    }
    assert files() == {}
    assert scan(settings, [SOURCE]).skipped == ()


def test_pages_are_kept_byte_by_byte_and_the_manifest_says_what_was_asked(
    serve, asking, files, settings
):
    # An amount that a float would change, and blanks that a writer would not make.
    raw = (
        b'{"object": "page",  "data": [{"object": "bucket", "start_time": 1788220800, '
        b'"end_time": 1788307200, "results": [{"object": "organization.costs.result", '
        b'"amount": {"value": 0.10000000000000000555, "currency": "usd"}}]}], '
        b'"has_more": false, "next_page": null}'
    )
    fake = serve(OpenAi({}))
    fake.answer = lambda _: raw_answer(raw)

    asking(
        "openai", fake, KEY, now="2026-09-02T06:00:00", since="2026-09",
        leave_out=ONLY_COSTS,
    )  # fmt: skip

    name = "openai/default/costs/20260902T060000Z/2026-09-01-page-001.json"
    assert files() == {name: raw}
    place = settings.exports_dir / ".unitmill/fetch/openai/default/costs"
    manifest = json.loads((place / "20260902T060000Z.json").read_text())
    assert manifest["spans"] == [["2026-09-01", "2026-09-02"]]
    page = manifest["pages"][0]
    assert (page["file"], page["rows"]) == ("2026-09-01-page-001.json", 1)
    assert page["path"] == "/v1/organization/costs"
    assert ["group_by", "line_item"] in page["params"]
    assert [*place.iterdir()] == [place / "20260902T060000Z.json"]


def raw_answer(raw):
    return Answer(200, raw)


def test_an_answer_in_pages_is_followed_and_landing_finds_it_whole(
    serve, asking, files, settings
):
    held = {day_at(f"2026-09-{day:02}"): [cost(1)] for day in range(1, 31)}
    fake = serve(OpenAi({"costs": held}, most=7))

    asking(
        "openai", fake, KEY, now="2026-10-20T06:00:00", since="2026-09",
        leave_out=ONLY_COSTS,
    )  # fmt: skip

    # 30 days of September in pages of seven.
    assert sum("2026-09-01_2026-09-30" in name for name in files()) == 5
    assert billed(settings, "2026-09") == Decimal(30)


def test_a_page_without_rows_among_others_is_asked_for_in_smaller_parts(
    serve, asking, settings
):
    """An empty page names no report, so its source would miss it in the chain."""
    held = {day_at("2026-09-20"): [cost(1)], day_at("2026-09-30"): [cost(2)]}
    fake = serve(OpenAi({"costs": held}, most=7))

    outcomes = asking(
        "openai", fake, KEY, now="2026-10-20T06:00:00", since="2026-09",
        leave_out=ONLY_COSTS,
    )  # fmt: skip

    assert [o.failed for o in outcomes] == [False]
    assert billed(settings, "2026-09") == Decimal(3)


def test_pages_that_all_have_no_rows_are_asked_for_once(serve, asking, files):
    fake = serve(OpenAi({}, most=7))

    asking(
        "openai", fake, KEY, now="2026-10-01T06:00:00", since="2026-09",
        leave_out=ONLY_COSTS,
    )  # fmt: skip

    # 30 days in pages of seven.
    assert len(fake.asked) == 5
    assert files() == {}


def test_a_400_for_the_size_of_an_answer_asks_for_fewer_days(serve, asking, settings):
    rows = [{"amount": "100", "currency": "USD", "workspace_id": f"w{n}"} for n in "ab"]
    held = {f"2026-09-{day:02}": rows for day in range(1, 31)}
    fake = serve(Anthropic({"cost_report": held}, largest=20))

    outcomes = asking(
        "anthropic", fake, "sk-ant-admin01-right", now="2026-10-20T06:00:00",
        since="2026-09", leave_out=["usage_report", "claude_code"],
    )  # fmt: skip

    # 30 days of two results are halved to 15, and those to 7 and 8 days.
    assert [o.rows for o in outcomes] == [60]
    days = [int(each.param("limit")) for each in fake.asked]
    assert days == [30, 15, 7, 8, 15, 7, 8, 19]


def test_two_accounts_are_two_folders(serve, asking, files):
    fake = serve(OpenAi({"costs": {day_at("2026-09-01"): [cost(1)]}}))

    for account in ("default", "research"):
        asking(
            "openai", fake, KEY, now="2026-09-03T06:00:00", since="2026-09",
            leave_out=ONLY_COSTS, account=account,
        )  # fmt: skip

    assert [name.split("/")[1] for name in files()] == ["default", "research"]


def test_another_grouping_asks_for_every_day_again(serve, asking, monkeypatch):
    fake = serve(OpenAi({"costs": {day_at("2026-08-01"): [cost(1)]}}))

    def fetch():
        before = len(fake.asked)
        asking("openai", fake, KEY, now="2026-10-20T06:00:00", leave_out=ONLY_COSTS)
        return len(fake.asked) - before

    assert (fetch(), fetch()) == (3, 1)
    regroup(monkeypatch)
    assert fetch() == 3


def regroup(monkeypatch):
    """Let OpenAI's costs be grouped otherwise, as a later version might."""
    costs, *others = openai.VENDOR.reports
    ask = partial(openai._ask, "costs", ("project_id",))
    changed = replace(openai.VENDOR, reports=(replace(costs, ask=ask), *others))
    monkeypatch.setitem(VENDORS, "openai", changed)
