"""Whose file it is: one source's, one log's, or a bill's that is a log, too."""

from collections.abc import Sequence

from pipelines.landing.source import Source


def has_single_owner(owners: Sequence[Source]) -> bool:
    """Return whether a file has one owner, or one for each table of what it holds.

    That is a family's tables, and the bill where the vendor writes both into one file.
    """
    tables = {owner.table for owner in owners}
    families = {o.family or o.name for o in owners if o.table != "focus"}
    return bool(owners) and len(families) <= 1 and len(tables) == len(owners)


def rejection_reason(owners: Sequence[Source]) -> str:
    """Return why a file has no owner."""
    if owners:
        names = " and ".join(source.name for source in owners)
        return f"claimed by {names}; expected one source"
    return (
        "no source recognizes it; move it out of the exports folder, map it with a "
        'plan, or set landing.unrecognized = "warn"'
    )
