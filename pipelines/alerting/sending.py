"""Sending: each alert of the published version once, and again where it failed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.alerting.alerts import Alert, AlertError, recent_alerts
from pipelines.alerting.channels import (
    Message,
    message_of,
    send,
    takes_pictures,
)
from pipelines.alerting.pictures import picture_of_alert
from pipelines.alerting.recipients import Recipient, recipients_of
from pipelines.alerting.record import (
    Failure,
    Notification,
    locked,
    read_record,
    write_record,
)
from pipelines.pages.pictures import PictureError
from pipelines.publishing.versions import PublishError, Version, current
from pipelines.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """An alert, with its notification; None where it was never sent."""

    alert: Alert
    notification: Notification | None

    @property
    def attempt_count(self) -> int:
        """How often sending was tried."""
        return self.notification.attempt_count if self.notification else 0


def listed(settings: Settings) -> list[AlertStatus]:
    """Give the recent alerts of the published version with their notifications.

    Raises:
        AlertError: nothing is published, or the record cannot be read.
    """
    version = published(settings)
    record = read_record(settings.notifications_file)
    recent = recent_alerts(version.database, settings.alerts.max_age_days)
    return [AlertStatus(alert, record.get(alert.alert_id)) for alert in recent]


def published(settings: Settings) -> Version:
    """Give the version whose alerts and summaries are sent.

    Raises:
        AlertError: nothing is published.
    """
    try:
        version = current(settings)
    except PublishError as error:
        raise AlertError(str(error)) from error
    if version is None:
        raise AlertError("nothing is published yet")
    return version


def pending(settings: Settings) -> list[AlertStatus]:
    """Give the alerts that a run would send now.

    In a dry run those without a notification; otherwise those that were never sent,
    so that alerts recorded by dry runs are sent once, too, and those that failed once
    a recipient's pause is over.

    Raises:
        AlertError: as ``listed``.
    """
    return [
        entry
        for entry in listed(settings)
        if is_due(settings, entry.alert.channel, entry.notification)
    ]


def is_due(settings: Settings, channel: str, earlier: Notification | None) -> bool:
    """Return whether a run would send a message now, to one recipient at least."""
    if earlier is None or settings.alerts.dry_run:
        return earlier is None
    if earlier.status != "failed":
        return earlier.status == "dry_run"
    return bool(_due(recipients_of(channel, settings.alerts.channels), earlier))


def send_pending(settings: Settings) -> Iterator[AlertStatus]:
    """Send the pending alerts, and yield each with its notification.

    The record is written after every alert, so that a killed run repeats at most the
    one that it was at.

    Raises:
        AlertError: as ``listed``, or another process is sending.
    """
    path = settings.notifications_file
    with locked(path):
        record = read_record(path)
        version = published(settings)
        for entry in pending(settings):
            notification = _notify(settings, version, entry)
            record[notification.alert_id] = notification
            write_record(path, record)
            yield AlertStatus(entry.alert, notification)


def _notify(settings: Settings, version: Version, entry: AlertStatus) -> Notification:
    alert = entry.alert

    def write(*, with_pictures: bool) -> tuple[Message, str]:
        """Draw the picture only for an address that takes it."""
        if not with_pictures:
            return message_of(alert, None), ""
        try:
            return message_of(alert, picture_of_alert(version.database, alert)), ""
        except PictureError as error:
            return message_of(alert, None), str(error)

    return notify(settings, alert.alert_id, alert.channel, entry.notification, write)


def notify(
    settings: Settings,
    key: str,
    channel: str,
    earlier: Notification | None,
    write: Callable[..., tuple[Message, str]],
) -> Notification:
    """Send a message to those addresses of a channel that have not accepted it yet.

    Args:
        settings: whose ``alerts`` say where to, and whether it is a dry run.
        key: of the message in the record.
        channel: where it goes.
        earlier: how it went before; None where it was never tried.
        write: gives the message, and why it lacks a picture or ''; it is called with
            ``with_pictures``.
    """
    now = datetime.now(UTC)
    at = now.isoformat(timespec="seconds")
    if settings.alerts.dry_run:
        return Notification(key, channel, "dry_run", (), 0, at, "")
    recipients = recipients_of(channel, settings.alerts.channels)
    due = _due(recipients, earlier)
    errors, lacking = _send_each(due, write)
    pauses = {f.recipient: f for f in earlier.failures} if earlier else {}
    failures, said = [], []
    for one in recipients:  # who is none any more is waited for no longer
        pause = pauses.get(one.key)
        if one not in due and pause:
            failures.append(pause)
            said.append(f"{one.name}: is tried again after {pause.retry_at}")
        elif errors.get(one.key):
            count = (pause.attempt_count if pause else 0) + 1
            failures.append(Failure(one.key, count, _retry_at(now, count)))
            said.append(errors[one.key])
    accepted = [one.key for one in due if not errors[one.key]]
    return Notification(
        alert_id=key,
        channel=channel,
        status="failed" if failures else "sent",
        sent_to=(*(earlier.sent_to if earlier else ()), *accepted),
        attempt_count=(earlier.attempt_count if earlier else 0) + 1,
        attempted_at=at,
        error="; ".join(said),
        no_picture=lacking,
        failures=(*failures,),
    )


def _send_each(
    recipients: Iterable[Recipient], write: Callable[..., tuple[Message, str]]
) -> tuple[dict[str, str], str]:
    """Send a message to every recipient, whatever becomes of the others.

    Returns:
        By recipient why it did not accept it or '', and why a picture is lacking or ''.
    """
    errors, lacking = {}, ""
    written: dict[bool, Message] = {}
    for one in recipients:
        errors[one.key] = one.fault
        if one.address is None:
            continue
        takes = takes_pictures(one.address)
        if takes not in written:
            written[takes], why = write(with_pictures=takes)
            lacking = lacking or why
        if why := send(written[takes], one.address):
            errors[one.key] = f"{one.name}: {why}"
    return errors, lacking


def _due(
    recipients: Iterable[Recipient], earlier: Notification | None
) -> list[Recipient]:
    """Give those who have not accepted a message, and whose pause is over."""
    accepted = earlier.sent_to if earlier else ()
    pauses = {f.recipient: f.retry_at for f in earlier.failures} if earlier else {}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return [
        one
        for one in recipients
        if one.key not in accepted and pauses.get(one.key, "") <= now
    ]


def _retry_at(now: datetime, attempt_count: int) -> str:
    """Say when a recipient is tried again: at once, then after longer and longer."""
    pause = FIRST_PAUSE * (2 ** min(attempt_count - 2, 20) if attempt_count > 1 else 0)
    return (now + min(pause, LONGEST_PAUSE)).isoformat(timespec="seconds")
