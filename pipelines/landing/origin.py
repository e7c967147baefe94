"""Which exports folder a home was built from, so that no other one mixes with it.

A build that forgot its ``--exports`` would otherwise read the workspace's own into a
home of somebody else's bill, and publish both as one.
"""

import json
import os
from pathlib import Path

from pipelines.files import write_text
from pipelines.landing.errors import ExportError
from pipelines.settings import Settings


def remember_exports(settings: Settings) -> None:
    """Record that this home is built from this exports folder."""
    path = settings.origin_file
    exports = _exports(settings)
    origin = {
        "exports": str(exports),
        "exports_from_home": os.path.relpath(exports, settings.home_dir),
    }
    write_text(path, json.dumps(origin, indent=1))


def remembered_exports(settings: Settings) -> Path | None:
    """Return the exports folder that the home was built from; None if not yet."""
    origin = _origin(settings)
    return Path(origin["exports"]) if origin else None


def require_same_exports(settings: Settings) -> None:
    """Go on only with the exports folder that the home was built from.

    A workspace that was moved as a whole is still the same: its exports lie where they
    did, seen from the home, and are no longer where they were.

    Raises:
        ExportError: the home was built from another folder.
    """
    origin = _origin(settings)
    if origin is None:
        return
    earlier, now = Path(origin["exports"]), _exports(settings)
    if now == earlier or now.resolve() == earlier.resolve():
        return
    from_home = os.path.relpath(now, settings.home_dir)
    if from_home == origin["exports_from_home"] and not earlier.exists():
        return
    raise ExportError(
        f"the home {settings.home_dir} was built from {earlier}, and this call reads "
        f"{now}: add --exports {earlier}, or another --home to keep the two apart, or "
        "--change-exports if the exports have moved (rows that the ledger has stay)"
    )


def _origin(settings: Settings) -> dict[str, str] | None:
    try:
        origin: dict[str, str] = json.loads(settings.origin_file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ExportError(
            f"{settings.origin_file} is damaged, so that nobody knows which exports "
            "the home was built from; remove it, and the next build records its own"
        ) from error
    return origin


def _exports(settings: Settings) -> Path:
    """Give the folder by the name that it was called, whatever it links to."""
    return Path(os.path.normpath(settings.root_dir / settings.exports.expanduser()))
