"""Which files are FOCUS exports, which of them belong together, and what they cover.

Numbered parts in one folder are one drop. Drops of the same name, digits aside, are
one report: a newer one replaces the accounts and days that it has again, and files of
other days or accounts stay beside it. Oracle's reports add: none replaces another.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from filecmp import cmp
from functools import lru_cache
from pathlib import Path, PurePosixPath

import duckdb

from pipelines.landing.bills import Bill, by_period, named
from pipelines.landing.candidates import first_object
from pipelines.landing.faults import message_of
from pipelines.landing.source import (
    LOOK_INSIDE,
    Candidate,
    CompleteBy,
    Drop,
    ExportError,
)
from pipelines.sources.cost.focus_export.names import normalized
from pipelines.sources.cost.focus_export.reading import facts_query
from pipelines.sources.formats import aws_manifests
from pipelines.sources.formats.parts import (
    groups,
    ordered_by_names,
    part_of,
    report_of,
    stamp_of,
)

FORMATS = {"csv", "parquet", "json"}
NEEDED = {"billingperiodstart", "chargeperiodstart", "chargecategory"}
COSTS = {"billedcost", "effectivecost"}
# Columns of exports that have a reader of their own.
READ_ELSEWHERE = {"x_billingprofileid", "x_invoicesectionid", "x_skumeterid"}
# A conversion asks for the same files that a scan of the exports folder asks for.
REMEMBERED = 4_096
# Oracle numbers its reports and writes several a day, each with further charges:
# docs.oracle.com, Cost and Usage Reports Overview.
_NUMBERED_REPORT = re.compile(r"\d{10,}$")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows of one file say of one billing period, and who issued it."""

    bill: Bill
    issuers: frozenset[str]


def claims(candidate: Candidate) -> bool:
    """Claim files with the columns of a FOCUS charge, and AWS's manifests of them."""
    if candidate.format not in FORMATS:
        return False
    if aws_manifests.is_manifest(candidate, of_focus=True):
        return True
    names = candidate.columns or first_object(candidate.head)
    headers = {normalized(name) for name in names}
    return headers >= NEEDED and bool(headers & COSTS) and not headers & READ_ELSEWHERE


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give a drop for the files of a manifest, and for numbered parts.

    Raises:
        ExportError: a file has no billing period that can be read, or a file of a
            manifest or a part of an export is missing.
    """
    manifests = [c for c in candidates if aws_manifests.is_manifest(c, of_focus=True)]
    files = {c.name: c for c in candidates if c not in manifests}
    yield from _of_manifests(manifests, files)
    reports: dict[str, Drop] = {}
    bare = []
    for group in groups("focus_export", files.values()):
        drop = _drop(group.whole, group.files, group.complete_by)
        _refuse_report_again(drop, reports)
        bare.append(drop)
    yield from ordered_by_names(bare)


def _of_manifests(
    manifests: Sequence[Candidate], files: dict[str, Candidate]
) -> Iterator[Drop]:
    """Give the drops of AWS's manifests, and take their files out of ``files``."""
    read = [aws_manifests.read("focus_export", candidate) for candidate in manifests]
    named = {
        aws_manifests.files_of("focus_export", manifest, files, read): manifest
        for manifest in read
    }
    for data, manifest in named.items():
        # A month's manifest and the one of its run name the same files.
        if not all(files.pop(file.name, None) for file in data):
            continue
        drop = _drop(part_of(data[0].name).whole, data, "manifest")
        yield replace(drop, manifest=manifest.candidate)


def _refuse_report_again(drop: Drop, reports: dict[str, Drop]) -> None:
    """Refuse a numbered report that is here twice with different content.

    The same content twice is a copy, which landing finds by its hash.
    """
    if not drop.appends:
        return
    first = reports.setdefault(drop.batch, drop)
    names = [
        (one.path, other.path)
        for one, other in zip(first.files, drop.files, strict=False)
    ]
    if len(first.files) != len(drop.files) or not all(
        cmp(one, other, shallow=False) for one, other in names
    ):
        raise ExportError(
            f"focus_export: {first.files[0].name} and {drop.files[0].name} are both "
            f"report {drop.batch} of Oracle, with other content; expected each report "
            "once: take one of them away",
            files=[file.name for file in (*first.files, *drop.files)],
        )


def _drop(whole: str, files: tuple[Candidate, ...], complete_by: CompleteBy) -> Drop:
    facts = [fact for file in files for fact in _facts(file)]
    stamp = stamp_of(whole)
    number = _NUMBERED_REPORT.search(PurePosixPath(whole).name)
    issuers = {issuer for fact in facts for issuer in fact.issuers}
    appends = bool(number) and any("oracle" in issuer.lower() for issuer in issuers)
    report = "Oracle" if appends else report_of(whole)
    batch = f"{stamp:%Y%m%dT%H%M%SZ}" if stamp else ""
    return Drop(
        files=files,
        periods=tuple(sorted({fact.bill.period for fact in facts})),
        scope=report,
        delivered_at=stamp or max(file.modified for file in files),
        batch=number[0] if number and appends else batch,
        bills=by_period(replace(fact.bill, report=report) for fact in facts),
        ordered_by="run folder"
        if stamp
        else "report number"
        if appends
        else "file date",
        complete_by=complete_by,
        appends=appends,
    )


def _facts(file: Candidate) -> tuple[Facts, ...]:
    modified = file.path.stat().st_mtime_ns
    try:
        return _facts_of(file.path, file.size, modified)
    except (duckdb.Error, ExportError) as error:
        raise ExportError(message_of("focus_export", file, error)) from error


@lru_cache(maxsize=REMEMBERED)
def _facts_of(path: Path, _size: int, _modified: int) -> tuple[Facts, ...]:
    with duckdb.connect(config=LOOK_INSIDE) as db:
        rows = db.execute(facts_query(db, path)).fetchall()
    return tuple(
        Facts(
            Bill(str(period), named(accounts), named(sub_accounts), first, last),
            named(issuers),
        )
        for period, issuers, accounts, sub_accounts, first, last in rows
    )
