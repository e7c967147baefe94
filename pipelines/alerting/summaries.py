"""Weekly summaries: which teams get one, and sending each once a week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.alerting.alerts import AlertError
from pipelines.alerting.channels import Message
from pipelines.alerting.record import Notification, locked, read_record, write_record
from pipelines.alerting.sending import is_due, notify, published
from pipelines.alerting.summary import summary_of
from pipelines.alerting.weekly import teams_of
from pipelines.publishing.versions import Version
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class SummaryStatus:
    """A team's summary of the newest week; notification is None where never sent."""

    team: str
    day: date
    notification: Notification | None


def summaries(settings: Settings) -> list[SummaryStatus]:
    """Give the teams that get a summary of the newest closed week.

    Raises:
        AlertError: nothing is published, no day is closed, the record cannot be read,
            or ``alerts.summary_teams`` names a team without cost.
    """
    version = published(settings)
    day, teams = teams_of(version.database)
    wanted = settings.alerts.summary_teams or teams
    if unknown := [team for team in wanted if team not in teams]:
        raise AlertError(
            f"alerts.summary_teams names {unknown[0]}, which has no cost in the two "
            f"weeks to {day}; expected of: {', '.join(teams)}"
        )
    record = read_record(settings.notifications_file)
    return [SummaryStatus(team, day, record.get(key_of(team, day))) for team in wanted]


def send_summaries(settings: Settings) -> Iterator[SummaryStatus]:
    """Send each team's summary to the channel of its name, once a week of days.

    Raises:
        AlertError: as ``summaries``, or another process is sending.
    """
    path = settings.notifications_file
    with locked(path):
        version = published(settings)
        record = read_record(path)
        for entry in summaries(settings):
            if not is_due(settings, entry.team, entry.notification):
                continue
            key = key_of(entry.team, entry.day)
            notification = notify(
                settings,
                key,
                entry.team,
                entry.notification,
                _Writing(settings, version, entry.team),
            )
            record[key] = notification
            write_record(path, record)
            yield SummaryStatus(entry.team, entry.day, notification)


def due_again(settings: Settings) -> list[str]:
    """Name the summaries of the week that failed and that a run would send again now.

    Raises:
        AlertError: as ``summaries``.
    """
    return [
        f"{key_of(entry.team, entry.day)} {entry.notification.attempt_count}"
        for entry in summaries(settings)
        if entry.notification
        and entry.notification.status == "failed"
        and is_due(settings, entry.team, entry.notification)
    ]


def key_of(team: str, day: date) -> str:
    """Name a team's summary of the week of a day, as the record does."""
    year, week, _ = day.isocalendar()
    return f"summary {team} {year}-W{week:02}"


@dataclass(frozen=True, slots=True)
class _Writing:
    """Writes a team's summary when an address is there to take it."""

    settings: Settings
    version: Version
    team: str

    def __call__(self, *, with_pictures: bool) -> tuple[Message, str]:
        return summary_of(
            self.version.database,
            self.team,
            self.settings.alerts.pages_address,
            with_pictures=with_pictures,
        )
