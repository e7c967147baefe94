"""Recognize AWS's report files and group them into drops.

A drop is what AWS delivers at once: the files that a manifest names, or, without a
manifest, the numbered chunks of one report in one folder. Belongs here: which files,
which month, which payer, which drop is newer. Reading rows does not.
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

import duckdb

from pipelines.landing.bills import Bill
from pipelines.landing.source import LOOK_INSIDE, Candidate, Drop, ExportError, quoted
from pipelines.sources.cost.aws import columns, reading
from pipelines.sources.formats import aws_manifests as manifests
from pipelines.sources.formats.parts import (
    Part,
    ordered_by_names,
    part_of,
    refuse_gap,
    report_of,
    stamp_of,
)

CHUNK = re.compile(r"^(?P<stem>.*?)-(?P<number>\d{1,5})$")
DATED = re.compile(r"(19|20)\d\d[-_.]?\d\d([-_.]?\d\d)?$")
# AWS writes each assembly of a report below a folder of its whole month.
MONTH_FOLDER = re.compile(r"(?:^|/)\d{6}01-\d{6}01/")
PERIOD = "bill_billing_period_start_date"
PAYER = "bill_payer_account_id"


@dataclass(frozen=True, slots=True)
class Report:
    """A drop with the name of its report, which the contract has no place for."""

    name: str
    drop: Drop
    is_pointed_at: bool = False


def claims(candidate: Candidate) -> bool:
    """Return whether a file is a Cost and Usage Report, or the manifest of one."""
    if candidate.format in ("csv", "parquet"):
        return columns.looks_like_cur(candidate.columns)
    return manifests.is_manifest(candidate)


def drops(candidates: Sequence[Candidate]) -> list[Drop]:
    """Group claimed files into drops, oldest first.

    Raises:
        ExportError: a core column, a named file or a chunk is missing, or a leftover
            lies beside the files of a manifest.
    """
    files = {c.name: c for c in candidates if c.format != "json"}
    for file in files.values():
        _refuse_missing_core(file)
    read = [manifests.read("aws", c) for c in candidates if c.format == "json"]
    named = list(_named(read, files))
    bare = _bare(files, {file.name for report in named for file in report.drop.files})
    reports = _newest_marked([*named, *bare])
    found = (report.drop for report in reports)
    return sorted(found, key=lambda drop: (drop.delivered_at, drop.files[0].name))


def _refuse_missing_core(file: Candidate) -> None:
    missing = columns.missing_core(file.columns)
    if missing:
        raise ExportError(
            f"aws: {file.name}: a Cost and Usage Report without {', '.join(missing)}; "
            "let the report include the missing columns"
        )


def _named(
    found: Sequence[manifests.Manifest], files: Mapping[str, Candidate]
) -> Iterator[Report]:
    """Give one drop per set of files, however many manifests name it."""
    same: dict[tuple[str, ...], list[manifests.Manifest]] = defaultdict(list)
    for manifest in found:
        data = manifests.files_of("aws", manifest, files, found)
        same[tuple(file.name for file in data)].append(manifest)
    for names, group in same.items():
        data = tuple(files[name] for name in names)
        # The manifest in the files' own folder, before the copy above it.
        group.sort(key=lambda m: (-len(m.candidate.name), m.candidate.name))
        first = group[0]
        pointed = any(_is_above(m.candidate, data[0]) for m in group)
        drop = _drop(data, first.period, first.candidate, first.batch)
        yield Report(
            first.report,
            replace(drop, bills=_bills(drop, first.report), complete_by="manifest"),
            is_pointed_at=pointed,
        )


def _is_above(manifest: Candidate, file: Candidate) -> bool:
    """Return whether this is the manifest of a month, above its assemblies' folders."""
    folder = PurePosixPath(file.name).parent
    return PurePosixPath(manifest.name).parent == folder.parent


def _bare(files: Mapping[str, Candidate], named: set[str]) -> Iterator[Report]:
    """Group the files that no manifest names: chunks of a folder, report and month."""
    folders = {PurePosixPath(name).parent: name for name in named}
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[Candidate, Part]]]
    groups = defaultdict(list)
    for name, file in files.items():
        if name in named:
            continue
        folder = PurePosixPath(name).parent
        if folder in folders:
            raise ExportError(
                f"aws: {name}: no manifest names it, but one names {folders[folder]} "
                "beside it; a leftover would be counted on top: take it away",
                files=[name],
            )
        part = _part(file)
        groups[part.whole, _months_and_payers((file,))[0]].append((file, part))
    reports = []
    for (whole, months), group in groups.items():
        group.sort(key=lambda pair: (pair[1].number or 0, pair[0].name))
        ordered = tuple(file for file, _ in group)
        is_complete = refuse_gap("aws", ordered, [part for _, part in group])
        if sum(place == whole for place, _ in groups) == 1:
            _refuse_later_chunk(group, months)
        drop = _drop(ordered, months[0] if months else "", None, "")
        drop = replace(drop, complete_by="numbered parts" if is_complete else "")
        reports.append(Report(report_of(PurePosixPath(whole).name), drop))
    names = {report.drop.files: report.name for report in reports}
    ordered_drops = ordered_by_names(report.drop for report in reports)
    reports = [Report(names[drop.files], drop) for drop in ordered_drops]
    bills = Counter((r.drop.scope, m) for r in reports for m in r.drop.periods)
    for report in reports:
        # Only where several bill one month does it matter which days each has.
        several = any(bills[report.drop.scope, m] > 1 for m in report.drop.periods)
        facts = reading.usage_facts(report.drop.files if several else ())
        if MONTH_FOLDER.search(report.drop.files[0].name):
            facts = None, None, facts[2]
        bills_of = _bills(report.drop, report.name, *facts)
        yield replace(report, drop=replace(report.drop, bills=bills_of))


