"""An object store: whole versions side by side, and a pointer that names one of them.

``versions/<name>/`` has the files of a version and never changes; ``current.json``
names the one that readers open, and changes by a conditional write. Belongs here: the
order of upload, pointer and retiring. Does not belong here: what is published, and when
(``publishing``, ``defs``).
"""

from dataclasses import dataclass

from pipelines.publishing.versions import Version
from pipelines.settings import Settings
from pipelines.targets import TargetError

AGAIN = "unitmill publish-to object-store"
EXTRA = (
    "publishing to an object store needs a library that is not installed; run: "
    "pip install 'unitmill[object-stores]'"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a copy did.

    Attributes:
        address: of the version's folder.
        sent: bytes of each file that was sent now; the others were there.
        seconds: how long it took.
        retired: old versions, and remains of killed uploads, that were deleted.
        notes: what somebody should know, a sentence each.
    """

    address: str
    sent: dict[str, int]
    seconds: float
    retired: tuple[str, ...]
    notes: tuple[str, ...]


def is_chosen(settings: Settings) -> bool:
    """Return whether the settings name an object store to publish to."""
    return bool(settings.publishing.object_store)


def copy_version(
    settings: Settings, version: Version, *, by_owner: bool = False
) -> Stored:
    """Copy a version to the store, unless it is there, and let readers see it.

    Args:
        settings: which name the store.
        version: of the home.
        by_owner: whether the owner chose this version, so that it is shown although a
            newer one of another home is.

    Raises:
        TargetError: it cannot be copied or shown. Readers see what they did before,
            and what was copied stays for the next time.
    """
    try:
        from pipelines.targets.object_store.copying import (  # noqa: PLC0415
            copy,  # of an extra
        )
    except ImportError as error:
        if error.name != "obstore":
            raise
        raise TargetError(EXTRA) from None
    return copy(settings, version, by_owner=by_owner)
