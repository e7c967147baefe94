"""Limits, faults, wrong keys and wrong clocks: one sentence each, and nothing half."""

import fcntl
import logging
import time
from collections import deque
from dataclasses import replace
from email.utils import formatdate

import pytest
from fake_vendors import Answer, Anthropic, OpenAi, day_at, refused

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
KEY = "sk-admin-right"
NOW = "2026-09-04T06:00:00"
RESULT = {
    "object": "organization.costs.result",
    "amount": {"value": 1, "currency": "usd"},
    "project_id": "proj_a",
}


@pytest.fixture
def fake(serve):
    held = {day_at(f"2026-09-{day:02}"): [RESULT] for day in (1, 2, 3)}
    return serve(OpenAi({"costs": held}))


def fetch(asking, fake, key=KEY, **chosen):
    return asking("openai", fake, key, now=NOW, since="2026-09", **chosen)


def limited(**headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(429, {"error": {"message": "slow down"}}, named)


def test_a_storm_of_429_is_waited_out_as_long_as_the_vendor_says(fake, asking):
    fake.faults = deque([limited(retry_after="7")] * 5)

    outcomes = fetch(asking, fake)

    assert [o.said for o in outcomes if o.failed] == []
    assert asking.waited.count(7.0) == 5
    assert asking.said[0] == "OpenAI: status 429, asking again in 7 s"


def test_without_retry_after_it_is_waited_longer_and_longer(fake, asking):
    fake.faults = deque([limited()] * 3)

    assert not any(o.failed for o in fetch(asking, fake))
    assert len(asking.said) == 3


def test_retry_after_as_a_date_is_read_by_the_clock_of_the_vendor(fake, asking):
    """Its clock is five minutes ahead: to wait by ours would be five minutes more."""
    fake.skew = 300
    at = formatdate(time.time() + fake.skew + 30, usegmt=True)
    fake.faults = deque([limited(retry_after=at)])

    assert not any(o.failed for o in fetch(asking, fake))
    (waited,) = [seconds for seconds in asking.waited if seconds > 5]
    assert 25 <= waited <= 30


def test_a_wait_longer_than_anybody_waits_for_ends_the_call(fake, asking):
    fake.faults = deque([limited(retry_after="7200")])

    (outcome,) = fetch(asking, fake)

    assert outcome.failed
    assert outcome.said == (
        "the vendor has to be left alone for 120 minutes (status 429); what was "
        "fetched is kept, so call this again after that"
    )


def test_faults_of_the_server_are_tried_eight_times(fake, asking):
    fake.faults = deque([Answer(503, b"<html>busy</html>")] * 8)

    (outcome,) = fetch(asking, fake)

    assert len(fake.asked) == 8
    assert outcome.said == (
        "OpenAI gave no answer in 8 tries (status 503); what was fetched is kept, so "
        "call this again later and it goes on"
    )


def test_a_vendor_that_is_not_there_is_named_without_its_address(asking, serve):
    fake = serve(OpenAi({}))
    fake.url = "http://127.0.0.1:9"

    (outcome,) = fetch(asking, fake)

    assert "OpenAI gave no answer in 8 tries (ConnectError)" in outcome.said


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (
            "sk-proj-abc123",
            (403, "You lack. Missing scopes: api.usage.read"),
        ),
        (
            "sk-svcacct-abc123",
            (401, "Incorrect API key provided:"),
        ),
    ],
)
def test_a_key_of_the_wrong_kind_says_which_one_is_needed(fake, asking, key, expected):
    outcomes = fetch(asking, fake, key)

    status, said = expected
    assert outcomes[0].failed
    assert outcomes[0].said == (
        f"OpenAI refuses the key at /v1/organization/costs ({status}: {said}); an "
        "organization's owner makes an admin key (sk-admin-...) at "
        "platform.openai.com/settings/organization/admin-keys; a project's key, or one "
        "without the right api.usage.read, cannot read it"
    )
    assert key not in str(outcomes)


