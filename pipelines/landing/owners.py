"""Whose file it is: one source's, or one family's; anything else is refused."""

from collections.abc import Sequence

from pipelines.landing.source import Source


def agree(owners: Sequence[Source]) -> bool:
    """Say whether a file has one owner, or a family with one for each of its tables."""
    families = {owner.family or owner.name for owner in owners}
    tables = {owner.table for owner in owners}
    return len(families) == 1 and len(tables) == len(owners)


def why_not(owners: Sequence[Source], sources: Sequence[Source]) -> str:
    """Say why a file has no owner."""
    if owners:
        names = " and ".join(source.name for source in owners)
        return f"claimed by {names}; expected one source"
    known = "; ".join(f"{source.name}: {source.expected}" for source in sources)
    return f"no source recognises it; expected one of: {known}"
