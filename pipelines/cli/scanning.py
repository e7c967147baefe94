"""`unitmill scan`: what lies in a folder of exports, before anything is built.

Belongs here: asking landing and showing its answer. Does not belong here: recognizing
a file (``sources``), and what a build would make of it.
"""

import shlex
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.markup import escape

from pipelines.cli.calling import (
    Project,
    command_of,
    console,
    errors,
    fail,
    program,
    settings_of,
    use_project,
)
from pipelines.cli.tables import print_table
from pipelines.landing.deliveries import scan
from pipelines.landing.landed import Landing
from pipelines.landing.source import ExportError
from pipelines.settings import Settings, current_workspace
from pipelines.sources.registry import all_sources

# Names of files that a line shows before it only counts.
SHOWN = 3


def scan_folder(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A folder of exports; without it, the workspace's."),
    ] = None,
    project: Project = None,
) -> None:
    """List what each file is, which months it has, and what cannot be read."""
    use_project(project)
    with TemporaryDirectory() as empty:
        # A home of its own: looking leaves nothing behind.
        home = Path(empty)
        if folder is None and current_workspace() is None:
            settings_of(None)  # says what is missing
        settings = settings_of(home, folder, project)
        sources = all_sources(settings)
        try:
            landing = scan(settings, sources)
        except ExportError as error:
            fail(str(error), 1)
        families = {s.name: s.family or s.name for s in sources}
    _show(settings, landing, families)
    if landing.refusals:
        raise typer.Exit(1)


def _show(settings: Settings, landing: Landing, families: dict[str, str]) -> None:
    """Show a line per log or bill, whatever tables it fills."""
    files: dict[str, dict[str, None]] = defaultdict(dict)
    months: dict[str, set[str]] = defaultdict(set)
    for delivery in landing.deliveries:
        family = families[delivery.source]
        files[family] |= dict.fromkeys(delivery.names)
        months[family].update(delivery.periods)
    rows = [
        [name, _span(months[name]), len(files[name]), next(iter(files[name]))]
        for name in sorted(files)
    ]
    names = ["source", "months", "files", "the first"]
    if rows:
        print_table(console, names, rows, str(settings.exports_dir))
    for copy, original in landing.copies:
        console.print(f"same content as {original}: {_some(copy.names)}")
    if landing.skipped:
        console.print(
            f"not read (documents, or in .unitmillignore): {_some(landing.skipped)}",
            soft_wrap=True,
        )
    for refusal in landing.refusals:
        errors.print(f"[red]✗[/] {escape(refusal.sentence)}", soft_wrap=True)
    if rows and not landing.refusals:
        console.print(f"Next: {_next(settings.exports_dir)}", soft_wrap=True)
    elif not rows and not landing.refusals:
        console.print(f"no exports in {settings.exports_dir}", soft_wrap=True)


def _next(scanned: Path) -> str:
    """Say how what was looked at gets into a build."""
    if current_workspace() is None:
        return f"{program()} init"
    settings = settings_of(None)
    build = command_of(settings, "build")
    if scanned.is_relative_to(settings.exports_dir):
        return build
    # -p keeps the times of files: they say which of two exports is the newer one.
    copy = (
        f"cp -rp {shlex.quote(f'{scanned}/.')} {shlex.quote(f'{settings.exports_dir}')}"
    )
    return f"{copy}, then: {build}"


def _span(months: set[str]) -> str:
    """Write months as their range, or what is missing inside of it."""
    first, last = min(months), max(months)
    return first if first == last else f"{first} to {last} ({len(months)})"


def _some(names: list[str] | tuple[str, ...]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