def test_a_key_that_was_revoked_midway_keeps_what_is_whole_and_goes_on_later(
    fake, asking, files
):
    fake.faults = deque([None, refused(401, "revoked")])

    outcomes = fetch(asking, fake)

    # Costs are whole; the first report of usage is not, and no other is asked for.
    assert [(o.report, o.failed) for o in outcomes] == [
        ("costs", False),
        ("completions", True),
    ]
    assert len(files()) == 1
    assert len(fake.asked) == 2
    again = fetch(asking, fake)
    assert [o.report for o in again if o.failed] == []


def test_without_a_key_nothing_is_asked(fake, asking):
    (outcome,) = fetch(asking, fake, key="")

    assert outcome.said.startswith(
        "OpenAI is not asked, because OPENAI_ADMIN_KEY is not set; an organization's"
    )
    assert fake.asked == []


def test_a_key_with_a_line_end_in_it_is_not_shown(fake, asking):
    (outcome,) = fetch(asking, fake, key="sk-admin\nsecond")

    assert "holds signs that no key has" in outcome.said
    assert "second" not in outcome.said


def test_a_clock_that_is_wrong_asks_for_nothing(fake, asking, files):
    fake.skew = 3 * 3600

    (outcome,) = fetch(asking, fake)

    assert outcome.failed
    assert "set the clock right" in outcome.said
    assert files() == {}


def test_the_key_is_not_sent_where_a_redirect_leads(fake, asking, serve):
    elsewhere = serve(OpenAi({}))
    fake.faults = deque([Answer(302, b"", {"location": elsewhere.url + "/v1/x"})])

    (outcome,) = fetch(asking, fake)

    assert elsewhere.asked == []
    assert "set fetch.openai.base_url to where it answers" in outcome.said


