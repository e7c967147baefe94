"""What a backup holds: the files that no build can make again, by their name in it.

Belongs here: which files of a home and of a workspace are kept, and the manifest that
names them. Does not belong here: how they are written (``writing``) and read again
(``restoring``).
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field

from pipelines.publishing.versions import CURRENT as CURRENT_NAME
from pipelines.settings import Settings
from pipelines.settings.workspace import CONFIG

FORMAT = "unitmill-backup-1"
MANIFEST = "manifest.json"
HOME, WORKSPACE = "home", "workspace"
CURRENT = f"{HOME}/versions/current"
# The next build or run makes these again, or they are of a process that works now.
REBUILT = frozenset({"build", "dbt", "tmp", "running", "build.lock", "build.log"})
DAGSTER = "dagster"
# Of a moment: half written, a lock, a database's log, compiled code.
PASSING = (".tmp", ".lock", "-wal", "-shm", ".pyc")
# A folder of a version is whole once it has this.
VERSION_MANIFEST = "manifest.json"
_DEEPEST = 64
SHA256 = r"^[0-9a-f]{64}$"


class BackupError(Exception):
    """A backup cannot be written or restored; the message says why."""


class File(BaseModel):
    """One file of a backup.

    Attributes:
        size: in bytes.
        sha256: of its content.
        mode: its permissions, as a number.
    """

    model_config = ConfigDict(extra="forbid")

    size: int = Field(ge=0)
    sha256: str = Field(pattern=SHA256)
    mode: int = Field(ge=0, le=0o777)


class Manifest(BaseModel):
    """What an archive ends with: without it, it is not whole.

    Attributes:
        format: of the archive.
        made_at: when, ISO 8601 in UTC.
        code_version: of the Unitmill that wrote it.
        current: the version that readers saw; "" where nothing was published.
        home_in_workspace: where the home lay, seen from the workspace; "" where it lay
            elsewhere, or there was no workspace.
        files: by their name in the archive.
    """

    model_config = ConfigDict(extra="forbid")

    format: str = Field(pattern=f"^{FORMAT}$")
    made_at: str
    code_version: str
    current: str = Field(pattern=r"^(\w[\w.-]*)?$")
    home_in_workspace: str
    files: dict[str, File]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that a backup keeps: where it lies, and its name in the archive."""

    path: Path
    name: str


def contents(settings: Settings, *, with_dagster: bool) -> Iterator[Kept]:
    """Find the files of a backup, by name.

    Args:
        settings: of the home, and of its workspace where there is one.
        with_dagster: whether Dagster's record of runs is kept, too.

    Raises:
        BackupError: something that is no file lies among them.
    """
    left_out = REBUILT if with_dagster else REBUILT | {DAGSTER}
    for path in sorted(settings.home_dir.iterdir()):
        if path.name == settings.versions_dir.name:
            for version in sorted(path.iterdir()):
                # Remains of a killed publish have none; ``current`` is in the manifest.
                if version.name == CURRENT_NAME:
                    continue
                if not version.is_symlink() and (version / VERSION_MANIFEST).is_file():
                    yield from _files(version, f"{HOME}/{path.name}/{version.name}")
        elif path.name not in left_out:
            yield from _files(path, f"{HOME}/{path.name}")
    for path in _of_workspace(settings):
        inside = path.relative_to(settings.root_dir).as_posix()
        yield from _files(path, f"{WORKSPACE}/{inside}")


def left_behind(settings: Settings) -> list[str]:
    """Say what of the owner is in no backup, a sentence each."""
    notes = [f"the exports in {settings.exports_dir} are not in it; back them up apart"]
    plans = settings.plans_dir
    if plans.is_dir() and not _is_inside(plans, settings.workspace):
        notes.append(f"the plans in {plans} lie outside the workspace; not in it")
    return notes


def home_in_workspace(settings: Settings) -> str:
    """Give the place of the home in its workspace; "" where it lies elsewhere."""
    if not _is_inside(settings.home_dir, settings.workspace):
        return ""
    return settings.home_dir.relative_to(settings.root_dir).as_posix()


def _of_workspace(settings: Settings) -> Sequence[Path]:
    """Give what a workspace has of its owner: settings, plans, models."""
    if settings.workspace is None:
        return ()
    places = [settings.workspace / CONFIG, settings.plans_dir, settings.models_dir]
    return [p for p in places if p and p.exists() and _is_inside(p, settings.workspace)]


def _is_inside(path: Path, folder: Path | None) -> bool:
    return folder is not None and path != folder and path.is_relative_to(folder)


def _files(path: Path, name: str) -> Iterator[Kept]:
    if path.name.endswith(PASSING):
        return
    if path.is_symlink() or not (path.is_dir() or path.is_file()):
        raise BackupError(
            f"{path} is no file and no folder of its own; a backup holds only those: "
            "move what it stands for to its place, or take it away"
        )
    if path.is_dir():
        for entry in sorted(path.iterdir()):
            yield from _files(entry, f"{name}/{entry.name}")
    else:
        yield Kept(path, name)


def problem(name: str) -> str:
    """Say what is wrong with the name of a member of an archive; "" where nothing is.

    Args:
        name: as it stands in the archive.
    """
    parts = PurePosixPath(name).parts
    if os.path.normpath(name) != name or name.startswith("/") or ".." in parts:
        return "its name leads out of the folder"
    if re.search(r"[\x00-\x1f\x7f\\]", name):
        return "its name has a character that no file of Unitmill has"
    if len(parts) > _DEEPEST:
        return "it lies deeper than any file of Unitmill"
    if len(parts) < 2 or parts[0] not in {HOME, WORKSPACE}:  # noqa: PLR2004
        return f"expected a file in {HOME}/ or {WORKSPACE}/"
    return ""
