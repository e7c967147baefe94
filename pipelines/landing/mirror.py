"""The mirror: a copy of each object store's exports, below the home folder.

Belongs here: fetching what is new or changed and removing what is gone. Does not belong
here: talking to a cloud (``stores``), and saying what a file is (``candidates``).
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pyarrow as pa

from pipelines.landing.candidates import Found, find
from pipelines.landing.errors import TransientError
from pipelines.landing.hashes import Hashes
from pipelines.landing.looks import Looks
from pipelines.landing.stores import (
    FAILURES,
    Object,
    Store,
    open_store,
    place_of,
    unreadable,
)
from pipelines.settings import Settings

CHUNK = 8 * 1024 * 1024
# Most of a download of a small object is waiting for the answer.
AT_ONCE = 8


def find_in_stores(
    settings: Settings, looks: Looks | None = None, hashes: Hashes | None = None
) -> Found:
    """Bring the mirror up to what the stores hold, and sniff every file of it.

    An object whose size and time are the mirrored file's is not read again. What was
    fetched before an error stays; the next call goes on from there.

    Args:
        settings: name the stores.
        looks: earlier ones, from which files that did not change are recalled.
        hashes: those of this scan. What is fetched is hashed on its way, so that no
            byte of the mirror is read for its hash.

    Returns:
        What lies in the stores: the readable files, of each object that is damaged,
        or cannot be a file, its name and what is wrong, and what was passed over.

    Raises:
        TransientError: a store cannot be listed or an object read. Nothing that the
            store still holds has left the mirror.
    """
    found = Found()
    if not settings.landing.stores:
        return found
    with _locked(settings.stores_dir) as downloads:
        for url in settings.landing.stores:
            store, folder = open_store(url), _folder(settings, url)
            missing, gone = _differences(store, folder)
            _remove(gone, folder)
            _fetch(store, missing, folder, downloads, hashes)
            lying = find(folder, f"{url}/", looks)
            found.readable.extend(lying.readable)
            found.damaged.extend([*store.unusable, *lying.damaged])
            found.skipped.extend(lying.skipped)
    return found


def changed_objects(settings: Settings) -> list[str]:
    """Name all objects of the stores where one waits to be fetched; reads none.

    The answer stays the same while a scan fetches them.

    Raises:
        TransientError: a store cannot be listed.
    """
    found = []
    for url in settings.landing.stores:
        store = open_store(url)
        missing, _ = _differences(store, _folder(settings, url))
        if missing:
            found += [f"{url}/{o.key} {o.size} {o.modified_ns}" for o in store.objects]
    return found


def _folder(settings: Settings, url: str) -> Path:
    return place_of(url, settings.exports_dir, settings.stores_dir)


def _differences(store: Store, folder: Path) -> tuple[list[Object], list[Path]]:
    """Give the objects whose file is missing or another, and files without object."""
    here = {}
    for path in folder.rglob("*"):
        if path.is_file():
            stat = path.stat()
            here[path] = stat.st_size, stat.st_mtime_ns
    expected = {folder / item.key: item for item in store.objects}
    missing = [
        item
        for path, item in expected.items()
        if here.get(path) != (item.size, item.modified_ns)
    ]
    return missing, [path for path in here if path not in expected]


def _remove(gone: list[Path], folder: Path) -> None:
    """Remove files, then folders that are empty: a file may take their place."""
    for path in gone:
        path.unlink()
    for below, _, _ in os.walk(folder, topdown=False):
        if not any(Path(below).iterdir()):
            Path(below).rmdir()
    folder.mkdir(parents=True, exist_ok=True)


def _fetch(
    store: Store,
    objects: list[Object],
    folder: Path,
    downloads: Path,
    hashes: Hashes | None,
) -> None:
    numbers = count()

    def fetch_one(item: Object) -> None:
        path = folder / item.key
        digest = _download(store, item, path, downloads / str(next(numbers)))
        if hashes:
            hashes.fetched(f"{store.url}/{item.key}", path, digest)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(fetch_one, objects):
            pass


def _download(store: Store, item: Object, path: Path, temporary: Path) -> str:
    """Fetch one object beside its place and move it there, with the store's time.

    Returns:
        The hash of its bytes.
    """
    name = f"{store.url}/{item.key}"
    try:
        seen, digest = _copy(store, item, temporary)
        with store.filesystem.open_input_file(f"{store.root}/{item.key}") as again:
            now = _tag(again)
    except FAILURES as error:
        raise unreadable(name, "read", error) from None
    # Chunks are requests of their own: between two of them it can be written over.
    if now != seen or temporary.stat().st_size != item.size:
        raise TransientError(f"{name}: changed while it was read; expected it whole")
    os.utime(temporary, ns=(item.modified_ns, item.modified_ns))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(path)
    return digest


def _copy(store: Store, item: Object, target: Path) -> tuple[object, str]:
    """Copy an object's bytes, a chunk at a time; give their tag and their hash."""
    digest = hashlib.sha256()
    with (
        # Not its stream, which unpacks what is called .gz and on GCS reads ahead.
        store.filesystem.open_input_file(f"{store.root}/{item.key}") as source,
        target.open("wb") as file,
    ):
        while chunk := source.read(CHUNK):
            file.write(chunk)
            digest.update(chunk)
        file.flush()
        os.fsync(file.fileno())
        return _tag(source), digest.hexdigest()


def _tag(source: pa.NativeFile) -> object:
    return {k.lower(): v for k, v in source.metadata().items()}.get("etag")


@contextmanager
def _locked(stores_dir: Path) -> Iterator[Path]:
    """Wait for other scans to end; give an empty folder for half files."""
    stores_dir.mkdir(parents=True, exist_ok=True)
    downloads = stores_dir / ".downloads"
    with (stores_dir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Of a scan that was killed.
        shutil.rmtree(downloads, ignore_errors=True)
        downloads.mkdir()
        yield downloads
        shutil.rmtree(downloads)
