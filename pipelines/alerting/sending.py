"""Sending: each alert of the published version once, and again where it failed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.alerting.alerts import Alert, AlertError, recent_alerts
from pipelines.alerting.channels import (
    Message,
    addresses_of,
    message_of,
    send,
    takes_pictures,
)
from pipelines.alerting.pictures import picture_of_alert
from pipelines.alerting.record import Notification, locked, read_record, write_record
from pipelines.pages.pictures import PictureError
from pipelines.publishing.versions import PublishError, Version, current
from pipelines.settings import Settings


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
    so that alerts recorded by dry runs are sent once, too.

    Raises:
        AlertError: as ``listed``.
    """
    found = listed(settings)
    if settings.alerts.dry_run:
        return [entry for entry in found if entry.notification is None]
    return [
        entry
        for entry in found
        if entry.notification is None or entry.notification.status != "sent"
    ]


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
    now = datetime.now(UTC).isoformat(timespec="seconds")
    if settings.alerts.dry_run:
        return Notification(key, channel, "dry_run", (), 0, now, "")
    accepted = earlier.sent_to if earlier else ()
    failures, lacking = [], ""
    written: dict[bool, Message] = {}
    try:
        for address in addresses_of(channel, settings.alerts.channels):
            place = str(address.url_id())  # type: ignore[no-untyped-call]
            if place in accepted:
                continue
            takes = takes_pictures(address)
            if takes not in written:
                written[takes], why = write(with_pictures=takes)
                lacking = lacking or why
            if failure := send(written[takes], address):
                failures.append(failure)
            else:
                accepted = (*accepted, place)
    except AlertError as error:
        failures.append(str(error))
    return Notification(
        alert_id=key,
        channel=channel,
        status="failed" if failures else "sent",
        sent_to=accepted,
        attempt_count=(earlier.attempt_count if earlier else 0) + 1,
        attempted_at=now,
        error="; ".join(failures),
        no_picture=lacking,
    )
