"""Sending: each alert of the published version once, and again where it failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.alerting.alerts import Alert, AlertError, recent_alerts
from pipelines.alerting.channels import addresses_of, tell
from pipelines.alerting.record import Notification, held, read_record, write_record
from pipelines.publishing.versions import current
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Told:
    """An alert, and what the record says of it; None where it was never told."""

    alert: Alert
    notification: Notification | None

    @property
    def attempt_count(self) -> int:
        """How often sending was tried."""
        return self.notification.attempt_count if self.notification else 0


def listed(settings: Settings) -> list[Told]:
    """Give the recent alerts of the published version with their notifications.

    Raises:
        AlertError: nothing is published, or the record cannot be read.
    """
    version = current(settings)
    if version is None:
        raise AlertError("nothing is published yet")
    record = read_record(settings.notifications_file)
    recent = recent_alerts(version.database, settings.alerts.max_age_days)
    return [Told(alert, record.get(alert.alert_id)) for alert in recent]


def pending(settings: Settings) -> list[Told]:
    """Give the alerts that a run would tell now.

    In a dry run those that were never told; else those that were never sent, so that
    what dry runs told is sent once, too.

    Raises:
        AlertError: as ``listed``.
    """
    found = listed(settings)
    if settings.alerts.dry_run:
        return [told for told in found if told.notification is None]
    return [
        told
        for told in found
        if told.notification is None or told.notification.status != "sent"
    ]


def send_pending(settings: Settings) -> Iterator[Told]:
    """Tell what is pending, and give each alert with how it went.

    The record is written after every alert, so that a killed run repeats at most the
    one that it was at.

    Raises:
        AlertError: as ``listed``, or another process is sending.
    """
    path = settings.notifications_file
    with held(path):
        record = read_record(path)
        for told in pending(settings):
            made = _tell(settings, told)
            record[made.alert_id] = made
            write_record(path, record)
            yield Told(told.alert, made)


def _tell(settings: Settings, told: Told) -> Notification:
    alert = told.alert
    now = datetime.now(UTC).isoformat(timespec="seconds")
    if settings.alerts.dry_run:
        return Notification(alert.alert_id, alert.channel, "dry_run", (), 0, now, "")
    taken = told.notification.sent_to if told.notification else ()
    failures = []
    try:
        for address in addresses_of(alert.channel, settings.alerts.channels):
            key = str(address.url_id())  # type: ignore[no-untyped-call]
            if key in taken:
                continue
            if failure := tell(alert, address):
                failures.append(failure)
            else:
                taken = (*taken, key)
    except AlertError as error:
        failures.append(str(error))
    return Notification(
        alert_id=alert.alert_id,
        channel=alert.channel,
        status="failed" if failures else "sent",
        sent_to=taken,
        attempt_count=told.attempt_count + 1,
        attempted_at=now,
        error="; ".join(failures),
    )
