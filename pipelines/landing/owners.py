"""Whose file it is: one source's, one log's, or a bill's that is a log, too."""

import re
from collections.abc import Sequence

from pipelines.landing.candidates import first_keys
from pipelines.landing.source import Candidate, Source

# Columns and keys as sources name them in what they expect, and in what they describe.
_NAMES = re.compile(r"[A-Za-z][\w/.]{2,}")
# The header of a list, as it is written in the file.
_HEADER = re.compile(r"\w+(,\w+){2,}")
# One name in common, such as `date`, says little.
_NEAR = 2
_SHOWN = 6


def has_single_owner(owners: Sequence[Source]) -> bool:
    """Return whether a file has one owner, or one for each table of what it holds.

    That is a family's tables, and the bill where the vendor writes both into one file.
    """
    tables = {owner.table for owner in owners}
    families = {o.family or o.name for o in owners if o.table != "focus"}
    return bool(owners) and len(families) <= 1 and len(tables) == len(owners)


def rejection_reason(
    candidate: Candidate, owners: Sequence[Source], sources: Sequence[Source]
) -> str:
    """Return why a file has no owner, and what to do."""
    if owners:
        names = " and ".join(source.name for source in owners)
        return f"claimed by {names}; expected one source"
    if packed := next((source for source in sources if source.claims(candidate)), None):
        return f"{packed.name} does not read {candidate.compression} files; unpack it"
    named = candidate.columns or first_keys(candidate.head)
    # A file without a header shows its first row, which may hold anything.
    named = tuple(name for name in named if _NAMES.fullmatch(name))
    shown = ", ".join(named[:_SHOWN]) + (", ..." if len(named) > _SHOWN else "")
    reason = "no source recognizes it"
    if not candidate.size:
        return f"{reason}: it is empty (0 bytes); fetch it again, or take it away"
    if shown:
        reason += f" ({candidate.format} with {shown})"
    if nearest := _nearest({*named}, sources):
        near = f"{reason}; the nearest is {nearest.name}: {nearest.expected}"
        # Of what it describes in words, not as a header, some may be missing.
        header = _HEADER.search(nearest.expected)
        columns = header.group().split(",") if header else []
        missing = [column for column in columns if column not in named]
        return f"{near}; missing here: {', '.join(missing)}" if missing else near
    return (
        f"{reason}; take it out of the exports, name it in .unitmillignore there, or "
        "map its vendor with a plan"
    )


def _nearest(named: set[str], sources: Sequence[Source]) -> Source | None:
    """Return the source that expects most of a file's columns or keys."""
    expected = {s.name: {*_NAMES.findall(s.expected)} for s in sources}
    near = max(sources, key=lambda s: len(named & expected[s.name]), default=None)
    if near is None:
        return None
    common = len(named & expected[near.name])
    half = min(len(named), len(expected[near.name])) / 2
    return near if common >= max(_NEAR, half) else None
