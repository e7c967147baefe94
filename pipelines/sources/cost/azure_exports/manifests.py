"""Read the manifests of export runs and find the files that they name.

Belongs here: what a manifest says, and whether all of it arrived. Never the folders'
names: they change with the export's settings.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipelines.landing.faults import sentence_of
from pipelines.landing.source import Candidate, ExportError
from pipelines.sources.formats.manifest_files import file_below

TYPE = re.compile(r'"type"\s*:\s*"(\w+)"')
OWN_PATH = re.compile(r"/?providers/microsoft\.costmanagement/exports/[^/]*$")


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as the manifest announces it; None where it does not say."""

    name: str
    rows: int | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one manifest says.

    Attributes:
        candidate: the manifest itself.
        type: the data set, 'ActualCost' for example.
        scope: what the export covers, without the export's own name.
        months: the months ('2026-08') from the first to the last day of the run.
        days: the first and the last day of the run; None where it does not say.
        submitted: when the run was started, aware UTC; None where it does not say.
        run: the vendor's id of the run.
        blobs: the files.
        rows: the rows of all files together.
        is_packed: whether files are compressed after they were counted.
    """

    candidate: Candidate
    type: str
    scope: str
    months: tuple[str, ...]
    days: tuple[date, date] | None
    submitted: datetime | None
    run: str
    blobs: tuple[Blob, ...]
    rows: int | None
    is_packed: bool


def is_manifest(candidate: Candidate, types: Collection[str]) -> bool:
    """Return whether a JSON file is the manifest of an export of one of these types."""
    found = TYPE.search(candidate.head)
    return (
        candidate.format == "json"
        and '"exportConfig"' in candidate.head
        and found is not None
        and found[1].lower() in {name.lower() for name in types}
    )


def read(source: str, candidate: Candidate) -> Manifest:
    """Read a manifest.

    Raises:
        ExportError: it is no JSON object, or one of its parts is no such thing.
    """
    try:
        body = json.loads(candidate.path.read_text("utf-8-sig"))
        config, run = body["exportConfig"], body.get("runInfo") or {}
        delivery = body.get("deliveryConfig") or {}
        blobs = tuple(_blob(entry) for entry in body.get("blobs") or ())
        return Manifest(
            candidate=candidate,
            type=str(config.get("type", "")),
            scope=OWN_PATH.sub("", str(config.get("resourceId", "")).lower()),
            months=_months(run),
            days=_days(run),
            submitted=_time(run.get("submittedTime")),
            run=str(run.get("runId") or ""),
            blobs=blobs,
            rows=_count(body, "dataRowCount"),
            is_packed=str(delivery.get("compressionMode", "")).lower() == "gzip",
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExportError(
            f"{source}: {candidate.name}: not readable, {sentence_of(error)}; expected "
            "the manifest.json of an export run"
        ) from error


def files_of(
    source: str, manifest: Manifest, candidates: Mapping[str, Candidate]
) -> tuple[Candidate, ...]:
    """Find the files that a manifest names, in its order.

    Raises:
        ExportError: a file is not there, or has not all of its bytes.
    """
    here = {
        blob: file_below(manifest.candidate, blob.name, candidates)
        for blob in manifest.blobs
    }
    present = [file.name for file in here.values() if file]
    found = []
    for blob, file in here.items():
        if file is None:
            raise ExportError(
                f"{source}: {manifest.candidate.name} names {blob.name}, which is not "
                "there: copy the missing file below the same folder, or take the "
                "manifest away",
                files=[manifest.candidate.name, *present],
            )
        whole = manifest.is_packed or file.compression != "" or blob.size is None
        if not whole and file.size != blob.size:
            announced = f"{blob.size} bytes of {file.name}"
            raise _short(source, manifest, announced, file.size, present)
        found.append(file)
    return tuple(found)


def check_rows(
    source: str, manifest: Manifest, counts: Mapping[str, int], names: Mapping[str, str]
) -> None:
    """Compare the rows of files with what the manifest announced.

    Args:
        source: for the message.
        manifest: what was announced.
        counts: the rows found, by file name.
        names: the file name of each blob, by blob name.

    Raises:
        ExportError: a file, or all of them together, has other than these rows.
    """
    for blob in manifest.blobs:
        file, found = names[blob.name], counts[names[blob.name]]
        if blob.rows is not None and blob.rows != found:
            announced = f"{blob.rows} rows of {file}"
            raise _short(source, manifest, announced, found, counts)
    total = sum(counts.values())
    if manifest.rows is not None and manifest.rows != total:
        announced = f"{manifest.rows} rows of its files"
        raise _short(source, manifest, announced, total, counts)


def _short(
    source: str, manifest: Manifest, expected: str, found: int, files: Iterable[str]
) -> ExportError:
    return ExportError(
        f"{source}: {manifest.candidate.name} announces {expected}, found {found}: "
        "copy the files of the run again",
        files=[manifest.candidate.name, *files],
    )


def _blob(entry: Mapping[str, object]) -> Blob:
    name = str(entry["blobName"]).lstrip("/")
    return Blob(name, _count(entry, "dataRowCount"), _count(entry, "byteCount"))


def _count(body: Mapping[str, object], key: str) -> int | None:
    value = body.get(key)
    return None if value is None else int(str(value))


def _months(run: Mapping[str, object]) -> tuple[str, ...]:
    """Give the months from startDate to endDate, both of which are days of the run."""
    first, last = _time(run.get("startDate")), _time(run.get("endDate"))
    if first is None:
        return ()
    start, end = (day.year * 12 + day.month - 1 for day in (first, last or first))
    return tuple(f"{n // 12:04}-{n % 12 + 1:02}" for n in range(start, end + 1))


def _days(run: Mapping[str, object]) -> tuple[date, date] | None:
    first, last = _time(run.get("startDate")), _time(run.get("endDate"))
    return (first.date(), (last or first).date()) if first else None


def _time(text: object) -> datetime | None:
    if not text:
        return None
    # .NET writes seven digits after the second; Python reads six.
    found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", str(text)))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
