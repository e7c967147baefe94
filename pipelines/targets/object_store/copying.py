"""The copy of a version: it is uploaded, then shown, and then old ones go."""

import time
from dataclasses import replace

from pipelines.publishing.lock import BusyError, held
from pipelines.publishing.versions import Version, version_names
from pipelines.settings import Settings
from pipelines.targets import TargetError
from pipelines.targets.object_store import AGAIN, Stored
from pipelines.targets.object_store.connecting import opened
from pipelines.targets.object_store.place import Place
from pipelines.targets.object_store.pointer import (
    Pointer,
    read,
    require_kept,
    require_newer,
    show,
)
from pipelines.targets.object_store.retiring import retire
from pipelines.targets.object_store.uploading import folder_of, upload, write_entry


def copy(settings: Settings, version: Version, *, by_owner: bool) -> Stored:
    """Do what ``copy_version`` says, with the library that it needs."""
    url = settings.publishing.object_store
    if not url:
        raise TargetError(
            "no object store to publish to; name one in unitmill.toml, such as "
            "s3://bucket/prefix: object_store of [publishing]"
        )
    began = time.monotonic()
    try:
        with held(settings, AGAIN):
            place = opened(url)
            ours = None if by_owner else version_names(settings)
            coming = Pointer(version.name, str(version.manifest["published_at"]), "")
            # Nothing is sent that could not be shown.
            seen, _ = read(place)
            require_kept(place, seen, version.name)
            if ours is not None:
                require_newer(place, seen, coming, ours)
            done = upload(place, version)
            coming = replace(coming, manifest_sha256=done.manifest_sha256)
            show(place, coming, ours)
            retired, notes = _tidied(settings, place, version)
    except BusyError as error:
        raise TargetError(str(error)) from error
    return Stored(
        f"{url}/{folder_of(version.name)}",
        dict(done.sent),
        time.monotonic() - began,
        retired,
        notes,
    )


def _tidied(
    settings: Settings, place: Place, version: Version
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Do what readers do not wait for; say what went, and what stopped it."""
    try:
        write_entry(place, version)
        return retire(place, version.name, settings.publishing.keep_versions), ()
    except TargetError as error:
        return (), (f"{version.name} is shown, but {error}",)
