"""An alert reaches everybody who can be reached, once, however others fail."""

import io
import json
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from alert_rows import OVER, SURGE
from rich.console import Console

from pipelines.alerting import channels, sending
from pipelines.alerting.recipients import recipients_of
from pipelines.alerting.record import read_record
from pipelines.alerting.sending import pending, send_pending
from pipelines.cli import watching
from pipelines.defs.alerts import SEND, alerting

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SECRET = "tokenA-tokenB-tokenC"


@pytest.fixture
def live(published, choose, monkeypatch):
    """Publish alerts and give settings that send them to these addresses."""

    def make(*urls, alerts=(OVER,), between=" "):
        published(*alerts)
        monkeypatch.setenv("URLS", between.join(urls))
        return choose(dry_run=False, channels={"default": "URLS"})

    return make


@pytest.fixture
def clock(monkeypatch):
    """Set the clock of sending forward."""
    moved = [timedelta(0)]

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + moved[0]

    monkeypatch.setattr(sending, "datetime", Clock)

    def forward(**by):
        moved[0] += timedelta(**by)

    return forward


def test_a_bad_address_silences_no_other(live, mailbox, webhook):
    """46 alerts told nobody once, because of the third address."""
    settings = live(
        mailbox.url, webhook.url, f"nosuch://{SECRET}", alerts=(OVER, SURGE)
    )

    told = list(send_pending(settings))

    assert len(mailbox.mails) == len(webhook.heard) == 2
    assert [one.notification.status for one in told] == ["failed", "failed"]
    assert [one.notification.error for one in told] == [
        "address 3 of URLS is none of apprise's"
    ] * 2
    assert SECRET not in settings.notifications_file.read_text("utf-8")


def test_who_accepted_an_alert_does_not_get_it_again_and_the_other_does(
    live, mailbox, webhook
):
    settings = live(webhook.url, mailbox.url)
    webhook.answers = [500]

    [first] = send_pending(settings)
    [second] = send_pending(settings)

    assert first.notification.error.startswith("address 1 of URLS (JSON, 127.0.0.1): ")
    assert "500" in first.notification.error
    assert (len(mailbox.mails), len(webhook.heard)) == (1, 2)
    assert second.notification.status == "sent"
    assert second.notification.failures == ()


def test_a_recipient_that_goes_on_failing_is_tried_after_longer_and_longer_pauses(
    live, mailbox, webhook, clock
):
    settings = live(webhook.url, mailbox.url)
    webhook.answers = [503] * 4
    counts = []
    # At once, after 10 minutes, after 20; not before.
    for minutes in (0, 0, 5, 6, 15, 6):
        clock(minutes=minutes)
        list(send_pending(settings))
        counts.append(len(webhook.heard))

    assert counts == [1, 2, 2, 3, 3, 4]
    assert len(mailbox.mails) == 1
    [entry] = read_record(settings.notifications_file).values()
    [failure] = entry.failures
    assert (failure.attempt_count, entry.status) == (4, "failed")
    clock(hours=7)
    [sent] = send_pending(settings)
    assert sent.notification.status == "sent"


def test_a_pause_never_exceeds_six_hours():
    now = datetime(2026, 11, 30, tzinfo=UTC)

    pauses = [sending._retry_at(now, n) for n in (1, 2, 3, 10, 1000)]

    assert pauses == [
        "2026-11-30T00:00:00+00:00",
        "2026-11-30T00:10:00+00:00",
        "2026-11-30T00:20:00+00:00",
        "2026-11-30T06:00:00+00:00",
        "2026-11-30T06:00:00+00:00",
    ]


def test_one_recipient_waits_while_another_is_tried(live, webhook, mailbox, clock):
    """What the record says of the one that waits is kept."""
    settings = live(f"nosuch://{SECRET}", webhook.url)
    list(send_pending(settings))
    list(send_pending(settings))  # the second failure begins a pause
    assert pending(settings) == []
    clock(minutes=9)
    assert pending(settings) == []
    clock(minutes=2)
    assert len(pending(settings)) == 1


def test_an_address_that_was_corrected_is_tried_at_once(
    live, webhook, mailbox, monkeypatch
):
    settings = live(f"nosuch://{SECRET}", webhook.url)
    list(send_pending(settings))
    list(send_pending(settings))
    assert pending(settings) == []

    monkeypatch.setenv("URLS", f"{mailbox.url} {webhook.url}")
    [told] = send_pending(settings)

    assert told.notification.status == "sent"
    assert (len(mailbox.mails), len(webhook.heard)) == (1, 1)
    assert pending(settings) == []


