"""`unitmill fetch`: vendors' pages into the exports folder.

Belongs here: how it is called and what a person sees. Does not belong here: asking
(``fetching``).
"""

import os
import re
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import journal
from pipelines.cli.calling import (
    Exports,
    Home,
    Project,
    console,
    fail,
    say_fault,
    settings_of,
)
from pipelines.settings import Settings
from pipelines.settings.homes import UMASK

if TYPE_CHECKING:  # httpx takes a while to import
    from pipelines.fetching.vendor import Vendor

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def fetch(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="Whom to ask, such as openai. Default: every one whose key is set.",
            show_default=False,
        ),
    ] = None,
    since: Annotated[
        str, typer.Option(help="The first month, such as 2026-08. Default: fetch.since")
    ] = "",
    exports: Exports = None,
    home: Home = None,
    project: Project = None,
) -> None:
    """Ask vendors for the pages that are due, and put them into the exports folder."""
    from pipelines.fetching.fetch import Call
    from pipelines.fetching.fetch import fetch as ask

    if since and not MONTH.fullmatch(since):
        fail(f"--since is {since!r}; expected a month such as 2026-08", 2)
    settings = settings_of(home, exports, project)
    journal.begin(settings, "fetch")
    # Pages are bills: they get the mode of the home's files.
    os.umask(UMASK[settings.publishing.readable_by])
    names = _asked(settings, sources or [])
    call = Call(settings, since, say=lambda said: console.print(said, soft_wrap=True))
    failed = 0
    for outcome in ask(call, names):
        name = f"{outcome.vendor} {outcome.report}".strip()
        if outcome.failed:
            failed += 1
            say_fault(f"{name}: {outcome.said}")
        else:
            console.print(f"{name}: {outcome.said}", soft_wrap=True)
    if failed:
        fail(f"{failed} of what was asked for is not here; the rest is", 1)


def _asked(settings: Settings, sources: list[str]) -> "list[Vendor]":
    """Give the vendors that were named, or all that can be asked; or end the call."""
    from pipelines.fetching.fetch import key_of
    from pipelines.fetching.registry import VENDORS

    if odd := sorted({*sources} - {*VENDORS}):
        fail(f"no vendor {odd[0]!r}; expected some of {', '.join(VENDORS)}", 2)
    if sources:
        return [VENDORS[name] for name in dict.fromkeys(sources)]
    having = [v for v in VENDORS.values() if key_of(v, settings).get_secret_value()]
    if not having:
        variables = [v.settings(settings.fetch).key_variable for v in VENDORS.values()]
        fail(f"no key is set; set one of {', '.join(variables)} (docs/fetch.md)", 2)
    # Applications have such keys in their environment for other ends.
    for vendor in having:
        if lacks := vendor.lacks(vendor.settings(settings.fetch)):
            console.print(f"{vendor.name}: not asked, because {lacks}", soft_wrap=True)
    return [v for v in having if not v.lacks(v.settings(settings.fetch))]
