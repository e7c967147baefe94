"""The objects of a version: every file of its folder, and the manifest last.

A version is whole once its manifest is there; an upload that was killed goes on with
what is missing. Belongs here: which objects there are, and how they are served. Does
not belong here: which version readers open (``pointer``).
"""

import hashlib
import json
import mimetypes
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipelines.publishing.versions import MANIFEST, PAGES, Version
from pipelines.targets import TargetError
from pipelines.targets.object_store import AGAIN
from pipelines.targets.object_store.place import Found, Item, Place

T = TypeVar("T")
VERSIONS = "versions"
# A version never changes, so who has fetched an object need not ask again.
FOREVER = "max-age=31536000, immutable"
TYPES = {
    ".duckdb": "application/octet-stream",
    ".parquet": "application/vnd.apache.parquet",
    ".js": "text/javascript; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
AT_ONCE = 8
CHUNK = 1024 * 1024
ENTRY = "index.html"
# One address for readers: it opens the pages of the version that is shown.
OPENS_PAGES = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Unitmill</title>
<p id="said">Opening the newest version ...</p>
<script>
fetch("current.json", {{cache: "no-store"}})
  .then((answer) => answer.json())
  .then((pointer) => location.replace(
    "{VERSIONS}/" + encodeURIComponent(pointer.version) + "/{PAGES}/index.html"
    + location.hash))
  .catch((error) => {{
    document.getElementById("said").textContent =
      "current.json cannot be read: " + error;
  }});
</script>
</html>
"""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What an upload did.

    Attributes:
        manifest_sha256: of the manifest in the store.
        sent: bytes of each file that was sent now; the others were there.
    """

    manifest_sha256: str
    sent: Mapping[str, int]


def folder_of(name: str) -> str:
    """Give the folder of a version below the place."""
    return f"{VERSIONS}/{name}"


def upload(place: Place, version: Version) -> Uploaded:
    """Send those files of a version that are not there yet, and its manifest last.

    Raises:
        TargetError: a file cannot be sent, or another version of the name is there.
            What was sent stays for the next time.
    """
    folder = folder_of(version.name)
    sizes = _sizes(version)
    there = place.listed(folder)
    stored = _stored_manifest(place, folder, there)
    if stored:
        digests = _digests_of(place, version, stored, sizes)
    else:
        digests = {name: _sha256(version.folder / name) for name in sizes}
    missing = [name for name in sizes if _is_missing(name, sizes, folder, there)]
    if not stored:
        # Begun before: of the same size is not yet the same.
        begun = [name for name in sizes if name not in missing]
        found = _each(begun, lambda name: place.digest(f"{folder}/{name}"))
        missing += [n for n in begun if found[n] != digests[n]]

    def send(name: str) -> None:
        place.write(
            f"{folder}/{name}", version.folder / name, _heads(name), digests[name]
        )

    _each(missing, send)
    if missing:
        _require_whole(place, folder, sizes)
    if stored:
        content = stored.content
    else:
        content = _manifest(version, sizes, digests)
        digest = hashlib.sha256(content).hexdigest()
        place.write(f"{folder}/{MANIFEST}", content, _heads(MANIFEST), digest)
    return Uploaded(
        hashlib.sha256(content).hexdigest(), {name: sizes[name] for name in missing}
    )


def write_entry(place: Place, version: Version) -> None:
    """Write the page that opens the shown version's pages, unless a page is there."""
    if (version.folder / PAGES).is_dir():
        heads = {"Content-Type": TYPES[".html"], "Cache-Control": "no-cache"}
        place.write_if(ENTRY, OPENS_PAGES.encode(), heads, None)


def _sizes(version: Version) -> dict[str, int]:
    """Give the bytes of each file of a version but its manifest, by its path."""
    return {
        path.relative_to(version.folder).as_posix(): path.stat().st_size
        for path in sorted(version.folder.rglob("*"))
        if path.is_file() and path != version.folder / MANIFEST
    }


def _stored_manifest(
    place: Place, folder: str, there: Mapping[str, Item]
) -> Found | None:
    path = f"{folder}/{MANIFEST}"
    return place.read(path) if path in there else None


def _digests_of(
    place: Place, version: Version, stored: Found, sizes: Mapping[str, int]
) -> dict[str, str]:
    """Read the digests of a whole version that is there, if it is this one.

    Raises:
        TargetError: it is another one of the same name.
    """
    try:
        said = json.loads(stored.content)
        files = {name: (of["size"], of["sha256"]) for name, of in said["files"].items()}
        is_same = said["build_id"] == version.manifest.get("build_id")
    except (ValueError, TypeError, KeyError, AttributeError):
        files, is_same = {}, False
    if not is_same or {name: size for name, (size, _) in files.items()} != sizes:
        raise TargetError(
            f"{place.url}/{folder_of(version.name)} has another version of this name; "
            "expected the files of this home's; see who else publishes there, delete "
            f"that folder if nobody reads it, and run: {AGAIN}"
        )
    return {name: digest for name, (_, digest) in files.items()}


def _is_missing(
    name: str, sizes: Mapping[str, int], folder: str, there: Mapping[str, Item]
) -> bool:
    found = there.get(f"{folder}/{name}")
    return found is None or found.size != sizes[name]


def _require_whole(place: Place, folder: str, sizes: Mapping[str, int]) -> None:
    """Look again before anybody is told that the version is there."""
    there = place.listed(folder)
    for name in sizes:
        if _is_missing(name, sizes, folder, there):
            raise TargetError(
                f"{place.url}/{folder}/{name} is not there with its {sizes[name]} "
                "bytes, although the store took it; see who else writes or deletes "
                f"there, and run: {AGAIN}"
            )


def _each(names: list[str], do: Callable[[str], T]) -> dict[str, T]:
    """Do something for many files at once; the first failure ends it."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        return dict(zip(names, pool.map(do, names), strict=True))
    finally:
        pool.shutdown(cancel_futures=True)


def _heads(name: str) -> dict[str, str]:
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = TYPES.get(Path(name).suffix, guessed)
    return {"Content-Type": kind, "Cache-Control": FOREVER}


def _manifest(
    version: Version, sizes: Mapping[str, int], digests: Mapping[str, str]
) -> bytes:
    """Give the version's manifest with the size and digest of each of its files."""
    files = {
        name: {"size": size, "sha256": digests[name]} for name, size in sizes.items()
    }
    return json.dumps(version.manifest | {"files": files}, indent=1).encode()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as data:
        while chunk := data.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
