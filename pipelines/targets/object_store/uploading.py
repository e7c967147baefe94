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
from typing import Any, TypeVar

from pipelines.files import sha256_of
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
class File:
    """A file of a version as its manifest lists it: its bytes, and their SHA-256."""

    size: int
    sha256: str


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
        TargetError: a file cannot be sent, or is not what was published, or another
            version of the name is there. What was sent stays for the next time.
    """
    folder = folder_of(version.name)
    there = place.listed(folder)
    manifest = _manifest(version)
    files = _files(json.loads(manifest))
    stored = _stored_manifest(place, folder, there)
    if stored and _stored_files(stored) != files:
        raise TargetError(
            f"{place.url}/{folder} has another version of this name; expected the "
            "files of this home's; see who else publishes there, delete that folder "
            f"if nobody reads it, and run: {AGAIN}"
        )
    missing = _missing(files, folder, there)
    if not stored:
        # Begun before: of the same size is not yet the same.
        begun = [name for name in files if name not in missing]
        found = _each(begun, lambda name: place.digest(f"{folder}/{name}"))
        missing += [name for name in begun if found[name] != files[name].sha256]

    def send(name: str) -> None:
        path = version.folder / name
        _require_unchanged(version, path, files[name])
        place.write(f"{folder}/{name}", path, _heads(name), files[name].sha256)

    _each(missing, send)
    # Looked at again before anybody is told that the version is there.
    for name in _missing(files, folder, place.listed(folder)) if missing else ():
        raise TargetError(
            f"{place.url}/{folder}/{name} is not there with its {files[name].size} "
            "bytes, although the store took it; see who else writes or deletes there, "
            f"and run: {AGAIN}"
        )
    content = stored.content if stored else manifest
    digest = hashlib.sha256(content).hexdigest()
    if not stored:
        place.write(f"{folder}/{MANIFEST}", content, _heads(MANIFEST), digest)
    return Uploaded(digest, {name: files[name].size for name in missing})


def write_entry(place: Place, version: Version) -> None:
    """Write the page that opens the shown version's pages, unless a page is there."""
    if (version.folder / PAGES).is_dir():
        heads = {"Content-Type": TYPES[".html"], "Cache-Control": "no-cache"}
        place.write_if(ENTRY, OPENS_PAGES.encode(), heads, None)


def _manifest(version: Version) -> bytes:
    """Give the manifest as it is sent: with the size and digest of each file."""
    path = version.folder / MANIFEST
    if "files" in version.manifest:
        return path.read_bytes()
    # An older Unitmill listed no files.
    files = {
        file.relative_to(version.folder).as_posix(): {
            "bytes": file.stat().st_size,
            "sha256": sha256_of(file),
        }
        for file in sorted(version.folder.rglob("*"))
        if file.is_file() and file != path
    }
    return json.dumps(version.manifest | {"files": files}, indent=1).encode()


def _files(manifest: dict[str, Any]) -> dict[str, File]:
    return {
        name: File(int(of["bytes"]), str(of["sha256"]))
        for name, of in manifest["files"].items()
    }


def _stored_manifest(
    place: Place, folder: str, there: Mapping[str, Item]
) -> Found | None:
    path = f"{folder}/{MANIFEST}"
    return place.read(path) if path in there else None


def _stored_files(stored: Found) -> dict[str, File]:
    """Read what a manifest in the store lists; nothing where it is none."""
    try:
        return _files(json.loads(stored.content))
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _missing(
    files: Mapping[str, File], folder: str, there: Mapping[str, Item]
) -> list[str]:
    """Name the files that the store lacks, or has with another size."""
    sizes = {path: item.size for path, item in there.items()}
    return [n for n, of in files.items() if sizes.get(f"{folder}/{n}") != of.size]


def _require_unchanged(version: Version, path: Path, known: File) -> None:
    """Send only what was published.

    Raises:
        TargetError: the file in the home has other bytes, or is gone.
    """
    if not path.is_file() or sha256_of(path) != known.sha256:
        raise TargetError(
            f"{path} is not what {version.name} was published with; see: unitmill "
            "verify; make it again with unitmill build, or go back with unitmill "
            "rollback"
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
