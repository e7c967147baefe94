"""Alerts in Dagster: a sensor that sees what is new, and the job that sends it."""

from collections.abc import Iterator

import dagster as dg

from pipelines.alerting.alerts import AlertError
from pipelines.alerting.sending import pending, send_pending
from pipelines.defs.automation import key_of
from pipelines.publishing.lock import living
from pipelines.settings import Settings

SEND = "send_alerts"


def alerting(settings: Settings) -> dg.Definitions:
    """Give the job that sends alerts, and the sensor that starts it."""

    @dg.op(description="Sends each alert of the published version once.")
    def send(context: dg.OpExecutionContext) -> None:
        failed = []
        with living(settings, context.run.run_id):
            for entry in send_pending(settings):
                assert entry.notification is not None
                notification = entry.notification
                context.log.info("%s: %s", notification.status, entry.alert.message)
                if notification.no_picture:
                    context.log.warning("no picture: %s", notification.no_picture)
                if notification.status == "failed":
                    failed.append(f"{entry.alert.title}: {notification.error}")
        if failed:
            raise dg.Failure("not sent: " + "\n".join(failed))

    @dg.job(name=SEND, description="Send the alerts of the published version.")
    def job() -> None:
        send()

    @dg.sensor(
        job=job,
        minimum_interval_seconds=300,
        description=(
            "Starts sending when the published version has an alert that was not sent, "
            "or that failed; in a dry run they are only recorded."
        ),
    )
    def alerts() -> Iterator[dg.RunRequest | dg.SkipReason]:
        try:
            found = pending(settings)
        except AlertError as error:
            yield dg.SkipReason(str(error))
            return
        if not found:
            yield dg.SkipReason("every alert was sent")
            return
        # An attempt that failed makes another key, so it is tried again.
        mode = "dry run" if settings.alerts.dry_run else "sent"
        tried = [f"{entry.alert.alert_id} {entry.attempt_count}" for entry in found]
        yield dg.RunRequest(run_key=key_of([mode, *tried]))

    return dg.Definitions(jobs=[job], sensors=[alerts])
