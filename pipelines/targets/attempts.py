"""How the last copy to each target went, in the home folder, one JSON file each.

Belongs here: that record. Does not belong here: what is copied.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from pipelines.files import write_text
from pipelines.publishing.versions import Version
from pipelines.settings import Settings
from pipelines.targets import TargetError


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last copy to a target.

    Attributes:
        version: which was to be copied.
        at: when, ISO 8601 in UTC.
        error: why readers do not see it; '' where they do.
    """

    version: str
    at: str
    error: str


@contextmanager
def recorded(settings: Settings, target: str, version: Version) -> Iterator[None]:
    """Record how the copy in this block goes."""
    try:
        yield
    except TargetError as error:
        _write(settings, target, version, str(error))
        raise
    _write(settings, target, version, "")


def last_attempt(settings: Settings, target: str) -> Attempt | None:
    """Give how the last copy went; None where there was none, or it cannot be read."""
    try:
        path = settings.targets_dir / f"{target}.json"
        return Attempt(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(settings: Settings, target: str, version: Version, error: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    write_text(
        settings.targets_dir / f"{target}.json",
        json.dumps(asdict(Attempt(version.name, now, error))),
    )
