"""Alerts arrive: at a real mail server and a real webhook, both on loopback."""

import dagster as dg
import pytest
from alert_rows import OVER, SURGE

from pipelines.alerting.record import read_record
from pipelines.alerting.sending import listed, pending, send_pending
from pipelines.defs.alerts import SEND, alerting

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def statuses(settings):
    record = read_record(settings.notifications_file)
    return {key: (one.status, one.attempt_count) for key, one in record.items()}


def test_a_mail_and_a_webhook_arrive_once_each_at_their_channel(
    published, choose, mailbox, webhook, monkeypatch
):
    published(OVER, SURGE)
    monkeypatch.setenv("MAIL", mailbox.url)
    monkeypatch.setenv("HOOK", webhook.url)
    live = choose(dry_run=False, channels={"default": "HOOK", "marketing": "MAIL"})

    list(send_pending(live))
    again = list(send_pending(live))

    [mail] = mailbox.mails
    assert mail["Subject"] == "Budget breached: marketing-chatbot"
    assert mail["To"].endswith("finops@example.com")
    text = next(p for p in mail.walk() if p.get_content_type() == "text/plain")
    said = text.get_payload(decode=True).decode()
    assert "Chatbot: 2,195.33 of 2,000.00 USD was spent." in said
    assert "Owner: marketing. Look at: fct_budget_status_daily." in said
    [heard] = webhook.heard
    assert heard["title"] == "Cost surge: proj_search"
    assert heard["type"] == "warning"
    assert again == []
    assert statuses(live) == {"a1": ("sent", 1), "b2": ("sent", 1)}


def test_what_fails_is_recorded_and_tried_again_until_it_arrives(
    published, choose, webhook, monkeypatch
):
    published(SURGE)
    monkeypatch.setenv("HOOK", webhook.url)
    live = choose(dry_run=False, channels={"default": "HOOK"})
    webhook.answers = [503]

    [failed] = send_pending(live)
    after = [told.attempt_count for told in pending(live)]
    [sent] = send_pending(live)

    assert failed.notification.status == "failed"
    assert "503" in failed.notification.error
    assert after == [1]
    assert (sent.notification.status, sent.notification.error) == ("sent", "")
    assert len(webhook.heard) == 2
    assert statuses(live) == {"b2": ("sent", 2)}
    assert pending(live) == []


def test_an_address_that_took_an_alert_does_not_get_it_again(
    published, choose, mailbox, webhook, monkeypatch
):
    published(OVER)
    monkeypatch.setenv("BOTH", f"{mailbox.url}\n{webhook.url}")
    live = choose(dry_run=False, channels={"default": "BOTH"})
    webhook.answers = [500]

    list(send_pending(live))
    list(send_pending(live))

    assert len(mailbox.mails) == 1
    assert len(webhook.heard) == 2
    assert statuses(live) == {"a1": ("sent", 2)}


def test_a_dry_run_records_and_sends_nothing_and_is_sent_when_it_ends(
    published, choose, webhook, monkeypatch
):
    published(OVER, SURGE)
    monkeypatch.setenv("HOOK", webhook.url)
    dry = choose(channels={"default": "HOOK"})

    told = list(send_pending(dry))
    again = pending(dry)

    assert [one.notification.status for one in told] == ["dry_run", "dry_run"]
    assert (again, webhook.heard) == ([], [])
    assert statuses(dry) == {"a1": ("dry_run", 0), "b2": ("dry_run", 0)}
    list(send_pending(choose(dry_run=False, channels={"default": "HOOK"})))
    assert len(webhook.heard) == 2


def test_the_sensor_starts_the_job_that_sends_and_then_has_nothing_to_do(
    published, choose, webhook, monkeypatch
):
    published(SURGE)
    monkeypatch.setenv("HOOK", webhook.url)
    live = choose(dry_run=False, channels={"default": "HOOK"})
    webhook.answers = [503]
    shell = alerting(live)
    sensor, job = shell.resolve_sensor_def("alerts"), shell.resolve_job_def(SEND)

    def look():
        return sensor.evaluate_tick(dg.build_sensor_context())

    keys = []
    outcomes = []
    for _ in range(2):
        [request] = look().run_requests
        keys.append(request.run_key)
        outcomes.append(job.execute_in_process(raise_on_error=False).success)

    assert outcomes == [False, True]
    assert keys[0] != keys[1]
    assert look().run_requests == []
    assert look().skip_message == "every alert was sent"
    assert [told.notification.status for told in listed(live)] == ["sent"]
