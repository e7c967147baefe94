"""What was fetched: a manifest a pull, where landing does not look.

Belongs here: the places of a report's pages and manifests, and reading them. Does not
belong here: pages (``pulls``). ``.unitmill`` is a folder that landing passes over.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.fetching.vendor import Report, Span
from pipelines.files import DamagedError, read_sealed, write_sealed

STAMP = "%Y%m%dT%H%M%SZ"
# Any span: what a report is asked, days aside, does not depend on it.
_SOME_SPAN = Span(date(2026, 8, 1), date(2026, 8, 2))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages of a report of an account lie, and what is known of them.

    Attributes:
        exports: the exports folder.
        below: vendor, account and report.
    """

    exports: Path
    below: str

    @property
    def folder(self) -> Path:
        """The folder of its pulls: each is a folder, named by when it was begun."""
        return self.exports / self.below

    @property
    def records(self) -> Path:
        """The folder of its manifests, and of a pull that is not whole."""
        return self.exports / ".unitmill" / "fetch" / self.below


def identity_of(report: Report, settings: object) -> str:
    """Hash what a report is asked, apart from days: an answer to another is no twin."""
    asked = report.ask(settings, _SOME_SPAN)
    text = json.dumps([asked.path, asked.params, asked.body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def whole_pulls(place: Place, identity: str) -> list[tuple[Span, datetime]]:
    """Give the days of each whole pull of these questions, and when it was begun.

    A manifest that cannot be read counts for nothing: its days are asked for again.
    """
    found: list[tuple[Span, datetime]] = []
    for path in sorted(place.records.glob("*.json")):
        try:
            values = read_sealed(path)
        except DamagedError:
            continue
        if values.get("identity") == identity and _is_there(place, values, path):
            at = moment_of(str(values["asked_at"]))
            found += [(span_of(pair), at) for pair in values["spans"]]
    return found


def _is_there(place: Place, values: Mapping[str, Any], path: Path) -> bool:
    """Return whether the pages are there; a folder that was removed is asked again."""
    has_files = any(page["file"] for page in values["pages"])
    return not has_files or (place.folder / path.stem).is_dir()


def write_manifest(place: Place, stamp: str, values: Mapping[str, object]) -> None:
    """Write that a pull is whole: what was asked when, and each page with its hash."""
    write_sealed(place.records / f"{stamp}.json", values)


def span_of(pair: list[str]) -> Span:
    """Read a span: its first day, and the one behind its last."""
    return Span(date.fromisoformat(pair[0]), date.fromisoformat(pair[1]))


def pair_of(span: Span) -> list[str]:
    """Write a span, as it is read."""
    return [span.first.isoformat(), span.end.isoformat()]


def moment_of(stamp: str) -> datetime:
    """Read the time in the name of a pull."""
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
