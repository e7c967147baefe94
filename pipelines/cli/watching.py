"""`unitmill status` and `alerts`: what is published, and what it warns of."""

from typing import Annotated

import duckdb
import typer
from rich.text import Text

from pipelines.cli import terminal
from pipelines.cli.calling import (
    Home,
    Project,
    console,
    errors,
    fail,
    indented,
    published,
    settings_of,
)
from pipelines.publishing.versions import current
from pipelines.settings import Settings
from pipelines.settings.homes import keep_private, open_to_others


def status(
    home: Home = None,
    project: Project = None,
    path: Annotated[
        bool, typer.Option("--path", help="Print only the database's path.")
    ] = False,
) -> None:
    """Show the verdict per period and source of what is published."""
    settings = settings_of(home, project=project)
    if current(settings) is None:
        _show_waiting(settings, "")
    version = published(settings)
    if path:
        typer.echo(version.database)
        return
    console.print(Text.assemble("Current version ", (version.name, "bold")))
    with duckdb.connect(str(version.database), read_only=True) as db:
        terminal.show_row_counts(console, db)
        terminal.show_reconciliation(console, db)
    _show_waiting(settings, str(version.manifest["build_id"]))
    if said := open_to_others(settings):
        errors.print(said, style="yellow", soft_wrap=True)


def _show_waiting(settings: Settings, published_build_id: str) -> None:
    """Say why what is newer than the published build is not published."""
    from pipelines.publishing.audit import waiting

    if against := waiting(settings, published_build_id):
        console.print("What is newer is not published:", style="yellow")
        for objection in against:
            console.print(f"  {indented(objection)}", soft_wrap=True)
    from pipelines.targets.registry import behind  # loads the drivers of targets

    if elsewhere := behind(settings):
        said = "What is published here is not shown everywhere:"
        console.print(said, style="yellow")
        for sentence in elsewhere:
            console.print(f"  {indented(sentence)}", soft_wrap=True)
    _show_unreached(settings)


def _show_unreached(settings: Settings) -> None:
    """Say how many alerts somebody waits for."""
    if not settings.notifications_file.exists():
        return
    from pipelines.alerting.alerts import AlertError
    from pipelines.alerting.sending import listed  # loads what sends mail

    try:
        told = listed(settings)
    except AlertError as error:
        console.print(str(error), style="yellow", soft_wrap=True)
        return
    failed = [e for e in told if e.notification and e.notification.status == "failed"]
    if failed:
        alerts = "alert" if len(failed) == 1 else "alerts"
        said = f"{len(failed)} {alerts} did not reach everybody; see:"
        console.print(Text.assemble((said, "yellow"), " unitmill alerts"))


def alerts(
    send: Annotated[
        bool, typer.Option("--send", help="Send what is new; a dry run records it.")
    ] = False,
    home: Home = None,
    project: Project = None,
) -> None:
    """List the alerts of the published version, with whether they were sent."""
    from pipelines.alerting.alerts import AlertError
    from pipelines.alerting.sending import listed, send_pending

    settings = settings_of(home, project=project)
    published(settings)
    count = failed = 0
    if send:
        keep_private(settings)
    try:
        found = send_pending(settings) if send else listed(settings)
        for entry in found:
            count += 1
            terminal.show_alert(console, entry)
            notification = entry.notification
            failed += notification is not None and notification.status == "failed"
    except AlertError as error:
        fail(str(error), 1)
    if not count:
        console.print("No alerts to send." if send else "No alerts.")
    if send and failed:
        fail(f"{failed} alerts were not sent to everybody; a later run tries again", 1)
