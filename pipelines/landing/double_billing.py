"""Money once: one account and month in two exports, tables or formats is refused.

A Cost and Usage Report beside a FOCUS export, Google's standard table beside its
detailed one, a copy of an export under another name: each is the same bill again.
Nothing in the files says which one to keep, so the owner does, by taking one away or
in ``landing.bill_from``. Reruns of one report are no double: a newer one replaces.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

from pipelines.landing.bills import Bill
from pipelines.landing.landed import Refusal
from pipelines.landing.source import Delivery

# The choice where files overlap by account and day, and no charge is in two of them.
BOTH = "all"
# The choice where sub accounts of an older file may be gone in a newer one.
NEWEST = "newest"
# Accounts that a message names.
_SHOWN = 3

Found = tuple[Delivery, Bill]


def chosen_bills(
    deliveries: Sequence[Delivery], bill_from: Mapping[str, str]
) -> tuple[list[Delivery], list[tuple[Delivery, str]], list[Refusal]]:
    """Split deliveries into those that count, those not chosen, and refusals.

    Args:
        deliveries: of every source.
        bill_from: by account, the source that bills it, or source and report as
            'gcp/detailed'; 'all' where none repeats another, 'newest' where a newer
            file replaces also what it lacks.
    """
    passed: dict[str, tuple[Delivery, str]] = {}
    refused: dict[str, Delivery] = {}
    refusals: list[Refusal] = []
    seen = set()
    for one, other in _doubles(deliveries):
        account = _account(one[1], other[1])
        choice = bill_from.get(account)
        pair = frozenset((one[0].delivery_id, other[0].delivery_id))
        if choice == BOTH or pair in seen or passed.keys() & pair:
            continue
        seen.add(pair)
        losers = [d for d, bill in (one, other) if not _is_chosen(choice, d, bill)]
        if len(losers) == 1 and losers[0].accounts() <= {account}:
            reason = f"landing.bill_from takes {account} from {choice}"
            passed[losers[0].delivery_id] = losers[0], reason
            continue
        refused |= {d.delivery_id: d for d, _ in (one, other)}
        refusals.append(_refusal(one, other, account))
    for one, other in _parts_for_wholes(deliveries):
        if bill_from.get(_account(one[1], other[1])) == NEWEST:
            continue
        refused |= {d.delivery_id: d for d, _ in (one, other)}
        refusals.append(_refusal_of_part(one, other))
    left = [
        d
        for d in deliveries
        if d.delivery_id not in refused and d.delivery_id not in passed
    ]
    return left, list(passed.values()), refusals


def _doubles(deliveries: Iterable[Delivery]) -> Iterator[tuple[Found, Found]]:
    """Give pairs of different reports that bill one account for one day."""
    reports: dict[str, dict[str, list[Found]]] = defaultdict(lambda: defaultdict(list))
    for delivery in deliveries:
        for bill in delivery.bills:
            if bill.accounts or bill.sub_accounts:
                found = reports[bill.period][_report(delivery, bill)]
                found.append((delivery, bill))
    for of_period in reports.values():
        for some, others in combinations(of_period.values(), 2):
            for one, other in product(some, others):
                if one[1].has_same_time(other[1]) and one[1].has_same_account(other[1]):
                    yield one, other


def _parts_for_wholes(
    deliveries: Iterable[Delivery],
) -> Iterator[tuple[Found, Found]]:
    """Give pairs of which the newer one replaces accounts that it does not have.

    A run that its vendor ordered says what it is of; a file's name or date does not.
    """
    scopes: dict[tuple[str, str, str], list[Found]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.ordered_by in {"file name", "file date"} and not delivery.appends:
            for bill in delivery.bills:
                place = delivery.source, delivery.scope, bill.period
                scopes[place].append((delivery, bill))
    for found in scopes.values():
        for older, newer in combinations(
            sorted(found, key=lambda f: (f[0].delivered_at, f[0].delivery_id)), 2
        ):
            if newer[1].takes_more_than_it_has(older[1]):
                yield older, newer


def _refusal_of_part(older: Found, newer: Found) -> Refusal:
    (first, bill), (second, its) = older, newer
    lacking = ", ".join(sorted(bill.sub_accounts - its.sub_accounts)[:_SHOWN])
    return Refusal(
        first.source,
        tuple(dict.fromkeys((*first.names, *second.names))),
        f"{second.names[0]} would replace {first.names[0]} for {bill.period}, but has "
        f"no charge of {lacking}; expected a newer file to have all accounts of the "
        "older one: keep the one that is whole in the exports folder, or set "
        f'landing.bill_from for {_account(bill, its)} to "{NEWEST}" where they are '
        "gone",
    )


def _report(delivery: Delivery, bill: Bill) -> str:
    return f"{delivery.source}/{bill.report}" if bill.report else delivery.source


def _is_chosen(choice: str | None, delivery: Delivery, bill: Bill) -> bool:
    return choice in (delivery.source, _report(delivery, bill))


def _account(one: Bill, other: Bill) -> str:
    for mine, its in (
        (one.accounts, other.accounts),
        (one.sub_accounts, other.sub_accounts),
    ):
        if mine & its:
            return min(mine & its)
    return min(one.accounts or one.sub_accounts)


def _refusal(one: Found, other: Found, account: str) -> Refusal:
    (first, bill), (second, its) = one, other
    reports = sorted({_report(first, bill), _report(second, its)})
    sources = sorted({first.source, second.source})
    named = sources if len(sources) > 1 else reports
    choices = " or ".join(f'"{name}"' for name in named)
    return Refusal(
        " and ".join(sources),
        tuple(dict.fromkeys((*first.names, *second.names))),
        f"{first.names[0]} ({_report(first, bill)}) and {second.names[0]} "
        f"({_report(second, its)}) both bill account {account} for {bill.period}; "
        "together they would count the same money twice: keep one of them in the "
        f"exports folder, or set landing.bill_from for {account} to {choices}, or to "
        f'"{BOTH}" where no charge is in both',
    )
