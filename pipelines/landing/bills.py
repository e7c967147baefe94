"""What a delivery bills: whose account, which days, by which report of the vendor.

Belongs here: comparing what two deliveries cover. A newer one replaces what it covers
of an older one, never more. Does not belong here: finding these facts in files, which
is each source's, and refusing a bill that arrives twice (``double_billing``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

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
        first_day: of the charges, or of the run that the vendor states; None: the
            delivery is of the whole period.
        last_day: the last one of them, included.
        report: which of the vendor's reports it is; two reports bill the same money.
    """

    period: str
    accounts: frozenset[str] = frozenset()
    sub_accounts: frozenset[str] = frozenset()
    first_day: date | None = None
    last_day: date | None = None
    report: str = ""

    def has_same_account(self, other: "Bill") -> bool:
        """Return whether both bill one account: not two subscriptions of one payer."""
        mine, its = _plain(self.sub_accounts), _plain(other.sub_accounts)
        if mine and its and not mine & its:
            return False
        payers = _plain(self.accounts), _plain(other.accounts)
        if payers[0] & payers[1] or not all(payers):
            return True
        return any(_GLOBAL.fullmatch(name) for name in mine & its)

    def has_same_day(self, other: "Bill") -> bool:
        """Return whether both have charges of one day, as far as they say."""
        days = self.first_day, self.last_day, other.first_day, other.last_day
        if self.period != other.period:
            return False
        if None in days:
            return True
        return not self.days().isdisjoint(other.days())

    def takes_more_than_it_has(self, older: "Bill") -> bool:
        """Return whether this would replace all of an older bill, but lacks accounts.

        A file of one subscription is no rerun of the bill of all of them.
        """
        mine, its = _plain(self.sub_accounts), _plain(older.sub_accounts)
        if not (mine and its - mine and self.has_same_account(older)):
            return False
        return older.days() <= self.days() and bool(older.days())

    def remaining_days(self, newer: Iterable["Bill"]) -> set[tuple[str, date]] | None:
        """Give the accounts and days that no newer bill covers; None: all of them.

        Empty where the newer ones replace this one.
        """
        covering = [bill for bill in newer if self.has_same_account(bill)]
        if not any(self.has_same_day(bill) for bill in covering):
            return None
        if self.first_day is None or any(bill.first_day is None for bill in covering):
            return set()
        accounts = self.accounts or {""}
        covered = {
            (account, day)
            for bill in covering
            for account in (bill.accounts & self.accounts or accounts)
            for day in bill.days()
        }
        return {(a, day) for a in accounts for day in self.days()} - covered

    def days(self) -> set[date]:
        """Give the days from the first to the last; none where they are unknown."""
        if self.first_day is None or self.last_day is None:
            return set()
        count = (self.last_day - self.first_day).days + 1
        return {self.first_day + timedelta(days=n) for n in range(count)}


def _plain(names: frozenset[str]) -> set[str]:
    """Give ids as all reports of a vendor write them: the last part of a path.

    A spreadsheet takes the zeros in front of an AWS account away; AWS shows dashes.
    """
    plain = {name.rstrip("/").rpartition("/")[2].lower() for name in names}
    bare = {n.replace("-", "") if _DASHED.fullmatch(n) else n for n in plain}
    return {n.zfill(_AWS_DIGITS) if _LOST_ZEROS.fullmatch(n) else n for n in bare}
