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
from datetime import UTC, datetime
from pathlib import PurePosixPath

from pipelines.landing.source import Candidate, Drop, ExportError
from pipelines.sources.cost.azure_exports import manifests
from pipelines.sources.cost.azure_exports.rows import (
    Facts,
    bills_of,
    merged,
    month_rule,
    range_of,
)
from pipelines.sources.formats.parts import Part, ordered_by_names, refuse_gap

PART = re.compile(r"^part_(\d+)_\d+\.")
# '202610040312', the folder of a run: year, month, day, hour and minute of its start.
RUN = re.compile(r"(?:^|/)(20\d{10})(?:/|$)")
GROUP_SCOPE = "/resourcegroups/"
COST_TYPE_MARK = "#"


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
    bare: list[tuple[Drop, Facts]] = []
    for parts in _bare(source, files, taken):
        cell = merged(facts[file.name] for file in parts)
        # A file without rows does not say of which month it has none.
        if cell.rows:
            bare += [(_of_files(reader, parts, cell), cell)]
    cells = {drop.files: cell for drop, cell in bare}
    made += [(d, cells[d.files]) for d in ordered_by_names(d for d, _ in bare)]
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
    months, rule = manifest.months, None
    if facts.rows:
        rule = month_rule(f"{place} ({files[0].name})", facts, manifest.months)
        months = rule.months
    scope = manifest.scope or "+".join(sorted(facts.accounts))
    return Drop(
        files=files,
        periods=months,
        scope=_scope(scope, reader.cost_type(manifest.type, facts, place)),
        delivered_at=manifest.submitted or max(file.modified for file in files),
        manifest=manifest.candidate,
        batch=manifest.run,
        bills=bills_of(facts, months, rule, manifest.days),
        ordered_by="manifest" if manifest.submitted else "file date",
        complete_by="manifest",
    )


def _of_files(reader: Reader, files: tuple[Candidate, ...], facts: Facts) -> Drop:
    """Make a drop of files without a manifest, such as one took from the portal.

    Their run's folder says when it started, which no copy changes.
    """
    place = f"{reader.source}: {files[0].name}"
    scope = "+".join(sorted(facts.accounts))
    rule = month_rule(place, facts, ())
    run = RUN.search(files[0].name)
    is_complete = refuse_gap(
        reader.source,
        files,
        [Part("", int(m[1])) for f in files if (m := PART.match(_plain(f)))],
    )
    return Drop(
        files=files,
        periods=rule.months,
        scope=_scope(scope, reader.cost_type("", facts, place)),
        delivered_at=datetime.strptime(run[1], "%Y%m%d%H%M").replace(tzinfo=UTC)
        if run
        else max(file.modified for file in files),
        bills=bills_of(facts, rule.months, rule, range_of(files[0])),
        ordered_by="run folder" if run else "file date",
        complete_by="numbered parts" if is_complete else "",
    )


def _plain(file: Candidate) -> str:
    return PurePosixPath(file.name).name


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
                "top: take it away",
                files=[name],
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
                "export of one scope in the exports folder",
                files=[file.name for file in (*other.files, *drop.files)],
            )
