"""Group the files of Azure exports into drops: which run, month, scope and cost type.

A drop is one run of an export: the files that its manifest names, or the numbered
parts in one folder, or a single file. Cost details of one bill come in two cost types,
actual and amortized; the cost type is a part of the scope, so that a newer run of one
replaces only itself. Belongs here: all that needs no column but dates and accounts.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import PurePosixPath

from pipelines.landing.source import Candidate, Drop, ExportError
from pipelines.sources.cost.azure_exports import manifests
from pipelines.sources.cost.azure_exports.dates import Style, decide

PART = re.compile(r"^part_\d+_\d+\.")
GROUP_SCOPE = "/resourcegroups/"
COST_TYPE_MARK = "#"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows of a file say about the run that it is part of.

    Attributes:
        rows: how many there are.
        dates: the texts of the days of charges.
        starts: the texts of the first days of billing periods.
        others: the texts of all other dates.
        accounts: who is billed.
        subscriptions: the subscription that used it; else the account.
        words: values of a few columns that the conversion needs a table for.
        marks: how many rows speak for something, by its name.
    """

    rows: int = 0
    dates: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    subscriptions: frozenset[str] = frozenset()
    words: frozenset[tuple[str, ...]] = frozenset()
    marks: frozenset[tuple[str, int]] = frozenset()

    def marked(self, mark: str) -> int:
        """Count the rows that speak for something."""
        return sum(count for name, count in self.marks if name == mark)

    def texts(self) -> frozenset[str]:
        """Give every text of a date."""
        return self.dates | self.starts | self.others


@dataclass(frozen=True, slots=True)
class MonthRule:
    """How the rows of a delivery belong to months: by which date, and how it is read.

    Attributes:
        style: how dates are read.
        is_by_day: by the day of the charge; else by the start of the billing period.
        months: the months.
    """

    style: Style
    is_by_day: bool
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """What ``group`` must know about a kind of export.

    Attributes:
        source: the source's name, for messages.
        facts: returns the facts of the rows of a file.
        cost_type: returns the cost type of a run, by its type in the manifest (''
            without one), its facts and its place, for messages.
    """

    source: str
    facts: Callable[[Candidate], Facts]
    cost_type: Callable[[str, Facts, str], str]


def merged(facts: Iterable[Facts]) -> Facts:
    """Put the facts of several files together."""

    def both(one: Facts, other: Facts) -> Facts:
        names = {name for name, _ in one.marks | other.marks}
        return Facts(
            rows=one.rows + other.rows,
            dates=one.dates | other.dates,
            starts=one.starts | other.starts,
            others=one.others | other.others,
            accounts=one.accounts | other.accounts,
            subscriptions=one.subscriptions | other.subscriptions,
            words=one.words | other.words,
            marks=frozenset((n, one.marked(n) + other.marked(n)) for n in names),
        )

    return reduce(both, facts, Facts())


def month_rule(place: str, facts: Facts, months: Collection[str]) -> MonthRule:
    """Return the months that rows belong to.

    A billing period that is no calendar month (old pay-as-you-go accounts) would lie
    in two runs of monthly exports, each of which has a part of it; there the day of
    the charge decides.

    Raises:
        ExportError: the dates cannot be read, or are of other months than these.
    """
    style = decide(place, facts.texts(), months)
    starts = [style.read(text) for text in facts.starts]
    of_periods = style.months(facts.starts)
    of_days = style.months(facts.dates)
    by_period = bool(starts) and all(day and day.day == 1 for day in starts)
    if by_period and not (months and of_periods - set(months)):
        return MonthRule(style, is_by_day=False, months=tuple(sorted(of_periods)))
    if of_days and not (months and of_days - set(months)):
        return MonthRule(style, is_by_day=True, months=tuple(sorted(of_days)))
    found = ", ".join(sorted(of_periods | of_days)) or "no month"
    raise ExportError(
        f"{place}: has rows of {found}, expected rows of "
        f"{', '.join(sorted(months)) or 'a month, by their dates'}"
    )


