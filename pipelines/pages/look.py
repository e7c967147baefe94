"""What a document of pages says of itself: version, month, what does not reconcile.

Belongs here: asking a version what it is. Does not belong here: the rows of pages
(``data``), and writing them (``folder``).
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from pipelines.pages.definition import pages
from pipelines.pages.wording import WORDS
from pipelines.questions.months import (
    MonthError,
    months_not_reconciled,
    newest_reconciled_month,
)


@dataclass(frozen=True, slots=True)
class Look:
    """What a document is of, beside its rows.

    Attributes:
        about: version, month and pages, as ``data/about.js`` has them.
        month: what ``$month`` is, its first day.
        not_reconciled: lines such as ``2026-11 openai: no invoice``.
        has_bills: False where there is only telemetry.
    """

    about: dict[str, Any]
    month: date
    not_reconciled: list[str]
    has_bills: bool


def look_at(db: duckdb.DuckDBPyConnection) -> Look:
    """Ask a version's database which version it is, and which months reconcile."""
    row = db.execute(
        "select version, strftime(published_at, '%Y-%m-%dT%H:%M:%S'), code_version, "
        "cast(date_trunc('month', published_at) as date) from published_version"
    ).fetchone()
    assert row is not None
    version, published_at, code_version, month = row
    has_bills = True
    try:
        month = newest_reconciled_month(db).start
    except MonthError:  # telemetry without any bill has the month of its publication
        has_bills = False
    about = {
        "version": version,
        "published_at": published_at,
        "code_version": code_version,
        "month": f"{month:%Y-%m}",
        "currency": _reporting_currency(db),
        "partial": _partial_months(db),
        "words": sorted(WORDS),
        "pages": [{"name": page.name, "title": page.title} for page in pages()],
    }
    return Look(about, month, months_not_reconciled(db), has_bills)


def _reporting_currency(db: duckdb.DuckDBPyConnection) -> str | None:
    """Give the owner's currency, in which pages begin; None where no cost has one."""
    with suppress(duckdb.CatalogException):
        row = db.execute(
            "select max(reporting_currency) from fct_executive_monthly"
        ).fetchone()
        return row[0] if row else None
    return None


def _partial_months(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Give the last day of each month whose bills end before it does.

    The last day of a month is often billed on the first of the next, so one may lack.
    """
    with suppress(duckdb.Error):  # a version of another release
        rows = db.execute(
            """
            select
                strftime(billing_period_start, '%Y-%m') as month,
                strftime(max(charge_date), '%Y-%m-%d') as newest
            from fct_charges_daily
            group by billing_period_start
            having max(charge_date) < last_day(billing_period_start) - 1
            """
        ).fetchall()
        return {str(month): str(newest) for month, newest in rows}
    return {}