def test_plain_http_goes_past_no_proxy(fake, asking, monkeypatch):
    """It is for this machine alone, so a proxy would see the key."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert not any(o.failed for o in fetch(asking, fake))


def test_more_pages_without_a_way_to_them_are_no_answer(fake, asking, files):
    page = {"object": "page", "data": [], "has_more": True, "next_page": None}
    fake.faults = deque([Answer(200, page)])

    outcomes = fetch(asking, fake)

    assert outcomes[0].failed
    assert "says that there is more (has_more)" in outcomes[0].said
    assert files() == {}
    # The other reports are whole.
    assert [o.report for o in outcomes if o.failed] == ["costs"]


def test_a_page_that_comes_again_ends_an_answer_that_would_never_end(
    fake, asking, files
):
    """A proxy that leaves the cursor out gets the first page for ever."""
    fake.answer.most = 2
    first = fake.answer

    def without_cursor(asked):
        kept = tuple(pair for pair in asked.params if pair[0] != "page")
        return first(replace(asked, params=kept))

    fake.answer = without_cursor

    outcomes = fetch(asking, fake)

    assert outcomes[0].said == (
        "/v1/organization/costs answered page 2 of 2026-09-01_2026-09-03 with a page "
        "that was there before, or asks for one; see whether a proxy leaves parameters "
        "out"
    )
    assert files() == {}


def test_a_cursor_that_ended_begins_the_answer_anew(fake, asking, files):
    fake.answer.most = 2
    fake.faults = deque([None, refused(400, "page has expired")])

    outcomes = fetch(asking, fake)

    assert [o.failed for o in outcomes] == [False] * 11
    # The first page, the refused one, and then both again.
    assert len([a for a in fake.asked if a.path.endswith("/costs")]) == 4
    assert len(files()) == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>sign in</html>",
        b"[]",
        b'{"data": [{}]}',
        b'{"data": {}}',
        b'{"data": [{"results": {}}]}',
        b"[" * 200_000,
    ],
)
def test_what_is_no_page_is_not_kept(fake, asking, files, raw):
    fake.faults = deque([Answer(200, raw)])

    outcomes = fetch(asking, fake)

    assert (
        f"answered for 2026-09-01 to 2026-09-03 with {len(raw)} bytes that are no "
        in (outcomes[0].said)
    )
    assert files() == {}


@pytest.mark.parametrize("cursors", [["a"], ["a", "b"]])
def test_a_vendor_that_goes_round_in_circles_is_left(serve, asking, files, cursors):
    """Its pages differ in an id; what asks for the next one does not."""
    asked = []

    def answer(_):
        asked.append(1)
        again = cursors[len(asked) % len(cursors)]
        data = [{"results": [RESULT], "id": len(asked)}]
        return Answer(200, {"data": data, "has_more": True, "next_page": again})

    outcome = fetch(asking, serve(answer))[0]

    assert outcome.failed
    assert "a page that was there before, or asks for one" in outcome.said
    assert files() == {}


def test_a_page_that_comes_again_under_another_number_is_refused(serve, asking, files):
    """A gateway that does not know `page` answers each number with the first page."""
    rows = [{"request_id": f"{number}"} for number in range(100)]
    same = serve(lambda _: Answer(200, {"data": rows, "page_size": 100}))

    outcomes = asking(
        "litellm", same, "sk-1", now="2026-09-02T06:00:00", since="2026-09"
    )

    assert [o.failed for o in outcomes] == [True]
    assert len(same.asked) == 2
    assert files() == {}


def test_an_answer_that_is_packed_wrongly_is_tried_again(fake, asking):
    fake.faults = deque([Answer(200, b"no gzip", {"content-encoding": "gzip"})])

    assert not any(o.failed for o in fetch(asking, fake))
    assert asking.said[0].startswith("OpenAI: DecodingError, asking again in")


def test_a_date_to_wait_for_without_a_zone_is_of_utc(fake, asking):
    at = formatdate(time.time() + 30)  # it ends with -0000
    fake.faults = deque([limited(retry_after=at)])

    assert not any(o.failed for o in fetch(asking, fake))
    (waited,) = [seconds for seconds in asking.waited if seconds > 5]
    assert 25 <= waited <= 30


@pytest.mark.parametrize(("since", "failed"), [("2027-01", True), ("2026-10", False)])
def test_days_that_are_not_over_are_not_said_to_be_here(fake, asking, since, failed):
    outcomes = asking("openai", fake, KEY, now="2026-10-01T06:00:00", since=since)

    said = f"no day since {since}-01 is over, so that none is asked for"
    assert {(o.said, o.failed) for o in outcomes} == {(said, failed)}
    assert fake.asked == []


def test_a_400_that_is_no_size_is_a_fault_that_is_told(serve, asking):
    fake = serve(Anthropic({}))
    fake.answer = lambda _: refused(400, "group_by is not supported")

    outcomes = asking(
        "anthropic", fake, "sk-ant-admin01-right", now="2026-09-02T06:00:00",
        since="2026-09",
    )  # fmt: skip

    assert outcomes[0].failed
    assert "is refused (400: group_by is not supported)" in outcomes[0].said


def test_another_fetch_of_the_vendor_is_not_disturbed(fake, asking, settings):
    lock = settings.exports_dir / ".unitmill/fetch/openai-default.lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (outcome,) = fetch(asking, fake)

    assert outcome.said == "another fetch asks OpenAI just now; wait until it ended"
    assert fake.asked == []


def test_the_key_is_in_no_file_log_sentence_or_address(fake, asking, settings, caplog):
    caplog.set_level(logging.DEBUG)
    fake.faults = deque([limited(), None, refused(400, f"bad {KEY}")])

    outcomes = fetch(asking, fake)

    kept = [p.read_bytes() for p in settings.exports_dir.rglob("*") if p.is_file()]
    assert kept
    assert not [raw for raw in kept if KEY.encode() in raw]
    assert KEY not in str(outcomes) + caplog.text + str(asking.said)
    assert KEY not in str([(each.path, each.params) for each in fake.asked])
    assert fake.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_pace_is_kept_between_requests(fake, asking):
    fetch(asking, fake, requests_per_minute=30)

    # Nearly two seconds before each of the ten requests behind the first.
    assert sum(1.5 < seconds <= 2 for seconds in asking.waited) == 10
