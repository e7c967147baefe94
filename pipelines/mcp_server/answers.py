"""An answer: its rows, the version that they are from, and what does not reconcile.

Belongs here: opening the newest version for one call, and how a value is written in
JSON without loss. Does not belong here: what is asked.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from math import isfinite
from typing import Any

import duckdb

from pipelines.publishing.reading import SECONDS, Rows, ask, locked
from pipelines.publishing.versions import PublishError, Version, current
from pipelines.questions.months import (
    month_of,
    months_not_reconciled,
    newest_reconciled_month,
)
from pipelines.settings import Settings

Answer = dict[str, Any]
# Beyond it, JavaScript's numbers have gaps.
LARGEST_NUMBER = 2**53


class AskError(Exception):
    """A question that has no answer as it was asked; the message says how to ask."""


@dataclass(frozen=True, slots=True)
class Published:
    """The version that one call reads."""

    version: Version
    db: duckdb.DuckDBPyConnection
    seconds: float

    def ask(
        self, sql: str, values: Mapping[str, object] | None = None, limit: int = 1000
    ) -> Rows:
        """Run one SELECT; see ``publishing.reading.ask``."""
        return ask(
            self.db,
            sql,
            values,
            limit=limit,
            seconds=self.seconds,
            ends_process=True,
        )

    def month(self, text: str) -> date:
        """Give the first day of the month that is named, or the newest reconciled one.

        Raises:
            MonthError: it is no month, or no month has bills.
        """
        return month_of(text) if text else newest_reconciled_month(self.db).start

    def answer(self, **facts: object) -> Answer:
        """Write what was found, with the version and the months not reconciled."""
        return {
            "version": self.version.name,
            "months_not_reconciled": months_not_reconciled(self.db),
            **{name: plain(value) for name, value in facts.items()},
        }


@contextmanager
def published(settings: Settings, seconds: float = SECONDS) -> Iterator[Published]:
    """Open the newest version, for one call.

    Args:
        settings: those of the home.
        seconds: how long a query may take.

    Raises:
        AskError: nothing is published.
    """
    try:
        version = current(settings)
    except PublishError as error:
        raise AskError(str(error)) from error
    if version is None:
        raise AskError(
            f"nothing is published in {settings.home_dir} yet; run: unitmill build"
        )
    with locked(version.database) as db:
        yield Published(version, db, seconds)


def table(rows: Rows) -> Answer:
    """Write rows with the names of their columns, and say whether there are more."""
    return {
        "columns": rows.columns,
        "rows": rows.rows,
        "total": rows.count,
        "more": rows.count > len(rows.rows),
    }


def records(rows: Rows) -> list[Answer]:
    """Give each row as a mapping from column to value."""
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]


def plain(value: object) -> object:
    """Give a value as JSON can say it.

    A DECIMAL is a string with all its digits, as is a whole number that JavaScript
    would round; dates and times are ISO 8601. What is no number is NULL.
    """
    if isinstance(value, Decimal | int | float):
        return _number(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return None if value is None else str(value)


def _number(value: Decimal | float) -> object:
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if abs(value) <= LARGEST_NUMBER else str(value)


def nearest(name: str, known: list[str]) -> str:
    """Say which of the known names somebody may have meant."""
    near = get_close_matches(name, known, 3, 0.5)
    return f"did you mean {' or '.join(near)}?" if near else "there is none like it"
