"""Values as text: how numbers, dates and lists of a result are written for a person.

Belongs here: the rule that each table of the terminal follows, and rounding that adds
up. Does not belong here: which values are shown, and how a table is laid out.

The rule goes by value and never by a column's name:

- A column of whole numbers (counts, tokens) has no decimals.
- Any other number has two decimals from 10 up, four from 1 up, and below 1 as many as
  four digits need, less the zeros at its end beyond two. So nothing but zero prints as
  0.00.
- In a column that has a number of 10 or more, numbers from 1 up have two decimals:
  amounts are to the cent, and rates and ratios keep their digits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal

from pipelines.cli.screen import visible

CENT = Decimal("0.01")
TEN = Decimal(10)
# DuckDB's DECIMAL has 38 digits, and a sum of such a few more.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
# Beyond it a float has no digit behind the point that means anything.
LARGEST_FLOAT = 1e15
SMALLEST_FLOAT = 1e-15

Number = int | float | Decimal


def is_number(value: object) -> bool:
    """Return whether a value is a number; true and false are none."""
    return isinstance(value, Number) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Beside:
    """What the other values of a column say about how one is written.

    Attributes:
        is_whole: no number has a fraction.
        is_amount: some number is 10 or more.
        is_day: no time is later than midnight.
    """

    is_whole: bool
    is_amount: bool
    is_day: bool


def column_cells(values: Sequence[object]) -> list[str]:
    """Write the values of one column."""
    numbers = [v for v in map(_exact, values) if v is not None]
    times = [v for v in values if isinstance(v, datetime)]
    beside = Beside(
        is_whole=all(number == number.to_integral_value() for number in numbers),
        is_amount=any(abs(number) >= TEN for number in numbers),
        is_day=all(moment.time() == time() for moment in times),
    )
    return [_cell(value, beside) for value in values]


def cell(value: object) -> str:
    """Write a value that stands alone."""
    return column_cells([value])[0]


def counted(count: int, noun: str, plural: str = "") -> str:
    """Write a number of things: 1 row, 1,234 rows."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def to_cents(value: Decimal) -> Decimal:
    """Round an amount to the cent."""
    return value.quantize(CENT, context=EXACT)


def amount(value: Decimal) -> str:
    """Write an amount of money to the cent."""
    return f"{to_cents(value):,}"


def change(value: Decimal) -> str:
    """Write a change of money to the cent, with its sign."""
    return f"{to_cents(value):+,}"


def rounded_to_sum(parts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Round parts to the cent so that they sum to a total that is in cents.

    The cents that are left over go to the parts that rounding moved most.
    """
    cents = [to_cents(part) for part in parts]
    left = int((total - sum(cents, Decimal())) / CENT)
    step = CENT if left > 0 else -CENT
    moved = sorted(
        range(len(parts)), key=lambda place: (cents[place] - parts[place]) * step
    )
    for turn in range(abs(left) if parts else 0):
        cents[moved[turn % len(moved)]] += step
    return cents


def _exact(value: object) -> Decimal | None:
    """Give a number with decimals as it is written, where it can be written out."""
    if isinstance(value, float):
        size = abs(value)
        is_written_out = not size or SMALLEST_FLOAT <= size < LARGEST_FLOAT
        return Decimal(repr(value)) if is_written_out else None
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _cell(value: object, beside: Beside) -> str:
    exact = _exact(value)
    if exact is not None:
        return _number(exact, beside)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return str(value).lower() if isinstance(value, bool) else f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if beside.is_day else value.isoformat(" ")
    if isinstance(value, list | tuple | dict):
        return _collection(value)
    return "-" if value is None else visible(str(value))


def _collection(value: Sequence[object] | Mapping[object, object]) -> str:
    if isinstance(value, Mapping):
        named = zip(map(cell, value), column_cells(list(value.values())), strict=True)
        return f"{{{', '.join(f'{name}: {text}' for name, text in named)}}}"
    return f"[{', '.join(column_cells(value))}]"


def _number(value: Decimal, beside: Beside) -> str:
    places = 0 if beside.is_whole else _places(abs(value), beside)
    rounded = value.quantize(Decimal(1).scaleb(-places), context=EXACT)
    text = f"{rounded:,f}"
    while places > len("00") and text.endswith("0"):
        text, places = text[:-1], places - 1
    return text if rounded else text.removeprefix("-")


def _places(size: Decimal, beside: Beside) -> int:
    """Say how many decimals a number of this size has."""
    if not size or size >= TEN:
        return 2
    if size >= 1:
        return 2 if beside.is_amount else 4
    return max(2, 3 - size.adjusted())
