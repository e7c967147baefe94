"""Weekly summaries in Dagster: the job, its schedule, and what sends again."""

import dagster as dg

from pipelines.alerting.alerts import AlertError
from pipelines.alerting.summaries import due_again, send_summaries
from pipelines.defs.automation import key_of
from pipelines.publishing.lock import living
from pipelines.settings import Settings

SEND = "send_summaries"


def summarizing(settings: Settings) -> dg.Definitions:
    """Give the job that sends weekly summaries, and the schedule that starts it."""

    @dg.op(description="Sends each team's summary of the newest closed week once.")
    def send_each(context: dg.OpExecutionContext) -> None:
        failed = []
        with living(settings, context.run.run_id):
            for entry in send_summaries(settings):
                assert entry.notification is not None
                notification = entry.notification
                context.log.info("%s: %s", notification.status, entry.team)
                if notification.no_picture:
                    context.log.warning("no picture: %s", notification.no_picture)
                if notification.status == "failed":
                    failed.append(f"{entry.team}: {notification.error}")
        if failed:
            raise dg.Failure("not sent: " + "\n".join(failed))

    @dg.job(name=SEND, description="Send the weekly summaries of the teams.")
    def job() -> None:
        send_each()

    @dg.schedule(
        job=job,
        cron_schedule="0 8 * * 1",
        description=(
            "Every Monday: what each team spent in the newest seven closed days; in a "
            "dry run it is only recorded."
        ),
    )
    def every_monday() -> dg.RunRequest:
        return dg.RunRequest()

    return dg.Definitions(
        jobs=[job], schedules=[every_monday], sensors=[_retrying(settings, job)]
    )


def _retrying(settings: Settings, job: dg.JobDefinition) -> dg.SensorDefinition:
    """Give the sensor that sends again what did not reach everybody."""

    @dg.sensor(
        job=job,
        minimum_interval_seconds=300,
        description=(
            "Starts sending again when a summary of the week did not reach everybody "
            "and a recipient's pause is over; it begins no week."
        ),
    )
    def failed_summaries() -> dg.RunRequest | dg.SkipReason:
        try:
            found = due_again(settings)
        except AlertError as error:
            return dg.SkipReason(str(error))
        if not found:
            return dg.SkipReason("no summary that was sent waits for a recipient")
        return dg.RunRequest(run_key=key_of(found))

    return failed_summaries
