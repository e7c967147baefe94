"""Restoring a backup: into folders that are not there yet, whole or not at all.

Belongs here: what is refused of an archive, and how its files get their place. Does not
belong here: which files a backup has (``contents``). An archive may come from anybody:
nothing of it is believed before every byte was compared with its manifest.
"""

import contextlib
import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from pipelines.backups.contents import (
    CURRENT,
    HOME,
    MANIFEST,
    VERSION_MANIFEST,
    WORKSPACE,
    BackupError,
    File,
    Manifest,
    problem,
)
from pipelines.files import put_on_disk

PRIVATE_FOLDER, CLOSED_FOLDER = 0o700, 0o500
OWNER = 0o700  # of a file's mode what is its owner's
CHUNK = 1 << 20
LARGEST_MANIFEST = 256 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where to.

    Attributes:
        manifest: of the archive.
        home: the folder of the home.
        workspace: the folder of settings, plans and models; None where not asked for.
    """

    manifest: Manifest
    home: Path
    workspace: Path | None


def restore(file: Path, home: Path | None, workspace: Path | None) -> Restored:
    """Restore an archive into new folders, or leave everything as it was.

    Args:
        file: what `write_backup` wrote.
        home: a folder that is empty or not there. None puts the home where it lay in
            the workspace.
        workspace: the same for settings, plans and models; None leaves them out.

    Raises:
        BackupError: the archive is no backup, is cut off or was changed, or a folder
            is not empty.
        OSError: a file cannot be read or written.
    """
    base = workspace or home
    assert base is not None
    for folder in filter(None, (home, workspace)):
        _require_empty(folder)
    base.parent.mkdir(parents=True, exist_ok=True)
    part = base.with_name(f".{base.name}.{os.getpid()}.tmp")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(mode=PRIVATE_FOLDER)
        manifest = _extracted(file, part)
        place = _place_of_home(manifest, home, workspace)
        _point_current(part, manifest)
        _move(part, place, workspace)
        _close(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Restored(manifest, place, workspace)


def _require_empty(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise BackupError(f"{folder} is no folder; expected an empty or a new one")
    if folder.is_dir() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty; expected an empty or a new folder")


def _extracted(file: Path, part: Path) -> Manifest:
    """Write every member below a folder, and compare all of them with the manifest."""
    found: dict[str, File] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(file, "r:") as archive:
            for member in archive:
                if manifest is not None:
                    raise _wrong(file, member.name, "it follows the manifest")
                if member.name == MANIFEST:
                    manifest = _manifest(file, archive, member)
                else:
                    found[member.name] = _write(file, archive, member, part, found)
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise BackupError(
            f"{file} is cut off or no backup ({error}); expected a file that "
            "unitmill backup wrote"
        ) from error
    if manifest is None:
        raise BackupError(
            f"{file} is cut off: it does not end with its {MANIFEST}; expected a file "
            "that unitmill backup wrote, as a whole"
        )
    _require_same(file, found, manifest.files)
    return manifest


def _manifest(
    file: Path, archive: tarfile.TarFile, member: tarfile.TarInfo
) -> Manifest:
    data = archive.extractfile(member) if member.isreg() else None
    if data is None or member.size > LARGEST_MANIFEST:
        raise _wrong(file, MANIFEST, "expected a file of at most 256 MiB")
    try:
        return Manifest.model_validate_json(data.read())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "content"
        raise _wrong(
            file, MANIFEST, f"{where}: {first['msg']}; it is of another release"
        ) from error


def _write(
    file: Path,
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    part: Path,
    found: dict[str, File],
) -> File:
    """Write one member below a folder; give its size, hash and mode."""
    if why := problem(member.name):
        raise _wrong(file, member.name, why)
    if member.name in found:
        raise _wrong(file, member.name, "it is there twice")
    if not (member.isreg() or member.islnk()):
        raise _wrong(file, member.name, "expected a file, found a link or a device")
    if member.issparse():  # a few bytes that may stand for the whole disk
        raise _wrong(file, member.name, "expected a file with all of its bytes")
    try:
        tarfile.data_filter(member, str(part))
    except tarfile.FilterError as error:
        raise _wrong(file, member.name, str(error)) from error
    place = part / member.name
    _make_private(place.parent)
    if member.islnk():
        if member.linkname not in found:
            raise _wrong(file, member.name, "it is a second name of no file before it")
        # A copy, because a link would share what is written to one of them later.
        data: IO[bytes] | None = (part / member.linkname).open("rb")
    else:
        data = archive.extractfile(member)
    assert data is not None
    with data:
        return _copy(data, member, place)


def _copy(data: IO[bytes], member: tarfile.TarInfo, place: Path) -> File:
    digest = hashlib.sha256()
    mode = member.mode & OWNER
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(place, flags, mode | 0o200), "wb") as out:
        while chunk := data.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fchmod(out.fileno(), mode | 0o400)
        os.utime(out.fileno(), (member.mtime, member.mtime))
        os.fsync(out.fileno())
        size = out.tell()
    return File(size=size, sha256=digest.hexdigest(), mode=member.mode & 0o777)


def _make_private(folder: Path) -> None:
    """Make a folder and those above it, which only the owner may open."""
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=PRIVATE_FOLDER)


def _require_same(file: Path, found: dict[str, File], said: dict[str, File]) -> None:
    if missing := sorted({*said} - {*found}):
        raise _wrong(file, missing[0], "it is missing")
    if added := sorted({*found} - {*said}):
        raise _wrong(file, added[0], f"the {MANIFEST} does not name it")
    for name, one in found.items():
        if (one.size, one.sha256) != (said[name].size, said[name].sha256):
            raise _wrong(file, name, "its content is not what was backed up")


def _place_of_home(
    manifest: Manifest, home: Path | None, workspace: Path | None
) -> Path:
    if home is not None:
        return home
    assert workspace is not None
    inside = manifest.home_in_workspace
    if not inside or problem(f"{WORKSPACE}/{inside}"):
        raise BackupError(
            "the home of this backup lay outside its workspace; say with --home where "
            "to restore it"
        )
    return workspace / inside


def _point_current(part: Path, manifest: Manifest) -> None:
    """Make ``current`` again, if it names a version that is there."""
    (part / HOME).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    if not manifest.current:
        return
    link = part / CURRENT
    version = link.with_name(manifest.current)
    if not (version / VERSION_MANIFEST).is_file():
        raise BackupError(
            f"the backup has no version {manifest.current!r}, which was the current "
            "one; it is not whole"
        )
    link.symlink_to(manifest.current)


def _move(part: Path, home: Path, workspace: Path | None) -> None:
    """Give the folders their names: one rename, or two of which both happen."""
    with contextlib.ExitStack() as undo:
        if workspace is not None:
            (part / WORKSPACE).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            if home.is_relative_to(workspace):
                inside = part / WORKSPACE / home.relative_to(workspace)
                _make_private(inside.parent)
                (part / HOME).rename(inside)
                _sync(part / WORKSPACE)
                _rename(part / WORKSPACE, workspace)
                return
            _sync(part / WORKSPACE)
            _rename(part / WORKSPACE, workspace)
            undo.callback(shutil.rmtree, workspace)
        _sync(part / HOME)
        _rename(part / HOME, home)
        undo.pop_all()


def _close(home: Path) -> None:
    """Let nobody write into versions again, as when they were published."""
    for version in (home / "versions").glob("*"):
        if not version.is_symlink():
            for folder in _folders(version):
                folder.chmod(CLOSED_FOLDER)


def _rename(part: Path, place: Path) -> None:
    """Move a folder to its name, which an empty one may have."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if part.stat().st_dev == place.parent.stat().st_dev:
        part.rename(place)
    else:  # moved whole beside it first
        beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
        try:
            shutil.copytree(part, beside, symlinks=True)
            _sync(beside)
            beside.rename(place)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    put_on_disk(place.parent)


def _sync(folder: Path) -> None:
    for place in _folders(folder):
        put_on_disk(place)


def _folders(folder: Path) -> Iterator[Path]:
    for place, _, _ in os.walk(folder, topdown=False):
        yield Path(place)


def _wrong(file: Path, name: str, why: str) -> BackupError:
    shown = name if len(name) < 200 else f"{name[:200]} ..."  # noqa: PLR2004
    return BackupError(f"{file}, {shown!r}: {why}; the backup is damaged, take another")
