"""From files to deliveries: whose a file is, which files are one drop, what is refused.

One bad file is one bad file: it is refused by name, and the others of its source are
grouped without it. Belongs here: asking the sources. Does not belong here: the record
of what arrived (``deliveries``), and bills that arrive twice (``double_billing``).
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from pipelines.landing.candidates import sniffed
from pipelines.landing.clock import refuse_to_come
from pipelines.landing.faults import message_of, sentence_of
from pipelines.landing.hashes import Hashes
from pipelines.landing.landed import Refusal, named_in
from pipelines.landing.looks import Looks
from pipelines.landing.owners import has_single_owner, is_plain_text, rejection_reason
from pipelines.landing.source import (
    UNREADABLE,
    Candidate,
    Delivery,
    Drop,
    ExportError,
    Source,
)

_BROKEN: tuple[type[Exception], ...] = (ExportError, *UNREADABLE)
# No bill is of another century; such a month is a date that was read wrong.
PERIOD = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def claimed(
    candidates: Iterable[Candidate], sources: Sequence[Source], looks: Looks
) -> tuple[dict[str, list[Candidate]], list[Refusal], list[str]]:
    """Ask every source about every file: whose it is, and what nobody can take.

    Args:
        candidates: the files.
        sources: the registry.
        looks: know whose a file is that they recalled, and remember the others.

    Returns:
        The files of each source, what is refused, and names of texts for people.
    """
    found: dict[str, list[Candidate]] = defaultdict(list)
    refusals = []
    texts = []
    for candidate in candidates:
        if names := looks.owners(candidate):
            for name in names:
                found[name].append(candidate)
            continue
        try:
            owners = [source for source in sources if source.owns(candidate)]
            if has_single_owner(owners):
                for owner in owners:
                    found[owner.name].append(candidate)
                looks.remember(candidate, [owner.name for owner in owners])
                continue
            if not owners and is_plain_text(candidate, sources):
                texts.append(candidate.name)
                continue
            reason = rejection_reason(candidate, owners, sources)
        except UNREADABLE as error:
            reason = message_of("", candidate, error)
        refusals.append(Refusal("", (candidate.name,), reason))
    return found, refusals, texts


def grouped(
    files: Sequence[Candidate], source: Source, by: datetime, looks: Looks
) -> tuple[list[Drop], list[Refusal]]:
    """Let a source group its files; what it objects to is set aside, file by file.

    An objection that names no file is to all of them.

    Args:
        files: what the source claims.
        source: that source.
        by: the time that it is at least; nothing is delivered of later.
        looks: know what the source made of these files, or remember it.
    """
    if (known := looks.drops(source, files, by.date())) is not None:
        return known, []
    whole, lost = _whole(files, source, looks)
    drops, refusals = _grouped(whole, source, by, looks)
    refusals = [*lost, *refusals]
    # What is refused may be readable the next time, in the same state.
    if not refusals:
        looks.remember_drops(source, files, by.date(), drops)
    return drops, refusals


def _whole(
    files: Sequence[Candidate], source: Source, looks: Looks
) -> tuple[list[Candidate], list[Refusal]]:
    """Sniff files that were recalled: a source reads heads, and none is remembered."""
    whole, refusals = [], []
    for file in looks.in_time(files):
        try:
            is_known = looks.is_recalled(file)
            whole.append(sniffed(file.path, file.name) if is_known else file)
        except ExportError as error:
            refusals.append(_refusal(source, [file], str(error)))
    return whole, refusals


def _grouped(
    files: Sequence[Candidate], source: Source, by: datetime, looks: Looks
) -> tuple[list[Drop], list[Refusal]]:
    refusals: list[Refusal] = []
    remaining = list(files)
    while remaining:
        try:
            drops = list(looks.in_time(source.drops(remaining)))
            for drop in drops:
                _refuse_odd_period(source, drop)
                refuse_to_come(source, drop, by)
        except _BROKEN as error:
            reason = _reason(source, error)
            names = set(getattr(error, "files", ()))
            bad = [c for c in remaining if c.name in names]
            bad = bad or [c for c in remaining if named_in(reason, c.name)] or remaining
            refusals.append(_refusal(source, bad, reason))
            remaining = [c for c in remaining if c not in bad]
        else:
            return drops, refusals
    return [], refusals


def delivered(
    drops: Iterable[Drop], source: Source, hashed: Hashes, looks: Looks
) -> tuple[list[Delivery], list[Refusal]]:
    """Make deliveries of a source's drops: hash their files."""
    deliveries, refusals = [], []
    for drop in looks.in_time(drops):
        try:
            deliveries.append(_delivery(source, drop, hashed))
        except _BROKEN as error:
            refusals.append(_refusal(source, drop.files, _reason(source, error)))
    return deliveries, refusals


def _refusal(source: Source, files: Iterable[Candidate], reason: str) -> Refusal:
    # A family reads its files alike, and refuses them alike.
    names = tuple(candidate.name for candidate in files)
    return Refusal(source.family or source.name, names, reason)


def _reason(source: Source, error: Exception) -> str:
    if isinstance(error, ExportError):
        return str(error)
    fault = sentence_of(error)
    return f"{source.name}: unreadable, {fault}; expected {source.expected}"


def _refuse_odd_period(source: Source, drop: Drop) -> None:
    odd = [period for period in drop.periods if not PERIOD.fullmatch(period or "")]
    if odd:
        raise ExportError(
            f"{source.name}: {drop.files[0].name}: has rows of {odd[0]!r}; expected a "
            "month from 2000-01 to 2099-12",
            files=[file.name for file in drop.files],
        )


def delivery_id(
    source: str, scope: str, periods: Iterable[str], hashes: Iterable[str]
) -> str:
    """Name a delivery by what it is of and by its content, wherever its files lie."""
    text = "\n".join([source, scope, *periods, *hashes])
    return f"{source}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _delivery(source: Source, drop: Drop, hashed: Hashes) -> Delivery:
    hashes = [hashed.of(candidate) for candidate in drop.files]
    return Delivery(
        delivery_id=delivery_id(source.name, drop.scope, drop.periods, hashes),
        source=source.name,
        table=source.table,
        scope=drop.scope,
        periods=drop.periods,
        delivered_at=drop.delivered_at,
        files=tuple(candidate.path for candidate in drop.files),
        names=tuple(candidate.name for candidate in drop.files),
        batch=drop.batch,
        size=sum(candidate.size for candidate in drop.files),
        bills=drop.bills,
        ordered_by=drop.ordered_by,
        complete_by=drop.complete_by,
        appends=drop.appends,
        contents=frozenset(hashes),
    )
