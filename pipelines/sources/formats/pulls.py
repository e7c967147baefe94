"""Pulls of an API: which pages are one answer, and whether its last one is here.

A page says whether there is more, and by which cursor; not which page it is itself.
Belongs here: following pages. What is on them is in ``pages``, or the source's.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import combinations, product
from typing import NoReturn

from pipelines.landing.source import Candidate, CompleteBy, Drop, ExportError
from pipelines.sources.formats.parts import groups, report_of

PULLED_AT = re.compile(r"(?:^|[/=])(\d{8}T\d{6}Z)(?:/|$)")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of itself.

    Attributes:
        file: the page.
        months: the months of its rows.
        first: the start of its first bucket; None without buckets, or any order.
        last: the end of its last bucket.
        cursor: what brings the next page; None where it is the last one.
        kinds: of what its results are, such as 'organization.costs.result'.
        projects: whose they are; '' of results without a project.
        content: its hash; a page that is here twice is one page.
    """

    file: Candidate
    months: frozenset[str]
    first: datetime | None = None
    last: datetime | None = None
    cursor: str | None = None
    kinds: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    content: bytes = b""


def content_of(raw: bytes) -> bytes:
    """Give the hash of a page as it was read."""
    return sha256(raw).digest()


def cursor_of(body: Mapping[str, object]) -> str | None:
    """Give what brings the next page; None of a page that says there is no more."""
    cursor = body.get("next_page")
    return str(cursor or "not named") if body.get("has_more", cursor) else None


def pulls(vendor: str, pages: Sequence[Page]) -> Iterator[Drop]:
    """Group pages into pulls: pages below one time-stamped folder, else a chain.

    A chain is the pages of a folder that follow each other: the last one says that
    there is no more.

    Raises:
        ExportError: the next page of one is missing.
    """
    pages = list(pages)
    _refuse_two_owners(vendor, pages)
    pages_of: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        folder = page.file.name.rpartition("/")[0] + "/"
        stamp = PULLED_AT.search(folder)
        pages_of[folder[: stamp.end()] if stamp else folder].append(page)
    for folder, pulled in pages_of.items():
        found = _once(pulled)
        _refuse_gaps(vendor, found)
        chains = list(_chains(vendor, found))
        if not PULLED_AT.search(folder):
            yield from (_pull(chain) for chain in chains)
            continue
        yield _pull([page for chain in chains for page in chain])


def _refuse_two_owners(vendor: str, pages: Sequence[Page]) -> None:
    """Refuse pages of one time, from folders of two names, whose owner nothing says.

    They may be two organizations, or one that was pulled twice. Folders whose names
    differ in a date are pulls of one.
    """
    unowned: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        if page.first and page.projects <= {""} and page.kinds:
            above = PULLED_AT.split(page.file.name.rpartition("/")[0] + "/")[0]
            unowned[report_of(above)].append(page)
    for some, others in combinations(unowned.values(), 2):
        for one, other in product(some, others):
            day = _shared_time(one, other)
            if day and one.kinds & other.kinds and one.content != other.content:
                names = one.file.name, other.file.name
                raise ExportError(
                    f"{vendor}: {' and '.join(names)} both have results of "
                    f"{day:%Y-%m-%d} without a project, and nothing says whether they "
                    "are two organizations or one that was pulled twice: pull them by "
                    "project, or take one of them away",
                    files=names,
                )


def _shared_time(one: Page, other: Page) -> datetime | None:
    """Give the first moment that both pages have buckets of; None without one."""
    if not (one.first and one.last and other.first and other.last):
        return None
    first = max(one.first, other.first)
    return first if first < min(one.last, other.last) else None


def _once(pages: Sequence[Page]) -> list[Page]:
    """Leave out a page that is here again, such as 'page-3 (1).json', byte by byte."""
    seen: dict[bytes, Page] = {}
    for page in sorted(pages, key=lambda page: (len(page.file.name), page.file.name)):
        seen.setdefault(page.content, page)
    kept = {page.file.name for page in seen.values()}
    return [page for page in pages if page.file.name in kept]


def _refuse_gaps(vendor: str, pages: Sequence[Page]) -> None:
    """Refuse 'page-002' and 'page-003' without 'page-001', which no cursor shows."""
    list(groups(vendor, [page.file for page in pages]))


def _pull(pages: Sequence[Page]) -> Drop:
    months = sorted({month for page in pages for month in page.months})
    files = [page.file for page in pages]
    return stamped(files, months, complete_by="last page")


def stamped(
    files: Sequence[Candidate], months: Sequence[str], complete_by: CompleteBy = ""
) -> Drop:
    """Make a drop of files of one pull, whose time is that of their folder.

    Args:
        files: in reading order; without a time-stamped folder their dates count.
        months: the months of their rows.
        complete_by: what proves that no file is missing.
    """
    stamp = PULLED_AT.search(files[0].name)
    return Drop(
        files=tuple(files),
        periods=tuple(months),
        scope="",
        delivered_at=_time(stamp.group(1))
        if stamp
        else max(file.modified for file in files),
        batch=stamp.group(1) if stamp else "",
        ordered_by="pull time" if stamp else "file date",
        complete_by=complete_by,
    )


def _chains(vendor: str, pages: Sequence[Page]) -> Iterator[list[Page]]:
    """Follow each page to the one that comes next: the bucket after its last one.

    A page names no number and not itself, only what asks for the next one. So the next
    one is a page of the same folder that begins where this one ends.
    """
    waiting = sorted(pages, key=_start)
    while waiting:
        chain = [waiting.pop(0)]
        while chain[-1].cursor is not None:
            following = [page for page in waiting if _follows(chain[-1], page)]
            if not following:
                _refuse_incomplete(vendor, chain, pages)
            chain.append(min(following, key=lambda page: page.file.name))
            waiting.remove(chain[-1])
        yield chain


def _start(page: Page) -> tuple[bool, datetime, str]:
    start = page.first or datetime.min.replace(tzinfo=UTC)
    return page.first is None, start, page.file.name


def _follows(page: Page, other: Page) -> bool:
    if page.cursor == other.cursor:
        return False
    return page.last is None or other.first is None or other.first == page.last


def _refuse_incomplete(
    vendor: str, chain: Sequence[Page], pages: Sequence[Page]
) -> NoReturn:
    page = chain[-1]
    end = f" from {page.last:%Y-%m-%d %H:%M} UTC on" if page.last else ""
    raise ExportError(
        f"{vendor}: {page.file.name} says that there is more (has_more, next_page "
        f"{page.cursor}), and no page here goes on{end}: copy the missing page beside "
        "it, or pull the pages again until has_more is false",
        # Below one time-stamped folder lies one pull: a part of it is none.
        files=[p.file.name for p in (pages if _is_stamped(page) else chain)],
    )


def _is_stamped(page: Page) -> bool:
    return PULLED_AT.search(page.file.name) is not None


def _time(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