def _refuse_later_chunk(
    group: Sequence[tuple[Candidate, Part]], months: Sequence[str]
) -> None:
    """Refuse 'cur-2.csv' alone: the first chunk is missing; 'cur-9.csv' may be a month.

    AWS numbers the chunks of a report from 1, with or without zeros in front.
    """
    ((file, part), *others) = group
    if others or not part.number or part.number == 1:
        return
    if part.number not in {int(month[5:]) for month in months}:
        raise ExportError(
            f"aws: {file.name}: chunk {part.number} of a report is here, chunk 1 is "
            "missing; copy the missing chunks beside it, or rename the file if it is "
            "whole"
        )


def _part(file: Candidate) -> Part:
    """Read the number of a chunk: AWS writes 'cur-1.csv' as well as 'cur-00001.csv'.

    What ends with a date is no chunk, but a day's or a month's own file.
    """
    part = part_of(file.name)
    stem = PurePosixPath(part.whole).name
    found = CHUNK.match(stem)
    if part.number is not None or found is None or DATED.search(stem):
        return part
    folder = PurePosixPath(part.whole).parent
    return Part(f"{folder}/{found['stem']}", int(found["number"]))


def _bills(
    drop: Drop,
    report: str,
    first: datetime | None = None,
    last: datetime | None = None,
    accounts: frozenset[str] = frozenset(),
) -> tuple[Bill, ...]:
    payers = frozenset(drop.scope.split("+")) - {""}
    return tuple(
        Bill(period, payers, accounts, first, last, report) for period in drop.periods
    )


def _drop(
    files: tuple[Candidate, ...], declared: str, manifest: Candidate | None, batch: str
) -> Drop:
    months, payers = _months_and_payers(files)
    if manifest and declared and months not in ((), (declared,)):
        raise ExportError(
            f"aws: {manifest.name} is the manifest of {declared}, but {files[0].name} "
            f"has rows of {', '.join(months)}"
        )
    return Drop(
        files=files,
        periods=months or ((declared,) if declared else ()),
        scope="+".join(payers),
        delivered_at=_executed(files[0]) or max(file.modified for file in files),
        manifest=manifest,
        batch=batch,
        ordered_by="run folder" if _executed(files[0]) else "file date",
    )


def _months_and_payers(
    files: tuple[Candidate, ...],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read the content: every row of Parquet, the first row of each CSV.

    A CSV is one month by AWS's own rule; converting refuses a row of another.
    """
    parquet = [file for file in files if file.format == "parquet"]
    pairs = set(_of_parquet(parquet)) if parquet else set()
    for file in files:
        if file.format == "csv":
            pairs |= set(_of_first_row(file))
    return (
        tuple(sorted({month for month, _ in pairs if month})),
        tuple(sorted({payer for _, payer in pairs if payer})),
    )


def _of_parquet(files: Sequence[Candidate]) -> list[tuple[str, str]]:
    paths = ", ".join(quoted(file.path) for file in files)
    found = columns.present(files[0].columns)
    query = (
        f"select distinct strftime(\"{found[PERIOD]}\"::timestamp, '%Y-%m'), "
        f'"{found[PAYER]}" from read_parquet([{paths}], union_by_name = true, '
        "hive_partitioning = false)"
    )
    try:
        with duckdb.connect(config=LOOK_INSIDE) as db:
            return db.execute(query).fetchall()
    except duckdb.Error as error:
        raise reading.unreadable(files, error) from error


def _of_first_row(file: Candidate) -> Iterator[tuple[str, str]]:
    found = columns.present(file.columns)
    rows = csv.reader(io.StringIO(file.head, newline=""))
    header, first = next(rows, []), next(rows, [])
    row = dict(zip(header, first, strict=False))
    if row:
        yield row.get(found[PERIOD], "")[:7], row.get(found[PAYER], "")


def _executed(file: Candidate) -> datetime | None:
    """Read the time that Data Exports writes into the folder of an execution."""
    return stamp_of(str(PurePosixPath(file.name).parent))


def _newest_marked(reports: Sequence[Report]) -> list[Report]:
    """Make the assembly that the month's own manifest points at the newest."""
    last: dict[tuple[str, tuple[str, ...]], datetime] = {}
    for report in reports:
        key = report.drop.scope, report.drop.periods
        last[key] = max(
            last.get(key, report.drop.delivered_at), report.drop.delivered_at
        )
    return [
        replace(
            report,
            drop=replace(
                report.drop,
                delivered_at=last[report.drop.scope, report.drop.periods]
                + timedelta(seconds=1),
                ordered_by="manifest",
            ),
        )
        if report.is_pointed_at and not _executed(report.drop.files[0])
        else report
        for report in reports
    ]
