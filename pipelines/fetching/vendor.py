"""The contract of a vendor: its reports, how each is asked, and how pages follow.

Belongs here: the shape of a question and of a report. Does not belong here: a vendor
(``vendors``), HTTP (``client``), and files (``pulls``).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from pipelines.fetching import FetchError
from pipelines.settings.fetching import FetchSettings, VendorSettings

Body = Any


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Days in UTC, from the first one up to the one that is not in it any more."""

    first: date
    end: date

    def __str__(self) -> str:
        """Name it as people do, by its first and its last day."""
        last = self.end - timedelta(days=1)
        return f"{self.first}" if last == self.first else f"{self.first} to {last}"

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.first).days

    def halves(self) -> tuple["Span", "Span"]:
        """Give its first and its second half; it has two days at least."""
        middle = self.first + timedelta(days=self.days // 2)
        return Span(self.first, middle), Span(middle, self.end)


@dataclass(frozen=True, slots=True)
class Question:
    """One request; nothing in it is secret.

    Attributes:
        span: the days that it asks for.
        path: below the vendor's address.
        params: of the address, in order.
        body: is sent as JSON; None where it is a GET.
        page: which page of the answer it brings, from 1.
    """

    span: Span
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, object] | None = None
    page: int = 1

    @property
    def name(self) -> str:
        """The name of its pages' files, without the number of the page."""
        last = self.span.end - timedelta(days=1)
        first = self.span.first
        return f"{first}" if first == last else f"{first}_{last}"

    def next_by(self, **params: str) -> "Question":
        """Ask for the next page: the same question, and what brings the page."""
        kept = [pair for pair in self.params if pair[0] not in params]
        return replace(self, params=(*kept, *params.items()), page=self.page + 1)

    def next_in_body(self, **values: object) -> "Question":
        """Ask for the next page by its number in the body."""
        return replace(self, body={**(self.body or {}), **values}, page=self.page + 1)


@dataclass(frozen=True, slots=True)
class Report:
    """One kind of pages of a vendor; its folder has its name.

    Attributes:
        name: one lower-case word or two.
        ask: the question for the first page of some days.
        after: the question for the next page, None behind the last one.
        rows: how many rows a page has; KeyError or TypeError where it is no page.
        unit: what one question is of: up to ``longest`` days of a month, one day, or a
            month.
        longest: days of one question, where it is of days.
        settling_days: how long after its end a day may still change.
        reach_days: how many complete days the vendor keeps; 0 for more than we ask.
        is_chained: whether its source follows cursors from page to page, so that a page
            without rows would be missing. Such an answer is asked for in smaller parts.
        splits: whether a 400 may mean that the answer would be too large.
    """

    name: str
    ask: Callable[[Any, Span], Question]
    after: Callable[[Question, Body], Question | None]
    rows: Callable[[Body], int]
    unit: Literal["days", "day", "month"] = "days"
    longest: int = 31
    settling_days: int = 4
    reach_days: int = 0
    is_chained: bool = False
    splits: bool = False


@dataclass(frozen=True, slots=True)
class Vendor:
    """Whom we ask.

    Attributes:
        name: of its section of the settings, and of its folder.
        title: as people call it.
        chosen: its section of the settings.
        headers: what a request has, with the key in it; of the key and the section.
        reports: what it can be asked.
        key: which key is needed and where it is made, to end a sentence with.
        lacks: a setting that is not set and without which nothing can be asked; ''.
    """

    name: str
    title: str
    chosen: Callable[[FetchSettings], Any]
    headers: Callable[[str, Any], Mapping[str, str]]
    reports: tuple[Report, ...]
    key: str
    lacks: Callable[[Any], str] = lambda _: ""

    def settings(self, fetch: FetchSettings) -> VendorSettings:
        """Give its section of the settings."""
        found: VendorSettings = self.chosen(fetch)
        return found


def by_cursor(question: Question, body: Body) -> Question | None:
    """Follow ``has_more`` and ``next_page``, as OpenAI and Anthropic page.

    Raises:
        FetchError: there is more, and no cursor to it.
    """
    if not body.get("has_more"):
        return None
    cursor = body.get("next_page")
    if not cursor:
        raise FetchError(
            f"{question.path} says that there is more (has_more) of {question.span}, "
            "and not how to get it (next_page); nothing of it is kept, so call this "
            "again, and tell the vendor if it stays so"
        )
    return question.next_by(page=str(cursor))


def listed(value: Body) -> Sequence[Body]:
    """Give a list of a page.

    Raises:
        TypeError: it is none, such as an object with an error in it.
    """
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def rows_in(key: str) -> Callable[[Body], int]:
    """Give what counts the rows of a page, where they are one list."""
    return lambda body: len(listed(body[key]))


def bearer(key: str, _settings: object) -> dict[str, str]:
    """Give the header by which most vendors take a key."""
    return {"Authorization": f"Bearer {key}"}


def only_page(_question: Question, _body: Body) -> None:
    """Follow nothing: the answer is one page."""


def midnight(day: date) -> datetime:
    """Give the beginning of a day, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def parsed(raw: bytes) -> Body:
    """Read a page for its cursors; numbers stay texts, so that none becomes a float.

    Raises:
        ValueError: it is no JSON.
    """
    return json.loads(raw, parse_float=str)
