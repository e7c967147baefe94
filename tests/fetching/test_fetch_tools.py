"""Cursor and GitHub: windows that share no event, months, paces and owners."""

import json
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from fake_tools import Cursor, GitHub
from fake_vendors import Answer

from pipelines.landing.deliveries import scan
from pipelines.sources.registry import COST_SOURCES, all_sources

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def at(text):
    return str(int(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1000))


def test_cursor_s_windows_share_no_event_and_miss_none(serve, asking, files):
    """August has 31 days, so it is two windows; both ends of one are in it."""
    times = [
        "2026-08-01T00:00:00",
        "2026-08-30T23:59:59.999",
        "2026-08-31T00:00:00",
        "2026-08-31T23:59:59.999",
        "2026-09-01T00:00:00",
    ]
    events = [{"timestamp": at(time), "model": "m"} for time in times]
    fake = serve(Cursor(events))

    asking("cursor", fake, "key_right", now="2026-09-03T06:00:00")

    pages = [json.loads(raw)["usageEvents"] for raw in files().values()]
    kept = Counter(event["timestamp"] for page in pages for event in page)
    assert kept == Counter(at(time) for time in times)


def test_cursor_s_pages_are_asked_until_there_is_no_next_one(serve, asking):
    start = datetime.fromisoformat("2026-09-01T00:00:00")
    events = [
        {"timestamp": at(f"{start + timedelta(seconds=n)}")} for n in range(1_100)
    ]
    fake = serve(Cursor(events))

    outcomes = asking(
        "cursor", fake, "key_right", now="2026-09-02T06:00:00", since="2026-09"
    )

    # 1,100 events in pages of 500.
    assert [(o.report, o.pages, o.rows) for o in outcomes] == [
        ("usage_events", 3, 1_100)
    ]
    assert [each.body["page"] for each in fake.asked] == [1, 2, 3]


def test_cursor_is_asked_no_faster_than_a_team_may(serve, asking):
    fake = serve(Cursor([]))

    asking("cursor", fake, "key_right", now="2026-10-20T06:00:00")

    # August in two windows, September, October.
    assert len(fake.asked) == 4
    # 18 a minute: more than three seconds apart.
    assert sum(3.2 < seconds <= 60 / 18 for seconds in asking.waited) == 3


def test_github_is_asked_by_the_month_and_an_open_one_again(serve, asking, files):
    items = {f"2026-{month:02}": [{"date": "x"}] for month in (8, 9, 10)}
    fake = serve(GitHub(items))
    chosen = {"organization": "lumenloop"}

    asking("github", fake, "token", now="2026-10-20T06:00:00", **chosen)
    asking("github", fake, "token", now="2026-10-21T06:00:00", **chosen)

    assert [each.param("month") for each in fake.asked] == ["8", "9", "10", "10"]
    assert [name.rpartition("/")[2] for name in files()] == [
        "2026-08-01_2026-08-31-page-001.json",
        "2026-09-01_2026-09-30-page-001.json",
        "2026-10-01_2026-10-19-page-001.json",
        "2026-10-01_2026-10-20-page-001.json",
    ]


def test_github_s_limit_is_waited_out_until_it_ends(serve, asking):
    fake = serve(GitHub({}))
    ends = int(datetime.now().timestamp()) + 40  # noqa: DTZ005 - the server's own clock
    limit = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{ends}"}
    fake.faults.append(Answer(403, {"message": "API rate limit exceeded"}, limit))

    outcomes = asking(
        "github", fake, "token", now="2026-09-02T06:00:00", since="2026-09",
        organization="lumenloop",
    )  # fmt: skip

    assert [o.failed for o in outcomes] == [False]
    assert any(35 <= seconds <= 40 for seconds in asking.waited)


@pytest.mark.parametrize(
    ("chosen", "path"),
    [
        ({"enterprise": "loop"}, "/enterprises/loop/settings/billing/usage"),
        ({"organization": "loop"}, "/organizations/loop/settings/billing/usage"),
    ],
)
def test_github_is_asked_about_an_organization_or_an_enterprise(
    serve, asking, chosen, path
):
    fake = serve(GitHub({}, path))

    outcomes = asking(
        "github", fake, "token", now="2026-09-02T06:00:00", since="2026-09", **chosen
    )

    assert [o.failed for o in outcomes] == [False]


def test_github_without_anybody_to_ask_about_says_what_to_set(serve, asking):
    fake = serve(GitHub({}))

    (outcome,) = asking("github", fake, "token", now="2026-09-02T06:00:00")

    assert outcome.said == (
        "GitHub is not asked, because one of fetch.github.organization and fetch.github"
        ".enterprise has to be set, to the name in its address on github.com"
    )


def test_github_says_404_of_what_a_token_may_not_see(serve, asking):
    fake = serve(GitHub({}))

    (outcome,) = asking(
        "github", fake, "token", now="2026-09-02T06:00:00", since="2026-09",
        organization="others",
    )  # fmt: skip

    assert outcome.said.startswith(
        "GitHub has no such page for the key at /organizations/others/settings/billing/"
        "usage (404: Not Found); make a token at github.com/settings/tokens"
    )


def event(time, number):
    return {
        "timestamp": at(time),
        "userEmail": f"developer-{number:02}",
        "model": "gpt-5-codex",
        "kind": "Usage-based",
        "isTokenBasedCall": True,
        "isChargeable": True,
        "tokenUsage": {
            "inputTokens": 10,
            "outputTokens": 20,
            "cacheWriteTokens": 0,
            "cacheReadTokens": 0,
            "totalCents": 2.5,
        },
        "chargedCents": 2.5,
    }


def fetch_cursor(serve, asking):
    """More events than a page has, in both windows of August."""
    days = ["2026-08-10T10:00:00"] * 600 + ["2026-08-31T10:00:00"]
    fake = serve(Cursor([event(day, number) for number, day in enumerate(days)]))
    asking("cursor", fake, "key_right", now="2026-09-03T06:00:00")


def fetch_github(serve, asking):
    item = {
        "date": "2026-08-26T00:00:00Z",
        "product": "actions",
        "sku": "actions_linux",
        "quantity": 100.0,
        "unitType": "minutes",
        "pricePerUnit": 0.006,
        "grossAmount": 0.6,
        "discountAmount": 0.0,
        "netAmount": 0.6,
        "organizationName": "lumenloop",
        "repositoryName": "answers",
    }
    fake = serve(GitHub({"2026-08": [item], "2026-09": []}))
    asking("github", fake, "token", now="2026-09-03T06:00:00", organization="lumenloop")


READ_BY = {fetch_cursor: {"cursor", "cursor_usage"}, fetch_github: {"github"}}
# 601 events at 2.5 cents, and 100 minutes at 0.6 cents.
COSTS = {fetch_cursor: Decimal("15.025"), fetch_github: Decimal("0.6")}


@pytest.mark.parametrize("fetch", READ_BY)
def test_what_is_fetched_is_read_as_it_is(serve, asking, settings, convert, fetch):
    fetch(serve, asking)

    landing = scan(settings, all_sources(settings))

    assert landing.refusals == ()
    assert {delivery.source for delivery in landing.deliveries} == READ_BY[fetch]
    name = fetch.__name__.removeprefix("fetch_")
    [source] = [each for each in COST_SOURCES if each.name == name]
    costs = convert(source, "2026-08", "sum(BilledCost)")
    assert costs == [(COSTS[fetch],)]
