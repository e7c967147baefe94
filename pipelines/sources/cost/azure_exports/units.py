"""Read a unit of measure: how many there are to a price, and of what.

``10K`` is a block of 10,000, ``1 GB/Month`` one GB for a month, ``1 Hour`` an hour.
The words that do not follow from adding an s stand in ``units.csv``.
"""

import re
from dataclasses import dataclass
from functools import cache

from pipelines.sources.formats.package_files import rows_beside

BLOCK = re.compile(r"\s*(\d+)(?!\d)\s*([KkMmBb]?)(?![A-Za-z])\s*(.*)$")
# In '1 GB Hour' both words are counted together, in '1 Content Hour' they are one.
MEASURES = {"GB", "GiB", "MB", "MiB", "TB", "TiB", "PB", "PiB", "vCore", "vCPU"}
FACTORS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9, "million": 10**6}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure.

    Attributes:
        block: how many units one price is for.
        name: the unit as FOCUS writes units.
    """

    block: int
    name: str


def read(text: str) -> Unit:
    """Read a unit of measure; a text that begins with no number is one unit."""
    found = BLOCK.match(text)
    block, rest = 1, text
    if found:
        block, rest = int(found[1]) * FACTORS[found[2].lower()], found[3]
    first, _, more = rest.strip().partition(" ")
    if first.lower() in FACTORS.keys() - {""}:
        block, rest = block * FACTORS[first.lower()], more
    what, slash, per = rest.partition("/")
    name = _plural(what)
    if slash and per.strip():
        return Unit(block, f"{_singular(name)}-{_plural(per)}")
    return Unit(block, name)


def _plural(text: str) -> str:
    word = re.sub(r"[()]", "", text).strip()
    known = _words().get(word.lower()) or _words().get(word.lower().removesuffix("s"))
    if known is not None:
        return known
    first, _, last = word.rpartition(" ")
    if first and last:
        joint = "-" if first in MEASURES else " "
        return f"{first}{joint}{_plural(last)}"
    return word if word.endswith("s") else f"{word}s"


def _singular(name: str) -> str:
    return name if name in MEASURES or name == "IOPS" else name.removesuffix("s")


@cache
def _words() -> dict[str, str]:
    return {row["word"]: row["unit"] for row in rows_beside(__package__, "units.csv")}
