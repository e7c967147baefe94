"""Ask vendors for what is due, report by report; one that fails stops no other.

Belongs here: which vendors can be asked, and the order of a fetch. Does not belong
here: a pull (``pulls``), and what a person is shown (``cli``).
"""

import fcntl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from pipelines.fetching import FetchError
from pipelines.fetching.client import Client
from pipelines.fetching.manifests import Place, identity_of, span_of, whole_pulls
from pipelines.fetching.pulls import begin, finish, unfinished
from pipelines.fetching.vendor import Report, Span, Vendor
from pipelines.fetching.windows import (
    days_of,
    due_days,
    first_day,
    lost_days,
    spans,
)
from pipelines.settings import Settings, secret


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went with a report, or with a vendor as a whole.

    Attributes:
        vendor: its name.
        report: its name; '' where the vendor was not asked at all.
        said: a sentence for people.
        failed: whether something that was wanted is not there.
        pages: how many pages were put into the exports folder.
        rows: how many rows they have.
    """

    vendor: str
    report: str
    said: str
    failed: bool = False
    pages: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One call of `fetch`: what it is of, and how it waits.

    Attributes:
        settings: whose exports folder, and how each vendor is asked.
        since: the first month, such as '2026-08'; '' for what the settings say.
        now: aware; the clock, but for tests.
        say: is told what is waited for.
        sleep: waits for seconds.
    """

    settings: Settings
    since: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    say: Callable[[str], object] = lambda _: None
    sleep: Callable[[float], None] = time.sleep

    def first_day(self) -> date:
        """Give the first day that is wanted."""
        return first_day(self.since or self.settings.fetch.since, self.now())


def key_of(vendor: Vendor, settings: Settings) -> SecretStr:
    """Read the key of a vendor from the environment; '' where there is none."""
    found = secret(vendor.settings(settings.fetch).key_variable)
    return SecretStr(found.get_secret_value().strip())


def objection(vendor: Vendor, settings: Settings) -> str:
    """Say why a vendor cannot be asked: what is not set; '' where it can."""
    chosen = vendor.settings(settings.fetch)
    key = key_of(vendor, settings).get_secret_value()
    if not key:
        return (
            f"{vendor.title} is not asked, because {chosen.key_variable} is not set; "
            f"{vendor.key}"
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        return (
            f"{vendor.title} is not asked, because {chosen.key_variable} holds signs "
            f"that no key has; {vendor.key}"
        )
    names = {report.name for report in vendor.reports}
    if odd := sorted({*chosen.leave_out} - names):
        return (
            f"fetch.{vendor.name}.leave_out names {odd[0]}; expected some of "
            f"{', '.join(sorted(names))}"
        )
    if lacks := vendor.lacks(chosen):
        return f"{vendor.title} is not asked, because {lacks}"
    return ""


def fetch(call: Call, vendors: Sequence[Vendor]) -> Iterator[Outcome]:
    """Ask these vendors for what is due, and say of each report how it went."""
    for vendor in vendors:
        if said := objection(vendor, call.settings):
            yield Outcome(vendor.name, "", said, failed=True)
            continue
        chosen = vendor.settings(call.settings.fetch)
        records = call.settings.exports_dir / ".unitmill" / "fetch"
        try:
            with (
                _alone(records / f"{vendor.name}-{chosen.account}.lock"),
                Client(
                    vendor, chosen, key_of(vendor, call.settings), call.say, call.sleep
                ) as client,
            ):
                yield from _reports(call, vendor, client)
        except BlockingIOError:
            said = f"another fetch asks {vendor.title} just now; wait until it ended"
            yield Outcome(vendor.name, "", said, failed=True)


def _reports(call: Call, vendor: Vendor, client: Client) -> Iterator[Outcome]:
    left_out = vendor.settings(call.settings.fetch).leave_out
    for report in vendor.reports:
        if report.name in left_out:
            continue
        try:
            yield from _pulled(call, vendor, report, client)
        except FetchError as error:
            yield Outcome(vendor.name, report.name, str(error), failed=True)
            if error.is_final:
                return


def _pulled(
    call: Call, vendor: Vendor, report: Report, client: Client
) -> Iterator[Outcome]:
    """Go on with a pull that was broken off, and begin one of what is still due."""
    chosen = vendor.settings(call.settings.fetch)
    below = f"{vendor.name}/{chosen.account}/{report.name}"
    place = Place(call.settings.exports_dir, below)
    identity, now, since = identity_of(report, chosen), call.now(), call.first_day()
    done: set[date] = set()
    if broken := unfinished(place, report, chosen, identity, now):
        manifest = finish(broken, report, chosen, client.ask)
        done = {day for pair in manifest["spans"] for day in days_of(span_of(pair))}
        yield _outcome(vendor, report, manifest)
    asked = whole_pulls(place, identity)
    if lost := lost_days(report, since, now, asked):
        yield Outcome(vendor.name, report.name, _lost(vendor, report, lost))
    days = [day for day in due_days(report, since, now, asked) if day not in done]
    wanted = spans(report, days, now.astimezone(UTC).date())
    if not wanted:
        if not done:
            yield _nothing_due(vendor, report, since, now)
        return
    pull = begin(place, identity, [report.ask(chosen, span) for span in wanted], now)
    yield _outcome(vendor, report, finish(pull, report, chosen, client.ask))


def _nothing_due(vendor: Vendor, report: Report, since: date, now: datetime) -> Outcome:
    today = now.astimezone(UTC).date()
    if since < today:
        return Outcome(vendor.name, report.name, "every day is final and here")
    said = f"no day since {since} is over, so that none is asked for"
    return Outcome(vendor.name, report.name, said, failed=since > today)


def _outcome(vendor: Vendor, report: Report, manifest: Mapping[str, Any]) -> Outcome:
    asked, pages = [span_of(pair) for pair in manifest["spans"]], manifest["pages"]
    count = sum(page["file"] is not None for page in pages)
    rows = sum(page["rows"] for page in pages)
    whole = Span(min(asked).first, max(asked).end)
    kept = f"{count} page{'s' * (count != 1)}, {rows:,} rows" if count else "no rows"
    return Outcome(vendor.name, report.name, f"{whole}: {kept}", pages=count, rows=rows)


def _lost(vendor: Vendor, report: Report, lost: Sequence[Span]) -> str:
    days = ", ".join(str(span) for span in lost)
    return (
        f"{vendor.title} keeps {report.reach_days} days, so {days} cannot be fetched "
        "any more; export them by hand, or fetch since a later month"
    )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock file in this block; the kernel takes a dead process's lock back.

    Raises:
        BlockingIOError: another process has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
