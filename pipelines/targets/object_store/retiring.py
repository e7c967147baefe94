"""Old versions in a store: how many are kept, and what killed uploads left.

Belongs here: which objects go. Does not belong here: what readers see (``pointer``).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from pipelines.publishing.versions import MANIFEST
from pipelines.targets.object_store.place import Item, Place
from pipelines.targets.object_store.pointer import NAME, read, write
from pipelines.targets.object_store.uploading import VERSIONS, folder_of

# How long an upload may pause before what it left is swept.
UNFINISHED = timedelta(days=1)


def retire(place: Place, ours: str, keep: int) -> tuple[str, ...]:
    """Delete old versions and the remains of uploads; give the names of what went.

    The pointer says first what goes, so that nobody shows it meanwhile.

    Args:
        place: where.
        ours: a version that stays beside the one that is shown.
        keep: how many of the newest whole versions stay.

    Raises:
        TargetError: the store does not let them go; the next call goes on.
    """
    items = place.listed(VERSIONS)
    seen, mark = read(place)
    if seen is None or mark is None or not items:
        return ()
    found = _by_version(items)
    whole = sorted(n for n in found if f"{folder_of(n)}/{MANIFEST}" in items)
    # By the store's clock, not by that of this machine.
    now = max(item.modified for item in items.values())
    going = [
        *whole[:-keep],
        *(n for n in found if n not in whole and n in seen.removing),
        *(n for n in found if n not in whole and _is_left(found[n], now)),
    ]
    going = [n for n in dict.fromkeys(going) if n not in {seen.version, ours}]
    if not going and not seen.removing:
        return ()
    if not write(place, replace(seen, removing=tuple(going)), mark):
        return ()  # another publisher is at work; the next one does it
    for name in going:
        # Without its manifest it is nobody's version any more.
        manifest = f"{folder_of(name)}/{MANIFEST}"
        place.delete([manifest] if manifest in items else [])
        place.delete([path for path in found[name] if path != manifest])
    _done(place, going)
    return tuple(going)


def _by_version(items: Mapping[str, Item]) -> dict[str, dict[str, Item]]:
    """Group objects by the version that they are of; others' objects are left out."""
    found: dict[str, dict[str, Item]] = defaultdict(dict)
    for path, item in items.items():
        # A console leaves an object for each folder: "versions" has no name in it.
        name, _, rest = path.removeprefix(f"{VERSIONS}/").partition("/")
        if rest and NAME.fullmatch(name):
            found[name][path] = item
    return found


def _is_left(items: Mapping[str, Item], now: datetime) -> bool:
    return all(now - item.modified > UNFINISHED for item in items.values())


def _done(place: Place, gone: list[str]) -> None:
    """Say that they are gone, unless another publisher wrote since."""
    seen, mark = read(place)
    if seen and mark and set(seen.removing) <= set(gone) and seen.removing:
        write(place, replace(seen, removing=()), mark)
