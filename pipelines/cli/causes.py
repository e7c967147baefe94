"""A cause of a change of cost as a sentence.

Belongs here: the words, one sentence for each name of a cause. Does not belong here:
finding causes (``reports.cost_change``).
"""

from collections.abc import Callable
from decimal import Decimal

from pipelines.cli.cells import cell
from pipelines.reports.cost_change import Cause

UNASSIGNED = "unassigned"
LARGE = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"))
# A price of one token has too many zeros.
MILLION = 1_000_000


def sentence(cause: Cause) -> str:
    """Say in a sentence what changed, where, and by how much of what."""
    return SENTENCES.get(cause.name, _category)(cause)


def _volume(cause: Cause) -> str:
    what, before, now = _counted(cause)
    if not before:
        return f"new use: {_who(cause)}, {short(now)} {what}{_driver(cause)}"
    if not now:
        return f"use that ended: {_who(cause)}, {short(before)} {what} before"
    grown = "more" if now > before else "less"
    return (
        f"{grown} use: {_who(cause)}, {short(before)} to {short(now)} "
        f"{what}{_driver(cause)}"
    )


def _efficiency(cause: Cause) -> str:
    before = (cause.previous_quantity or 0) / (cause.previous_requests or 1)
    now = (cause.quantity or 0) / (cause.requests or 1)
    return f"tokens per request: {_who(cause)}, {before:,.0f} to {now:,.0f}"


def _mix(cause: Cause) -> str:
    share = "larger" if cause.amount > 0 else "smaller"
    units = "tokens" if cause.unit == "token" else "GPU hours"
    model = cause.driver or cause.source
    return f"mix: {model} is a {share} share of the {units} of {_who(cause)}"


def _price(cause: Cause) -> str:
    times, unit = (MILLION, "1M tokens") if cause.unit == "token" else (1, "GPU hour")
    reason = {
        "list price": "list price",
        "contract price": "contract price",
        "commitment": "commitments and credits",
    }.get(cause.name, "price paid")
    text = f"{reason}: {_who(cause)}"
    if cause.previous_unit_cost is None or cause.unit_cost is None:
        return f"{text}, {cause.driver or cause.source}"
    before = cell(cause.previous_unit_cost * times)
    now = cell(cause.unit_cost * times)
    return f"{text}, {cause.driver or cause.source} {before} to {now} per {unit}"


def _unmeasured(cause: Cause) -> str:
    units = "tokens" if cause.unit == "token" else "GPU hours"
    return f"not split: {_who(cause)}, whose bill counts no {units}"


def _exchange(cause: Cause) -> str:
    return f"exchange rate: {cause.provider} ({cause.source})"


def _other(cause: Cause) -> str:
    return _of_source("other usage", cause)


def _shared(cause: Cause) -> str:
    return (
        f"{cause.driver} of {cause.provider} ({cause.source}): not split into price "
        "and volume, other projects share the account"
    )


def _new(cause: Cause) -> str:
    return f"new: first charges of {cause.provider} ({cause.source})"


def _gone(cause: Cause) -> str:
    return f"gone: {cause.provider} ({cause.source}) has no charges this month"


def _category(cause: Cause) -> str:
    return _of_source(cause.name.lower(), cause)


def _of_source(what: str, cause: Cause) -> str:
    most = f", above all {cause.driver}" if cause.driver else ""
    return f"{what}: {cause.provider} ({cause.source}){most}"


SENTENCES: dict[str, Callable[[Cause], str]] = {
    "volume": _volume,
    "efficiency": _efficiency,
    "mix": _mix,
    "list price": _price,
    "contract price": _price,
    "commitment": _price,
    "price": _price,
    "unmeasured": _unmeasured,
    "exchange": _exchange,
    "other usage": _other,
    "shared account": _shared,
    "new source": _new,
    "source without charges": _gone,
}


def short(quantity: Decimal) -> str:
    """Write a quantity with three digits where it is large: 1.18 M."""
    for size, letter in LARGE:
        if quantity >= size:
            return f"{quantity / size:.3g} {letter}"
    return f"{quantity:,.0f}"


def _counted(cause: Cause) -> tuple[str, Decimal, Decimal]:
    """Give requests where both months count them, else tokens or GPU hours."""
    if cause.unit == "token" and cause.previous_requests and cause.requests:
        return "requests", cause.previous_requests, cause.requests
    units = "tokens" if cause.unit == "token" else "GPU hours"
    return units, cause.previous_quantity or Decimal(), cause.quantity or Decimal()


def _who(cause: Cause) -> str:
    """Name the account, its provider and its team."""
    place = cause.account if cause.account != UNASSIGNED else cause.source
    team = f", team {cause.team}" if cause.team not in {None, UNASSIGNED} else ""
    return f"{place} ({cause.provider}{team})"


def _driver(cause: Cause) -> str:
    return f", above all {cause.driver}" if cause.driver else ""
