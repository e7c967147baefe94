"""What Slurm writes in short: lists of hosts, and the GPUs among what a job held.

Belongs here: ``rack[1-2]n[1-2]`` to four names, ``gres/gpu=1,gres/gpu:h100=1`` to one
GPU. Does not belong here: which of a job's machines are on a bill (dbt).
"""

import re
from decimal import Decimal
from typing import NamedTuple

from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet, NodeSetException

# Slurm's words for no list at all.
NO_NODES = frozenset({"", "None assigned", "(null)", "None", "Unknown"})
# The library knows !, & and ^ as operators; no name of a host has them.
PLAIN = re.compile(r"[\w.,\[\]-]+", re.ASCII)
BRACKETS = re.compile(r"\[([^\]]*)\]")
# Slurm has room for 64 Ki nodes; a list of more would only fill memory.
MOST_NODES = 65_536
# gres/gpu=8, gres/gpu:h100=4, gres/gpu:a100_1g.5gb=2, gpu:0.5
GPU = re.compile(r"(?:gres/)?gpu(?::([^=:]*[^=:\d.][^=:]*))?[=:](.*)")
NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?")
MIG = re.compile(r"(\d)g\.(\d+)gb")
# Of a GPU's compute slices a MIG profile has so many; an A30 has four of them, and so
# have the RTX cards that can be divided.
SLICES = 7
SLICES_OF_FEW = 4
FEW_SLICES = re.compile(r"a30(?!\d)|rtx", re.IGNORECASE)
PROFILES_OF_A30 = {("1", "6"), ("2", "12"), ("4", "24")}
TWELVE_DIGITS = Decimal("1e-12")


class Gpus(NamedTuple):
    """What a job held of GPUs.

    Attributes:
        held: whole GPUs, a MIG device being its part of one; None where unknown.
        kind: the first one's name; None where the entry names none.
        is_readable: whether every number of them is one.
    """

    held: Decimal | None
    kind: str | None
    is_readable: bool = True


def names(text: str) -> list[str] | None:
    """Write a list of hosts out, in the order of names; empty where there is none.

    Several brackets multiply, text behind one belongs to each name, and zeros stay.
    None where the text is no such list: cut off, or with a range that ends before it
    begins.
    """
    if text in NO_NODES:
        return []
    if not PLAIN.fullmatch(text) or _most(text) > MOST_NODES:
        return None
    try:
        return sorted(NodeSet(text, resolver=RESOLVER_NOGROUP))
    except NodeSetException:
        return None


def gpus(text: str) -> Gpus:
    """Count the GPUs in AllocTRES, such as ``cpu=8,gres/gpu=2,gres/gpu:h100=2``.

    A typed entry repeats the plain one. Shards are parts of GPUs whose size only the
    configuration of the cluster says, so without a GPU beside them it is unknown how
    many were held.
    """
    entries = text.split(",")
    plain, typed, weighed, kind = Decimal(0), Decimal(0), Decimal(0), None
    for entry in entries:
        match = GPU.fullmatch(entry.strip())
        if match is None:
            continue
        if not NUMBER.fullmatch(match[2]):
            return Gpus(None, None, is_readable=False)
        count = Decimal(match[2])
        if match[1] is None:
            plain += count
        else:
            kind = kind or match[1]
            typed += count
            weighed += count * _part(match[1])
    # What no typed entry names is whole.
    held = weighed + max(Decimal(0), plain - typed)
    has_shards = any(entry.strip().startswith("gres/shard") for entry in entries)
    if not text.strip() or (has_shards and not held):
        return Gpus(None, kind)
    return Gpus(held.quantize(TWELVE_DIGITS), kind)


def _part(kind: str) -> Decimal:
    """Give the part of a GPU that one of a kind is: 1, or a MIG device's slices."""
    profile = MIG.search(kind)
    if profile is None:
        return Decimal(1)
    is_of_few = FEW_SLICES.search(kind) or profile.groups() in PROFILES_OF_A30
    return Decimal(profile[1]) / (SLICES_OF_FEW if is_of_few else SLICES)


def _most(text: str) -> int:
    """Give how many names a list may have at most, without writing it out."""
    most = 1
    for numbers in BRACKETS.findall(text):
        within = 0
        for part in numbers.split(","):
            first, _, last = part.partition("/")[0].partition("-")
            is_range = first.isdigit() and last.isdigit()
            within += max(0, int(last) - int(first)) + 1 if is_range else 1
        most *= within
    return most
