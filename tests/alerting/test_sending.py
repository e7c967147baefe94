"""Which alerts are told, and what is said when they cannot be."""

import json
import os

import pytest
from alert_rows import OLD, OVER, SURGE
from pydantic import ValidationError

from pipelines.alerting.alerts import AlertError
from pipelines.alerting.record import locked, read_record, write_record
from pipelines.alerting.sending import listed, pending, send_pending
from pipelines.settings import AlertSettings

SECRET = "tokenA-tokenB-tokenC"


def test_an_alert_of_long_ago_is_not_told(published, choose):
    """OLD began 32 days before the newest closed day."""
    published(OVER, SURGE, OLD)

    told = [one.alert.alert_id for one in pending(choose(max_age_days=31))]
    more = [one.alert.alert_id for one in pending(choose(max_age_days=32))]

    assert told == ["a1", "b2"]
    assert more == ["c3", "a1", "b2"]


@pytest.mark.parametrize(
    "case",
    [
        ({}, {}, "alerts.channels names neither marketing nor default"),
        ({"default": "HOOK"}, {}, "the environment variable HOOK is empty"),
        (
            {"default": "HOOK"},
            {"HOOK": f"nosuch://{SECRET}"},
            "address 1 of HOOK is none of apprise's",
        ),
    ],
)
def test_a_channel_without_an_address_fails_and_is_tried_again(
    published, choose, monkeypatch, caplog, case
):
    channels, variables, said = case
    published(OVER)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    live = choose(dry_run=False, channels=channels)

    [told] = send_pending(live)

    assert (told.notification.status, told.notification.error) == ("failed", said)
    assert len(pending(live)) == 1
    assert SECRET not in live.notifications_file.read_text("utf-8") + caplog.text


def test_a_setting_takes_the_name_of_a_variable_and_no_address():
    with pytest.raises(ValidationError, match="should match pattern"):
        AlertSettings(channels={"default": "slack://" + SECRET})


def test_two_processes_never_tell_the_same_alert(published, choose):
    published(OVER)
    dry = choose()

    with (
        locked(dry.notifications_file),
        pytest.raises(AlertError, match="another process sends alerts"),
    ):
        list(send_pending(dry))


def test_a_record_that_cannot_be_written_leaves_the_old_one(
    published, choose, monkeypatch
):
    published(OVER)
    dry = choose()
    list(send_pending(dry))
    before = dry.notifications_file.read_text("utf-8")

    def full(_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_record(dry.notifications_file, {})

    assert dry.notifications_file.read_text("utf-8") == before


def test_a_line_that_somebody_broke_is_named(published, choose):
    published(OVER)
    dry = choose()
    list(send_pending(dry))
    with dry.notifications_file.open("a") as record:
        record.write(json.dumps({"alert_id": "x"}) + "\n")

    with pytest.raises(AlertError, match=r"notifications\.jsonl, row 2: expected"):
        read_record(dry.notifications_file)


def test_nothing_published_has_no_alerts(settings):
    with pytest.raises(AlertError, match="nothing is published yet"):
        listed(settings)


def test_the_command_lists_and_records_what_is_new(published, settings, command):
    published(OVER, SURGE)

    seen = command("alerts", settings=settings)
    told = command("alerts", "--send", settings=settings)
    after = command("alerts", settings=settings)

    assert seen.stdout.splitlines()[0] == (
        "2026-10-11 critical new     Chatbot: 2,195.33 of 2,000.00 USD was spent."
    )
    assert told.returncode == 0, told.stderr
    assert [line[20:28].strip() for line in after.stdout.splitlines()] == [
        "dry run",
        "dry run",
    ]
