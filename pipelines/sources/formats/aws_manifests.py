"""Read the manifests of AWS reports and Data Exports, and find the files they name.

Belongs here: what a manifest says. Which drop is newer is each source's business.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipelines.landing.faults import sentence_of
from pipelines.landing.source import Candidate, ExportError
from pipelines.sources.formats.manifest_files import file_below

SUFFIX = "-manifest.json"
# Legacy reports list their files as reportKeys, Data Exports as dataFiles.
FILE_LISTS = ("reportKeys", "dataFiles")
# Where an entry of the list is an object, the file is under one of these.
ENTRY_KEYS = ("key", "s3Key", "path", "url", "uri", "s3Uri", "relativePath")
NAMES = ("reportName", "exportName", "name")
BATCHES = ("assemblyId", "executionId", "executionIdentifier", "batchId")
# What the manifest of an export of a FOCUS table names, and no other does.
FOCUS = ("FOCUS_1", "BilledCost")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one manifest says.

    Attributes:
        candidate: the manifest itself.
        report: the name of the report or export.
        batch: the vendor's id of the drop, or ''.
        period: the billing period ('2026-08'), or '' where it does not say.
        keys: the object keys of the data files.
    """

    candidate: Candidate
    report: str
    batch: str
    period: str
    keys: tuple[str, ...]


def is_manifest(candidate: Candidate, *, of_focus: bool = False) -> bool:
    """Return whether a file is the manifest of a Cost and Usage Report, or of FOCUS."""
    return (
        candidate.format == "json"
        and candidate.name.lower().endswith(SUFFIX)
        and any(f'"{key}"' in candidate.head for key in (*FILE_LISTS, *BATCHES))
        and any(word in candidate.head for word in FOCUS) == of_focus
    )


def read(source: str, candidate: Candidate) -> Manifest:
    """Read a manifest.

    Raises:
        ExportError: it is no JSON object, or names no data file.
    """
    try:
        body = json.loads(candidate.path.read_text("utf-8-sig"))
    except ValueError as error:
        raise ExportError(
            f"{source}: {candidate.name}: not readable, {sentence_of(error)}"
        ) from error
    keys = tuple(_keys(body)) if isinstance(body, dict) else ()
    if not keys:
        raise ExportError(
            f"{source}: {candidate.name}: names no data file; expected a list of "
            f"them as {' or '.join(FILE_LISTS)}"
        )
    plain_name = PurePosixPath(candidate.name).name[: -len(SUFFIX)]
    return Manifest(
        candidate=candidate,
        report=_first(body, NAMES) or plain_name,
        batch=_first(body, BATCHES),
        period=_period(body.get("billingPeriod")),
        keys=keys,
    )


def files_of(
    source: str,
    manifest: Manifest,
    candidates: Mapping[str, Candidate],
    manifests: Iterable[Manifest],
) -> tuple[Candidate, ...]:
    """Find the files that a manifest names, in its order.

    Raises:
        ExportError: a file is not there. None of the files of all manifests that
            name the same ones can be used then.
    """
    found = {
        key: file_below(manifest.candidate, key, candidates) for key in manifest.keys
    }
    here = [file for file in found.values() if file]
    for key, file in found.items():
        if file is None:
            raise ExportError(
                f"{source}: {manifest.candidate.name} names {key}, which is not "
                "there: copy the missing file below the same folder, or take the "
                "manifest away",
                files=[
                    *(m.candidate.name for m in manifests if m.keys == manifest.keys),
                    *(file.name for file in here),
                ],
            )
    return tuple(here)


def _keys(body: Mapping[str, object]) -> Iterable[str]:
    for field in FILE_LISTS:
        entries = body.get(field)
        for entry in entries if isinstance(entries, list) else []:
            key = _first(entry, ENTRY_KEYS) if isinstance(entry, dict) else str(entry)
            if key:
                yield re.sub(r"^s3a?://[^/]+/", "", key).lstrip("/")


def _first(body: Mapping[str, object], names: Iterable[str]) -> str:
    return next((str(body[name]) for name in names if body.get(name)), "")


def _period(declared: object) -> str:
    """Read '20260801T000000.000Z', '2026-08-01' or '2026-08' as '2026-08'."""
    start = declared.get("start") if isinstance(declared, dict) else declared
    found = re.match(r"(\d{4})-?(\d{2})", str(start or ""))
    return f"{found[1]}-{found[2]}" if found else ""
