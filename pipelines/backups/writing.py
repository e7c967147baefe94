"""Writing a backup: one tar file, which ends with the hashes of everything in it.

Belongs here: that it is of one moment, and whole or not there. Does not belong here:
which files are kept (``contents``).
"""

import contextlib
import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from pipelines import __version__
from pipelines.backups.contents import (
    DAGSTER,
    FORMAT,
    HOME,
    MANIFEST,
    BackupError,
    File,
    Kept,
    Manifest,
    contents,
    home_in_workspace,
)
from pipelines.files import put_on_disk
from pipelines.publishing.lock import held
from pipelines.publishing.versions import current_name
from pipelines.settings import Settings

PRIVATE = 0o600


def write_backup(
    settings: Settings,
    file: Path,
    *,
    with_dagster: bool = False,
    say: Callable[[str], object] | None = None,
) -> Manifest:
    """Write what cannot be rebuilt of a home into a new file, readable by its owner.

    The lock of the home is held meanwhile, so that what is written is of one moment.

    Args:
        settings: of the home.
        file: a new file; it is there only once it is whole.
        with_dagster: whether Dagster's record of runs is kept, too.
        say: told once for whom this waits, where another process works in the home.

    Raises:
        BackupError: there is no home, the file is there, or something is no file.
        OSError: a file cannot be read or written.
    """
    if not settings.home_dir.is_dir():
        raise BackupError(
            f"there is no home in {settings.home_dir}; nothing to back up"
        )
    if file.exists():
        raise BackupError(f"{file} exists already; expected the name of a new file")
    if file.resolve().is_relative_to(settings.home_dir):
        raise BackupError(
            f"{file} lies in the home that it is of; expected another place"
        )
    part = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with held(settings, "unitmill backup", say), _new(part) as out:
            manifest = _write(settings, out, with_dagster=with_dagster)
            out.flush()
            os.fsync(out.fileno())
        _name(part, file)
        put_on_disk(file.parent)
    except FileExistsError:
        raise BackupError(
            f"{file} exists already; expected the name of a new file"
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _name(part: Path, file: Path) -> None:
    """Give a file its name; refuse where somebody was quicker."""
    try:
        os.link(part, file)  # a rename would write over it
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        part.rename(file)


def _new(path: Path) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    return os.fdopen(os.open(path, flags, PRIVATE), "wb")


def _write(settings: Settings, out: BinaryIO, *, with_dagster: bool) -> Manifest:
    files: dict[str, File] = {}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for kept in contents(settings, with_dagster=with_dagster):
            with _opened(kept) as data:
                files[kept.name] = _add(archive, kept.name, data, files)
        manifest = Manifest(
            format=FORMAT,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            code_version=__version__,
            current=current_name(settings),
            home_in_workspace=home_in_workspace(settings),
            files=files,
        )
        text = manifest.model_dump_json(indent=1).encode()
        about = tarfile.TarInfo(MANIFEST)
        about.size, about.mode = len(text), PRIVATE
        archive.addfile(about, io.BytesIO(text))
    return manifest


def _add(
    archive: tarfile.TarFile, name: str, data: BinaryIO, files: dict[str, File]
) -> File:
    """Add a file, or a second name of one that has the same content.

    A version has copies of the ledger's partitions, which seldom change.
    """
    about = archive.gettarinfo(arcname=name, fileobj=data)
    about.uid = about.gid = 0
    about.uname = about.gname = ""
    about.mode &= 0o777
    about.size = os.fstat(data.fileno()).st_size
    if earlier := _same(data, about.size, files):
        about.type, about.linkname, about.size = tarfile.LNKTYPE, earlier, 0
        archive.addfile(about)
        return files[earlier].model_copy(update={"mode": about.mode})
    about.type, about.linkname = tarfile.REGTYPE, ""
    hashed = _Hashing(data)
    archive.addfile(about, hashed)
    return File(size=about.size, sha256=hashed.digest.hexdigest(), mode=about.mode)


def _same(data: BinaryIO, size: int, files: dict[str, File]) -> str:
    """Name a file of the archive that has the same content; "" where none has."""
    alike = {one.sha256: name for name, one in files.items() if one.size == size}
    if not alike:
        return ""
    digest = hashlib.file_digest(cast("io.BufferedReader", data), "sha256").hexdigest()
    data.seek(0)
    return alike.get(digest, "")


class _Hashing(io.RawIOBase):
    """A file whose hash is known once it was read."""

    def __init__(self, data: BinaryIO) -> None:
        self.digest = hashlib.sha256()
        self._data = data

    def read(self, size: int = -1) -> bytes:
        part = self._data.read(size)
        self.digest.update(part)
        return part


@contextlib.contextmanager
def _opened(kept: Kept) -> Iterator[BinaryIO]:
    """Open a file; of a database of Dagster's, which its daemon may write, a copy."""
    is_database = kept.path.suffix == ".db" and kept.name.startswith(
        f"{HOME}/{DAGSTER}/"
    )
    if not is_database:
        with kept.path.open("rb") as data:
            yield data
        return
    with tempfile.TemporaryDirectory(prefix="unitmill-backup-") as folder:
        copy = Path(folder, "copy.db")
        with (
            contextlib.closing(sqlite3.connect(kept.path)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        with copy.open("rb") as data:
            yield data
