"""Whose file it is: one source's, one log's, or a bill's that is a log, too."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from pipelines.landing.candidates import first_object
from pipelines.landing.side_files import is_prose
from pipelines.landing.source import Candidate, Source

# Columns and keys as sources name them in what they expect, and in what they describe.
_NAMES = re.compile(r"[A-Za-z][\w/.]{2,}")
# The header of a list as it is written in the file, or all columns that tell a bill.
_HEADER = re.compile(
    r"\w+(,\w+){2,}"
    r"|\(\w[\w/.]+\w(, \w[\w/.]+\w)+\)"
    r"|(?<=csv with )\w+(, \w+)+$"
)
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


def is_plain_text(candidate: Candidate, sources: Sequence[Source]) -> bool:
    """Return whether a file that has no owner is a text for people: a letter, a note.

    A table that is near to what a source expects is none, however its rows look.
    """
    columns, head = candidate.columns, candidate.head
    return (
        candidate.format == "csv"
        and is_prose(candidate.name, columns, head)
        and not _nearest(_named(candidate), sources)
    )


def rejection_reason(
    candidate: Candidate, owners: Sequence[Source], sources: Sequence[Source]
) -> str:
    """Return why a file has no owner, and what to do."""
    if owners:
        names = " and ".join(source.name for source in owners)
        return f"claimed by {names}; expected one source"
    if packed := next((source for source in sources if source.claims(candidate)), None):
        return f"{packed.name} does not read {candidate.compression} files; unpack it"
    named = _named(candidate)
    shown = ", ".join(named[:_SHOWN]) + (", ..." if len(named) > _SHOWN else "")
    reason = "no source recognizes it"
    if not candidate.size:
        return f"{reason}: it is empty (0 bytes); fetch it again, or take it away"
    if shown:
        reason += f" ({candidate.format} with {shown})"
    if nearest := _nearest(named, sources):
        return f"{reason}; {_shown(nearest, named)}"
    return (
        f"{reason}; take it out of the exports, name it in .unitmillignore there, or "
        "map its vendor with a plan"
    )


def _named(candidate: Candidate) -> tuple[str, ...]:
    """Give the columns or keys of a file, as far as they are names.

    A file without a header shows its first row, which may hold anything.
    """
    names = candidate.columns or first_object(candidate.head)
    return tuple(name for name in names if _NAMES.fullmatch(name))


def _nearest(named: Sequence[str], sources: Sequence[Source]) -> list[Source]:
    """Return the sources that expect most of a file's columns or keys."""
    found = {_plain(name) for name in named}
    common: dict[str, int] = {}
    for source in sources:
        names = _stated(source) or _NAMES.findall(source.expected)
        expected = {_plain(name) for name in names}
        shared = len(found & expected)
        if shared >= max(_NEAR, min(len(found), len(expected)) / 2):
            # A family's tables are of one file.
            common.setdefault(source.family or source.name, shared)
    most = max(common.values(), default=0)
    families = [name for name, shared in common.items() if shared == most]
    return [
        next(s for s in sources if (s.family or s.name) == family)
        for family in families
    ]


def _shown(nearest: Sequence[Source], named: Sequence[str]) -> str:
    """Say which sources are near, what each expects, and what is missing here."""
    one, *others = nearest
    said = f"the nearest is {one.name}: {one.expected}{_missing(one, named)}"
    if others:
        names = " and ".join(f"{s.name}{_missing(s, named)}" for s in others[:_SHOWN])
        said += f"; as near is {names}"
    return said


def _missing(source: Source, named: Sequence[str]) -> str:
    """Name the columns that a source states and a file lacks, '' for none.

    Of what it describes in words, not as a header, some may be missing.
    """
    present = {_plain(name): name for name in named}
    missing = []
    for column in _stated(source):
        if column in named or _plain(column) in present:
            continue
        close = get_close_matches(_plain(column), present, n=1, cutoff=0.8)
        spelled = f" (it has {present[close[0]]})" if close else ""
        missing.append(column + spelled)
    return f"; missing here: {', '.join(missing)}" if missing else ""


def _stated(source: Source) -> list[str]:
    """Give the columns that a source states it needs; none where it has words only."""
    header = _HEADER.search(source.expected)
    return re.split(r", ?", header.group().strip("()")) if header else []


def _plain(name: str) -> str:
    """Give a name as all its spellings have it: Billed_Cost is BilledCost."""
    return re.sub(r"[\W_]", "", name).casefold()
