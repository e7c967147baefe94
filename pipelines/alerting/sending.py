"""Sending: each alert of the published version once, and again where it failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.alerting.alerts import Alert, AlertError, recent_alerts
from pipelines.alerting.channels import addresses_of, send
from pipelines.alerting.record import Notification, locked, read_record, write_record
from pipelines.publishing.versions import current
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
    version = current(settings)
    if version is None:
        raise AlertError("nothing is published yet")
    record = read_record(settings.notifications_file)
    recent = recent_alerts(version.database, settings.alerts.max_age_days)
    return [AlertStatus(alert, record.get(alert.alert_id)) for alert in recent]


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
        for entry in pending(settings):
            notification = _notify(settings, entry)
            record[notification.alert_id] = notification
            write_record(path, record)
            yield AlertStatus(entry.alert, notification)


def _notify(settings: Settings, entry: AlertStatus) -> Notification:
    alert = entry.alert
    now = datetime.now(UTC).isoformat(timespec="seconds")
    if settings.alerts.dry_run:
        return Notification(alert.alert_id, alert.channel, "dry_run", (), 0, now, "")
    accepted = entry.notification.sent_to if entry.notification else ()
    failures = []
    try:
        for address in addresses_of(alert.channel, settings.alerts.channels):
            key = str(address.url_id())  # type: ignore[no-untyped-call]
            if key in accepted:
                continue
            if failure := send(alert, address):
                failures.append(failure)
            else:
                accepted = (*accepted, key)
    except AlertError as error:
        failures.append(str(error))
    return Notification(
        alert_id=alert.alert_id,
        channel=alert.channel,
        status="failed" if failures else "sent",
        sent_to=accepted,
        attempt_count=entry.attempt_count + 1,
        attempted_at=now,
        error="; ".join(failures),
    )