def test_an_address_that_was_taken_out_is_waited_for_no_longer(
    live, webhook, mailbox, monkeypatch
):
    settings = live(f"nosuch://{SECRET}", webhook.url)
    list(send_pending(settings))
    monkeypatch.setenv("URLS", webhook.url)

    assert pending(settings) == []
    assert len(webhook.heard) == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("json://a.example json://b.example", 2),
        ("json://a.example,json://b.example", 2),
        ("json://a.example, json://b.example,", 2),
        ("\n json://a.example \n\n\tjson://b.example\n", 2),
        ("json://a.example json://a.example", 1),
        ("json://a.example?to=x,y", 1),
        ("mailto://u:p@m.example?to=a@x.example,b@y.example", 1),
    ],
)
def test_addresses_may_be_parted_in_any_way_and_an_empty_one_is_none(
    monkeypatch, text, count
):
    monkeypatch.setenv("URLS", text)

    found = recipients_of("x", {"default": "URLS"})

    assert [one.fault for one in found] == [""] * count


def test_a_name_tells_the_host_only_where_it_is_no_token(monkeypatch):
    monkeypatch.setenv(
        "URLS",
        "mailtos://user:hush@mail.example.com?to=a@example.com "
        "slack://hushhushx/hushhushx/hushhushhushhushhushhush "
        "jsons://u:hush@hooks.example.com/hush "
        "tgram://123456789:hush_hush/12315544/ nosuch://hush",
    )

    found = recipients_of("x", {"default": "URLS"})

    assert [one.name for one in found] == [
        "address 1 of URLS (E-Mail, mail.example.com)",
        "address 2 of URLS (Slack)",
        "address 3 of URLS (JSON, hooks.example.com)",
        "address 4 of URLS (Telegram)",
        "address 5 of URLS",
    ]
    assert "hush" not in "".join(one.name + one.fault + one.key for one in found)


def test_a_plugin_that_breaks_holds_no_alert_back(live, webhook, mailbox, monkeypatch):
    settings = live(webhook.url, mailbox.url)
    notify = channels.Apprise.notify

    def broken(self, *words, **named):
        if "json" in self[0].url():
            raise KeyError(SECRET)
        return notify(self, *words, **named)

    monkeypatch.setattr(channels.Apprise, "notify", broken)
    [told] = send_pending(settings)

    assert len(mailbox.mails) == 1
    assert told.notification.error.endswith("apprise fails with KeyError")


def test_a_record_of_before_is_read_and_what_failed_is_tried(live, webhook):
    settings = live(webhook.url)
    file = settings.notifications_file
    file.parent.mkdir(parents=True)
    before = {
        "alert_id": "a1",
        "channel": "marketing",
        "status": "failed",
        "sent_to": [],
        "attempt_count": 9,
        "attempted_at": "2026-11-01T00:00:00+00:00",
        "error": "x",
    }
    file.write_text(json.dumps(before) + "\n")

    [told] = send_pending(settings)

    assert (told.notification.status, told.notification.attempt_count) == ("sent", 10)


def test_the_sensor_asks_for_a_run_only_when_a_pause_is_over(live, clock):
    settings = live(f"nosuch://{SECRET}")
    shell = alerting(settings)
    sensor, job = shell.resolve_sensor_def("alerts"), shell.resolve_job_def(SEND)

    def asks():
        return len(sensor.evaluate_tick(dg.build_sensor_context()).run_requests)

    asked = []
    for minutes in (0, 0, 5, 6):
        clock(minutes=minutes)
        asked.append(asks())
        if asked[-1]:
            done = job.execute_in_process(raise_on_error=False)
            assert not done.success

    assert asked == [1, 1, 0, 1]


def test_the_command_names_who_was_not_reached(
    live, webhook, settings, command, monkeypatch
):
    live(webhook.url, f"nosuch://{SECRET}")
    monkeypatch.setenv("UNITMILL_ALERTS__DRY_RUN", "false")
    monkeypatch.setenv("UNITMILL_ALERTS__CHANNELS", '{"default": "URLS"}')

    sent = command("alerts", "--send", settings=settings)
    seen = command("alerts", settings=settings)

    assert sent.returncode == 1
    assert "1 alerts were not sent to everybody" in sent.stderr
    assert "address 2 of URLS is none of apprise's" in seen.stdout
    assert SECRET not in sent.stdout + sent.stderr + seen.stdout
    assert len(webhook.heard) == 1


def test_the_status_counts_what_did_not_reach_everybody(live, webhook, monkeypatch):
    settings = live(webhook.url, f"nosuch://{SECRET}", alerts=(OVER, SURGE))
    heard = io.StringIO()
    monkeypatch.setattr(watching, "console", Console(file=heard, width=200))

    watching._show_unreached(settings)
    list(send_pending(settings))
    watching._show_unreached(settings)

    assert heard.getvalue() == (
        "2 alerts did not reach everybody; see: unitmill alerts\n"
    )