def group(reader: Reader, candidates: Sequence[Candidate]) -> list[Drop]:
    """Group claimed files into drops, oldest first.

    Raises:
        ExportError: a named file or a part of it is missing, a leftover lies beside
            the files of a manifest, or two exports bill the same subscription.
    """
    source = reader.source
    files = {c.name: c for c in candidates if c.format != "json"}
    facts = {name: reader.facts(file) for name, file in files.items()}
    read = [manifests.read(source, c) for c in candidates if c.format == "json"]
    made: list[tuple[Drop, Facts]] = []
    named: dict[tuple[str, ...], manifests.Manifest] = {}
    for manifest in sorted(read, key=lambda m: (-len(m.candidate.name), m.run)):
        found = manifests.files_of(source, manifest, files)
        counts = {file.name: facts[file.name].rows for file in found}
        blobs = {b.name: f.name for b, f in zip(manifest.blobs, found, strict=True)}
        manifests.check_rows(source, manifest, counts, blobs)
        if found and named.setdefault(tuple(counts), manifest) is manifest:
            cell = merged(facts[file.name] for file in found)
            made += [(_of_manifest(reader, manifest, found, cell), cell)]
    taken = {name for names in named for name in names}
    for parts in _bare(source, files, taken):
        cell = merged(facts[file.name] for file in parts)
        # A file without rows does not say of which month it has none.
        if cell.rows:
            made += [(_of_files(reader, parts, cell), cell)]
    _refuse_double_billing(source, made)
    found_drops = (drop for drop, _ in made)
    return sorted(found_drops, key=lambda drop: (drop.delivered_at, drop.files[0].name))


def _of_manifest(
    reader: Reader,
    manifest: manifests.Manifest,
    files: tuple[Candidate, ...],
    facts: Facts,
) -> Drop:
    place = f"{reader.source}: {manifest.candidate.name}"
    months = manifest.months
    if facts.rows:
        months = month_rule(f"{place} ({files[0].name})", facts, manifest.months).months
    scope = manifest.scope or "+".join(sorted(facts.accounts))
    return Drop(
        files=files,
        periods=months,
        scope=_scope(scope, reader.cost_type(manifest.type, facts, place)),
        delivered_at=manifest.submitted or max(file.modified for file in files),
        manifest=manifest.candidate,
        batch=manifest.run,
    )


def _of_files(reader: Reader, files: tuple[Candidate, ...], facts: Facts) -> Drop:
    place = f"{reader.source}: {files[0].name}"
    scope = "+".join(sorted(facts.accounts))
    return Drop(
        files=files,
        periods=month_rule(place, facts, ()).months,
        scope=_scope(scope, reader.cost_type("", facts, place)),
        delivered_at=max(file.modified for file in files),
    )


def _scope(scope: str, cost_type: str) -> str:
    return f"{scope}{COST_TYPE_MARK}{cost_type}" if cost_type else scope


def cost_type_of(scope: str) -> tuple[str, str]:
    """Split the scope of a delivery into what is billed and the cost type."""
    billed, _, cost_type = scope.rpartition(COST_TYPE_MARK)
    return billed, cost_type


def _bare(
    source: str, files: Mapping[str, Candidate], taken: Collection[str]
) -> Iterator[tuple[Candidate, ...]]:
    """Group the files that no manifest names: the parts of a folder, else each."""
    beside = {PurePosixPath(name).parent: name for name in taken}
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for name, file in sorted(files.items()):
        if name in taken:
            continue
        path = PurePosixPath(name)
        if path.parent in beside:
            raise ExportError(
                f"{source}: {name}: no manifest names it, but one names "
                f"{beside[path.parent]} beside it; a leftover would be counted on "
                "top: take it away"
            )
        groups[str(path.parent) if PART.match(path.name) else name].append(file)
    yield from (tuple(group) for group in groups.values())


def _refuse_double_billing(source: str, made: Iterable[tuple[Drop, Facts]]) -> None:
    """Refuse two exports of overlapping scopes: together they count money twice."""
    seen: dict[tuple[str, str], Drop] = {}
    for drop, facts in made:
        scope = drop.scope.partition(COST_TYPE_MARK)[0]
        for key in ((s, month) for s in facts.subscriptions for month in drop.periods):
            other = seen.setdefault(key, drop)
            its = other.scope.partition(COST_TYPE_MARK)[0]
            if its == scope or (GROUP_SCOPE in its and GROUP_SCOPE in scope):
                continue
            raise ExportError(
                f"{source}: {other.files[0].name} (scope {its}) and "
                f"{drop.files[0].name} (scope {scope}) both bill {key[0]} for "
                f"{key[1]}; together they would count the same money twice: keep the "
                "export of one scope in the exports folder"
            )
