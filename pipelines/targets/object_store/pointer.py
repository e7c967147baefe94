"""The pointer: ``current.json``, which names the version that readers open.

It is changed only as it was read, so that of two writers one is told to read again.
Belongs here: its form, and whether it may change. Does not belong here: the objects of
the version that it names (``uploading``).
"""

import json
import random
import re
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.targets import TargetError
from pipelines.targets.object_store import AGAIN
from pipelines.targets.object_store.place import Place

if TYPE_CHECKING:
    from obstore import UpdateVersion

POINTER = "current.json"
HEADS = {"Content-Type": "application/json", "Cache-Control": "no-store"}
# Names are parts of paths here; publishing makes them of a time and a build id.
NAME = re.compile(r"\d{8}T\d{6}Z-[0-9A-Za-z]+")
TRIES = 20


@dataclass(frozen=True, slots=True)
class Pointer:
    """What ``current.json`` says.

    Attributes:
        version: the name of a whole version below ``versions/``.
        published_at: of that version, ISO 8601 with its offset.
        manifest_sha256: of its ``manifest.json``, which has those of the other files.
        previous: the version that was named before; None for the first.
        removing: versions whose objects are being deleted.
    """

    version: str
    published_at: str
    manifest_sha256: str
    previous: str | None = None
    removing: tuple[str, ...] = ()

    @property
    def age(self) -> tuple[datetime, str]:
        """What orders versions: their time, and of one second their names."""
        return datetime.fromisoformat(self.published_at), self.version


def read(place: Place) -> tuple[Pointer | None, "UpdateVersion | None"]:
    """Give the pointer and the mark of its state; None twice where there is none.

    Raises:
        TargetError: it is none, or the store does not answer.
    """
    found = place.read(POINTER)
    if found is None:
        return None, None
    try:
        return _parsed(found.content), found.mark
    except (ValueError, TypeError, AttributeError):
        raise TargetError(
            f"{place.url}/{POINTER} is no pointer to a version; expected JSON with "
            "version, published_at and manifest_sha256 as Unitmill writes it; see who "
            f"else writes there, delete it, and run: {AGAIN}"
        ) from None


def require_newer(
    place: Place, seen: Pointer | None, coming: Pointer, ours: Collection[str]
) -> None:
    """Go on only where readers get a newer version, or the owner went back.

    Args:
        place: for the message.
        seen: what the store names now.
        coming: what it is to name.
        ours: versions of this home. Where the store names one of them, and an older
            one is to be shown, somebody rolled this home back.

    Raises:
        TargetError: the store names a newer version of another home.
    """
    if seen is None or seen.version in ours or coming.age >= seen.age:
        return
    raise TargetError(
        f"{place.url} stays as it is: it shows {seen.version}, published at "
        f"{seen.published_at} from another home, later than {coming.version} of "
        f"{coming.published_at}; build from the newest exports, correct the clock of "
        "the machine that is wrong, or show this one with: unitmill rollback "
        f"{coming.version}"
    )


def show(place: Place, coming: Pointer, ours: Collection[str] | None) -> Pointer:
    """Let readers see a version.

    Args:
        place: whose pointer is changed.
        coming: what it is to say, but for the version before.
        ours: as in ``require_newer``; None where the owner chose this version.

    Returns:
        What the pointer says now.

    Raises:
        TargetError: it shows a newer one, or it changes again and again.
    """
    for _ in range(TRIES):
        seen, mark = read(place)
        if seen and seen.version == coming.version:
            if seen.manifest_sha256 == coming.manifest_sha256:
                return seen
            # The same version, whose manifest was written again.
            coming = replace(coming, previous=seen.previous)
        elif ours is not None:
            require_newer(place, seen, coming, ours)
        if seen and seen.version != coming.version:
            coming = replace(coming, previous=seen.version)
        wanted = replace(coming, removing=_removing(place, seen, coming))
        try:
            written = write(place, wanted, mark)
        except TargetError:
            # The answer may be lost of a write that was done.
            if read(place)[0] != wanted:
                raise
            written = True
        if written:
            return wanted
        time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - it is no secret
    raise TargetError(
        f"{place.url}/{POINTER} was changed by others {TRIES} times meanwhile; see who "
        f"else publishes there, and run: {AGAIN}"
    )


def write(place: Place, pointer: Pointer, mark: "UpdateVersion | None") -> bool:
    """Write the pointer where it still is as it was read; say whether it was."""
    content = json.dumps(asdict(pointer), indent=1).encode()
    return place.write_if(POINTER, content, HEADS, mark)


def require_kept(place: Place, seen: Pointer | None, name: str) -> None:
    """Go on only where nobody deletes the version just now.

    Raises:
        TargetError: a publisher deletes it, or was killed while it did.
    """
    if seen and name in seen.removing:
        raise TargetError(
            f"{place.url} stays as it is: {name} is being deleted there as an old "
            f"version; wait a minute, and run: {AGAIN}; if it was ended meanwhile, the "
            "next version that is published there deletes the rest"
        )


def _removing(place: Place, seen: Pointer | None, coming: Pointer) -> tuple[str, ...]:
    require_kept(place, seen, coming.version)
    return seen.removing if seen else ()


def _parsed(content: bytes) -> Pointer:
    said = json.loads(content)
    removing = tuple(said.pop("removing", ()))
    pointer = Pointer(**said, removing=removing)
    names = [pointer.version, *removing, pointer.previous or pointer.version]
    if not all(NAME.fullmatch(name) for name in names):
        raise ValueError(names)
    if pointer.age[0].tzinfo is None:
        raise ValueError(pointer.published_at)
    return pointer
