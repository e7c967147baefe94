"""What a delivery bills: whose account, which days, by which report of the vendor.

Belongs here: comparing what two deliveries cover. A newer one replaces what it covers
of an older one, never more. Does not belong here: finding these facts in files, which
is each source's, and refusing a bill that arrives twice (``double_billing``).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

# Ids that no two customers of any vendor share: AWS accounts, GUIDs, OCIDs.
_GLOBAL = re.compile(r"\d{12}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|ocid1\..+")
_DASHED = re.compile(r"\d{4}-\d{4}-\d{4}")
_AWS_DIGITS = 12
_LOST_ZEROS = re.compile(r"\d{9,11}")


@dataclass(frozen=True, slots=True)
class Bill:
    """What a delivery bills in one period.

    Attributes:
        period: the billing period, '2026-08'.
        accounts: the billing accounts, as the vendor writes them; empty: unknown.
        sub_accounts: the accounts or subscriptions below them; empty: unknown.
        first_at: the start of the first charge, or of the run that the vendor states,
            in UTC; None: the delivery is of the whole period.
        last_at: the start of the last charge, or the end of the run.
        report: which of the vendor's reports it is; two reports bill the same money.
    """

    period: str
    accounts: frozenset[str] = frozenset()
    sub_accounts: frozenset[str] = frozenset()
    first_at: datetime | None = None
    last_at: datetime | None = None
    report: str = ""

    @property
    def span(self) -> tuple[date, date] | None:
        """The first and the last day; None where they are unknown."""
        if self.first_at is None or self.last_at is None:
            return None
        return self.first_at.date(), self.last_at.date()

    def has_same_account(self, other: "Bill") -> bool:
        """Return whether both bill one account: not two subscriptions of one payer."""
        mine, its = _plain(self.sub_accounts), _plain(other.sub_accounts)
        if mine and its and mine.isdisjoint(its):
            return False
        payers = _plain(self.accounts), _plain(other.accounts)
        if not all(payers) or not payers[0].isdisjoint(payers[1]):
            return True
        return any(_GLOBAL.fullmatch(name) for name in mine & its)

    def has_same_time(self, other: "Bill") -> bool:
        """Return whether both have charges of one time, as far as they say.

        By the moment: the files of two hours of a day are no reruns of each other.
        """
        if self.first_at is None or self.last_at is None:
            return True
        if other.first_at is None or other.last_at is None:
            return True
        return self.first_at <= other.last_at and other.first_at <= self.last_at

    def takes_more_than_it_has(self, older: "Bill") -> bool:
        """Return whether this would replace all of an older bill, but lacks accounts.

        A file of one subscription is no rerun of the bill of all of them.
        """
        if self.span is None or older.span is None:
            return False
        if self.span[0] > older.span[0] or self.span[1] < older.span[1]:
            return False
        mine, its = _plain(self.sub_accounts), _plain(older.sub_accounts)
        return bool(mine and its - mine) and self.has_same_account(older)

    def remaining_days(self, newer: Iterable["Bill"]) -> set[tuple[str, date]] | None:
        """Give the accounts and days that no newer bill covers; None: all of them.

        Empty where the newer ones replace this one.
        """
        # Times first: they are compared fast, and of most files they differ.
        covering = [
            bill
            for bill in newer
            if self.has_same_time(bill) and self.has_same_account(bill)
        ]
        if not covering:
            return None
        if self.span is None or any(bill.span is None for bill in covering):
            return set()
        accounts = self.accounts or {""}
        covered = {
            (account, day)
            for bill in covering
            for account in (bill.accounts & self.accounts or accounts)
            for day in _days(bill.span)
        }
        return {(a, day) for a in accounts for day in _days(self.span)} - covered


def start_of(day: date) -> datetime:
    """Give the first moment of a day."""
    return datetime.combine(day, time.min)


def end_of(day: date) -> datetime:
    """Give the last moment of a day."""
    return datetime.combine(day, time.max)


def by_period(bills: Iterable[Bill]) -> tuple[Bill, ...]:
    """Put together what the files of one delivery bill, period by period."""
    found: dict[str, list[Bill]] = defaultdict(list)
    for bill in bills:
        found[bill.period].append(bill)
    return tuple(
        Bill(
            period,
            frozenset().union(*(bill.accounts for bill in parts)),
            frozenset().union(*(bill.sub_accounts for bill in parts)),
            min((b.first_at for b in parts if b.first_at), default=None),
            max((b.last_at for b in parts if b.last_at), default=None),
            parts[0].report,
        )
        for period, parts in sorted(found.items())
    )


def named(names: Iterable[str | None]) -> frozenset[str]:
    """Give the ids that rows name, without blanks."""
    return frozenset(name for name in names if name)


def _days(span: tuple[date, date] | None) -> Iterable[date]:
    if span is None:
        return ()
    first, last = span
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


# Each pair of a month's files is compared: 720 hourly ones took a minute without.
@lru_cache(maxsize=4096)
def _plain(names: frozenset[str]) -> frozenset[str]:
    """Give ids as all reports of a vendor write them: the last part of a path.

    A spreadsheet takes the zeros in front of an AWS account away; AWS shows dashes.
    """
    plain = {name.rstrip("/").rpartition("/")[2].lower() for name in names}
    bare = {n.replace("-", "") if _DASHED.fullmatch(n) else n for n in plain}
    return frozenset(
        n.zfill(_AWS_DIGITS) if _LOST_ZEROS.fullmatch(n) else n for n in bare
    )
