"""`unitmill summary`: the weekly mail of a team, listed, written to a file or sent."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from pipelines.cli.calling import Home, Project, console, fail, published, settings_of
from pipelines.settings import Settings
from pipelines.settings.homes import keep_private


def summary(
    team: Annotated[str, typer.Option(help="Whose; with --output.")] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A new file: .eml, .html or .txt."),
    ] = None,
    send: Annotated[
        bool,
        typer.Option("--send", help="Send what this week was not; a dry run records."),
    ] = False,
    home: Home = None,
    project: Project = None,
) -> None:
    """List, write or send the weekly summary of each team."""
    from pipelines.alerting.alerts import AlertError

    if bool(team) != (output is not None):
        fail("--team and --output go together: whose summary, and its file", 2)
    if send and output is not None:
        fail("--send and --output exclude each other; give one of them", 2)
    settings = settings_of(home, project=project)
    version = published(settings)
    try:
        if output is not None:
            _write(settings, version.database, team, output)
        else:
            _show(settings, send=send)
    except AlertError as error:
        fail(str(error), 1)


def _write(settings: Settings, database: Path, team: str, file: Path) -> None:
    from pipelines.alerting.summary import as_html, as_mail, summary_of
    from pipelines.alerting.weekly import UNASSIGNED, teams_of

    if file.suffix not in {".eml", ".html", ".txt"}:
        fail(f"{file}: expected a file that ends in .eml, .html or .txt", 2)
    if file.exists():
        fail(f"{file} exists already; expected the name of a new file", 2)
    _, teams = teams_of(database)
    if team not in [*teams, UNASSIGNED]:
        fail(f"no team {team!r} has cost; there are: {', '.join(teams)}", 2)
    message, lacking = summary_of(database, team, settings.alerts.pages_address)
    match file.suffix:
        case ".eml":
            text = as_mail(message)
        case ".html":
            text = as_html(message)
        case _:
            text = f"{message.title}\n\n{message.text}\n"
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        fail(f"{file}: {error.strerror}; expected the name of a new file", 2)
    console.print(f"summary: {file}", soft_wrap=True)
    if lacking:
        said = Text.assemble(("no picture:", "yellow"), f" {lacking}")
        console.print(said, soft_wrap=True)


def _show(settings: Settings, *, send: bool) -> None:
    from pipelines.alerting.summaries import send_summaries, summaries

    count = failed = 0
    if send:
        keep_private(settings)
    for entry in send_summaries(settings) if send else summaries(settings):
        count += 1
        sent = entry.notification
        failed += sent is not None and sent.status == "failed"
        status = sent.status.replace("_", " ") if sent else "new"
        console.print(
            f"week to {entry.day} {status:<7} {entry.team}",
            soft_wrap=True,
        )
        for why in (sent.error, sent.no_picture) if sent else ():
            if why:
                console.print(f"  {why}", soft_wrap=True)
    if not count:
        console.print("No summaries to send." if send else "No team has cost.")
    if send and failed:
        fail(
            f"{failed} summaries were not sent to everybody; a later run tries again", 1
        )
