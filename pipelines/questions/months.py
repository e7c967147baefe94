"""The month that a query is asked of, which its SQL calls ``$month``.

Belongs here: which month that is by default, and which months do not reconcile yet.
Does not belong here: why a month does not reconcile (``fct_reconciliation_monthly``).
"""

import re
from dataclasses import dataclass
from datetime import date

import duckdb

# A bill is reconciled where its invoice is explained, or no invoice is due. A source
# that only sends telemetry has no bill that could be missing.
JUDGED = """
with

rows as (

    select
        source_name,
        verdict,
        cast(billing_period_start as date) as month,
        sum(charge_count) over (partition by source_name) > 0 or verdict = 'blocked'
            as has_bills,
        verdict in ('proven', 'nothing billed') as is_reconciled
    from fct_reconciliation_monthly

)

"""
NEWEST = f"""{JUDGED}
select month, bool_and(is_reconciled) and bool_or(verdict = 'proven') as is_reconciled
from rows
where has_bills
group by month
order by is_reconciled desc, month desc
limit 1
"""
NOT_RECONCILED = f"""{JUDGED}
select distinct month, source_name, verdict
from rows
where has_bills and not is_reconciled
order by month desc, source_name, verdict
"""
MONTH = re.compile(r"(\d{4})-(\d{2})(-01)?")


class MonthError(Exception):
    """There is no such month; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month by default.

    Attributes:
        start: its first day.
        is_reconciled: False where no month is, so that this is the newest with bills.
    """

    start: date
    is_reconciled: bool


def newest_reconciled_month(db: duckdb.DuckDBPyConnection) -> Month:
    """Find the newest month in which all sources that have bills reconcile.

    Each is proven by its invoice, or owes none; at least one is proven. Without such a
    month it is the newest that has bills.

    Args:
        db: a published version.

    Raises:
        MonthError: no month has bills.
    """
    row = db.execute(NEWEST).fetchone()
    if row is None:
        raise MonthError("no month has bills; build from a bill first")
    return Month(*row)


def months_not_reconciled(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Name each month and source that does not reconcile, newest first.

    Args:
        db: a published version.

    Returns:
        Lines such as ``2026-11 openai: no invoice``; none where all reconcile.
    """
    rows = db.execute(NOT_RECONCILED).fetchall()
    return [f"{month:%Y-%m} {source}: {verdict}" for month, source, verdict in rows]


def month_of(text: str) -> date:
    """Read a month as people write it: ``2026-10``, or its first day.

    Raises:
        MonthError: it is none.
    """
    found = MONTH.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), 1)
    except ValueError:  # a month 13, or the year 0
        pass
    raise MonthError(f"{text!r} is no month; expected one like 2026-10")


def bound(
    db: duckdb.DuckDBPyConnection, sql: str, month: date | None = None
) -> dict[str, date]:
    """Give the values that SQL is to be executed with.

    Args:
        db: a published version.
        sql: whose parameter, if it has one, is ``$month``.
        month: the first day of the chosen one; None for the newest reconciled one.

    Raises:
        MonthError: SQL has another parameter, or no month has bills.
        duckdb.ParserException: it is no SQL.
    """
    names = {n for s in duckdb.extract_statements(sql) for n in s.named_parameters}
    if strange := names - {"month"}:
        raise MonthError(
            f"the SQL has the parameter ${min(strange)}; only $month is bound, "
            "so write the value instead"
        )
    if not names:
        return {}
    return {"month": month or newest_reconciled_month(db).start}
