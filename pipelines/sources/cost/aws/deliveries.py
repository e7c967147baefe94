"""Recognize AWS's report files and group them into drops.

A drop is what AWS delivers at once: the files that a manifest names, or, without a
manifest, the numbered chunks of one report in one folder. Belongs here: which files,
which month, which payer, which drop is newer. Reading rows does not.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import duckdb

from pipelines.landing.source import LOOK_INSIDE, Candidate, Drop, ExportError, quoted
from pipelines.sources.cost.aws import columns, manifests

# 20261104T050000Z-<id> or 2026-11-04T05:00:00.123Z-<id>, as Data Exports names the
# folder of each execution.
EXECUTION = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})T(\d{2})[:.-]?(\d{2})[:.-]?(\d{2})(?:[.,]\d+)?Z"
)
CHUNK = re.compile(
    r"^(?P<stem>.*?)(?:-(?P<number>\d+))?(?:\.(?:csv|gz|zip|snappy|parquet))*$"
)
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
        ExportError: a core column or a named file is missing, a leftover lies beside
            the files of a manifest, or two reports bill the same month.
    """
    files = {c.name: c for c in candidates if c.format != "json"}
    for file in files.values():
        _refuse_missing_core(file)
    read = [manifests.read(c) for c in candidates if c.format == "json"]
    named = list(_named(read, files))
    bare = _bare(files, {file.name for report in named for file in report.drop.files})
    reports = _newest_marked([*named, *bare])
    _refuse_double_billing(reports)
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
    found: Iterable[manifests.Manifest], files: Mapping[str, Candidate]
) -> Iterator[Report]:
    """Give one drop per set of files, however many manifests name it."""
    same: dict[tuple[str, ...], list[manifests.Manifest]] = defaultdict(list)
    for manifest in found:
        same[tuple(f.name for f in manifests.files_of(manifest, files))].append(
            manifest
        )
    for names, group in same.items():
        data = tuple(files[name] for name in names)
        # The manifest in the files' own folder, before the copy above it.
        group.sort(key=lambda m: (-len(m.candidate.name), m.candidate.name))
        first = group[0]
        pointed = any(_is_above(m.candidate, data[0]) for m in group)
        yield Report(
            first.report,
            _drop(data, first.period, first.candidate, first.batch),
            is_pointed_at=pointed,
        )


def _is_above(manifest: Candidate, file: Candidate) -> bool:
    """Return whether this is the manifest of a month, above its assemblies' folders."""
    folder = PurePosixPath(file.name).parent
    return PurePosixPath(manifest.name).parent == folder.parent


def _bare(files: Mapping[str, Candidate], named: set[str]) -> Iterator[Report]:
    """Group the files that no manifest names by folder, report and month."""
    folders = {PurePosixPath(name).parent: name for name in named}
    groups: dict[tuple[str, str, tuple[str, ...]], list[Candidate]] = defaultdict(list)
    for name, file in files.items():
        if name in named:
            continue
        folder = PurePosixPath(name).parent
        if folder in folders:
            raise ExportError(
                f"aws: {name}: no manifest names it, but one names {folders[folder]} "
                "beside it; a leftover would be counted on top: take it away"
            )
        months = _months_and_payers((file,))[0]
        groups[str(folder), _stem(file), months].append(file)
    for (_, stem, months), group in groups.items():
        ordered = tuple(sorted(group, key=lambda f: (_number(f), f.name)))
        yield Report(stem, _drop(ordered, months[0] if months else "", None, ""))


def _stem(file: Candidate) -> str:
    found = CHUNK.match(PurePosixPath(file.name).name)
    return found["stem"] if found else file.name


def _number(file: Candidate) -> int:
    found = CHUNK.match(PurePosixPath(file.name).name)
    return int(found["number"] or 0) if found else 0


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
        names = ", ".join(file.name for file in files)
        raise ExportError(f"aws: {names}: unreadable, {error}") from error


def _of_first_row(file: Candidate) -> Iterator[tuple[str, str]]:
    found = columns.present(file.columns)
    rows = csv.reader(io.StringIO(file.head, newline=""))
    header, first = next(rows, []), next(rows, [])
    row = dict(zip(header, first, strict=False))
    if row:
        yield row.get(found[PERIOD], "")[:7], row.get(found[PAYER], "")


def _executed(file: Candidate) -> datetime | None:
    """Read the time that Data Exports writes into the folder of an execution."""
    for folder in reversed(PurePosixPath(file.name).parent.parts):
        found = EXECUTION.match(folder)
        if found:
            year, month, day, hour, minute, second = map(int, found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return None


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
            ),
        )
        if report.is_pointed_at and not _executed(report.drop.files[0])
        else report
        for report in reports
    ]


def _refuse_double_billing(reports: Iterable[Report]) -> None:
    """Refuse two reports on the same bill: together they count it twice."""
    seen: dict[tuple[str, str], Report] = {}
    for report in reports:
        for period in report.drop.periods:
            other = seen.setdefault((report.drop.scope, period), report)
            if other.name != report.name:
                raise ExportError(
                    f"aws: the reports {other.name} ({other.drop.files[0].name}) and "
                    f"{report.name} ({report.drop.files[0].name}) both bill account "
                    f"{report.drop.scope} for {period}; together they would count the "
                    "same money twice: keep one of them in the exports folder, also "
                    "where a CUR 2.0 export has taken over from a legacy report"
                )
