"""How a page writes a number and a name, for what is drawn without a browser.

Belongs here: what ``static/rows.js`` says in a browser, in the same words. Does not
belong here: which numbers there are (``cells``).
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from pipelines.pages.definition import Unit

UNKNOWN = "unknown"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
CENT = Decimal("0.01")
LARGE = ((10**12, "T"), (10**9, "B"), (10**6, "M"))
# What no text of XML may hold, and line breaks.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Columns whose values are words of ours; names of others stay as they are written.
WORDS = {
    *("class", "kind", "type", "status", "verdict", "cause", "direction", "effort"),
    *("risk", "hosting", "use", "step", "way", "place", "scenario", "option"),
    *("finding", "action", "state", "half", "allocation_step", "confidence"),
    *("measured", "tested_on", "cost_basis", "severity", "temperature"),
    *("tag_status", "evidence", "scope_type"),
}


def shown(
    value: Decimal | None, unit: Unit, currency: str = "", *, exact: bool = False
) -> str:
    """Write a number as people read it; unknown is a word and never 0.

    Args:
        value: the number; an amount is in ``currency``, a percent a share of 1.
        unit: what it counts.
        currency: its ISO code; '' for none.
        exact: whether cents and every single one are told.
    """
    if value is None:
        return UNKNOWN
    match unit:
        case Unit.PERCENT:
            return f"{_at_most(100 * value, 1)} %"
        case Unit.COUNT:
            return _at_most(value, 0) if exact else _count(value)
        case Unit.HOURS:
            return f"{_at_most(value, 1)} h"
        case Unit.NUMBER:
            return _number(value, exact=exact)
        case Unit.MONEY:
            return _money(value, currency, exact=exact)


def _money(value: Decimal, currency: str, *, exact: bool) -> str:
    """Write an amount with the sign or the code of its currency."""
    before = SYMBOLS.get(currency, f"{currency}\u00a0" if currency else "")
    text = _number(abs(value), exact=exact)
    return f"-{before}{text}" if value < 0 else f"{before}{text}"


def worded(column: str, value: object) -> str:
    """Write a value of a column: words of ours without underscores, names as they are.

    What cannot be printed is a space, so that a name never breaks a picture.
    """
    if value is None:
        return UNKNOWN
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = text.replace("_", " ") if column in WORDS else text
    return UNPRINTABLE.sub(" ", text)


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _at_most(value: Decimal, places: int) -> str:
    text = f"{_rounded(value, places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _count(value: Decimal) -> str:
    for size, letter in LARGE:
        if value >= size:
            return _at_most(value / size, 1) + letter
    return _at_most(value, 0)


def _number(value: Decimal, *, exact: bool) -> str:
    """Write whole numbers from 1,000, two places from 1, else three digits."""
    size = abs(value)
    if exact and (size >= CENT or not size):
        return f"{_rounded(value, 2):,f}"
    if size >= 1000:  # noqa: PLR2004 - as in rows.js
        return f"{_rounded(value, 0):,f}"
    if size >= 1 or size < Decimal("1e-9"):
        return f"{_rounded(value, 2):,f}"
    first = -size.adjusted()
    return f"{_rounded(value, first + 2):f}".removesuffix("0")
