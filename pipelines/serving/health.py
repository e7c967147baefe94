"""Whether pages are served that somebody can trust: for probes and monitors.

Belongs here: the rules of ``/health``. Does not belong here: its address (``site``).
"""

import math
from datetime import UTC, datetime
from typing import Any

from pipelines import __version__
from pipelines.publishing.versions import PublishError, current
from pipelines.settings import Settings

OK, BAD_REQUEST, UNAVAILABLE = 200, 400, 503


def health(settings: Settings, max_age_hours: str | None = None) -> tuple[int, Any]:
    """Say whether there is a current version, whole, and no older than it may be.

    Args:
        settings: of the home.
        max_age_hours: how old it may be; None where age is no fault.

    Returns:
        The status (200, 503, or 400 where the question is wrong), and what JSON says.
    """
    try:
        most = math.inf if max_age_hours is None else float(max_age_hours)
    except ValueError:
        most = math.nan
    if not most > 0:
        return BAD_REQUEST, {
            "status": "bad request",
            "message": f"max_age_hours is {str(max_age_hours)[:40]!r}; expected a "
            "number above 0",
        }
    said: dict[str, Any] = {"status": "ok", "code_version": __version__}
    try:
        version = current(settings)
        if version is None:
            return _unavailable(said, "nothing is published; run: unitmill build")
        published = datetime.fromisoformat(str(version.manifest["published_at"]))
        age = datetime.now(UTC) - published
        said["version"] = version.name
        said["published_at"] = published.isoformat(timespec="seconds")
        said["age_seconds"] = int(age.total_seconds())
        with version.database.open("rb"):
            pass
    except (PublishError, OSError, ValueError, KeyError, TypeError) as error:
        why = f"the current version cannot be read ({type(error).__name__})"
        return _unavailable(said, f"{why}; roll back or run: unitmill build")
    if age.total_seconds() > most * 3600:
        return _unavailable(
            said, f"the current version is older than {most:g} hours; look at the build"
        )
    return OK, said


def _unavailable(said: dict[str, Any], message: str) -> tuple[int, Any]:
    return UNAVAILABLE, said | {"status": "unavailable", "message": message}
