"""Where sample values come from: hashes of a fixed seed, never a clock or a state.

Belongs here: numbers, ids and money that depend on nothing but their key. A value
made from its own key does not move when another one is added before it.
"""

import base64
import hashlib
from decimal import ROUND_HALF_EVEN, Decimal

SEED = "lumenloop-2026"
TEN_PLACES = Decimal("1E-10")
CENT = Decimal("0.01")


def digest(*key: object) -> bytes:
    """Hash a key together with the seed."""
    return hashlib.sha256("|".join([SEED, *map(str, key)]).encode()).digest()


def noise(*key: object) -> Decimal:
    """Give a number from 0 to below 1 with six decimals."""
    number = int.from_bytes(digest(*key)[:6], "big") % 1_000_000
    return Decimal(number).scaleb(-6)


def between(low: str, high: str, *key: object) -> Decimal:
    """Give a number from low to below high."""
    return Decimal(low) + (Decimal(high) - Decimal(low)) * noise(*key)


def hex_id(length: int, *key: object) -> str:
    """Give an id of lower-case hexadecimal digits."""
    return digest(*key).hex()[:length]


def base32_id(length: int, *key: object) -> str:
    """Give an id of lower-case letters and the digits 2 to 7."""
    return base64.b32encode(digest(*key)).decode().lower().rstrip("=")[:length]


def money(value: Decimal) -> Decimal:
    """Round to the ten decimals that an export carries at most."""
    return value.quantize(TEN_PLACES, ROUND_HALF_EVEN)


def cents(value: Decimal) -> Decimal:
    """Round to what an invoice can say."""
    return value.quantize(CENT, ROUND_HALF_EVEN)


def plain(value: Decimal) -> str:
    """Write a number without exponent and without trailing zeros."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
