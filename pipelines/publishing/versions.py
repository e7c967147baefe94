"""Published versions: immutable folders, and ``current``, which names one of them.

A version is whole once its manifest is there, which is written last. Belongs here:
which versions there are, which one readers see, and which are damaged. Does not belong
here: making and removing them (``publish``), and proving one (``verifying``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.files import DamagedError, read_sealed
from pipelines.settings import Settings

DATABASE = "warehouse.duckdb"
MANIFEST = "manifest.json"
QUALITY = "quality.html"
PAGES = "pages"
CURRENT = "current"


class PublishError(Exception):
    """A version cannot be published or found; the message says why."""

    def __init__(self, message: str, objections: Sequence[str] = ()) -> None:
        """Begin with the message, and with what it is made of."""
        super().__init__(message)
        self.objections = (*objections,) or (message,)


@dataclass(frozen=True, slots=True)
class Version:
    """A published version."""

    name: str
    folder: Path
    manifest: dict[str, object]

    @property
    def database(self) -> Path:
        """The DuckDB file that BI tools open."""
        return self.folder / DATABASE


def versions(settings: Settings) -> list[Version]:
    """Give all whole versions, oldest first, without those that are damaged."""
    found = (_read_or_none(folder) for folder in whole_folders(settings))
    return [version for version in found if version]


def damaged_versions(settings: Settings) -> dict[str, str]:
    """Say of each version that cannot be read what is wrong with it."""
    found = {}
    names = {*version_names(settings), *filter(None, [current_name(settings)])}
    for name in sorted(names):
        try:
            _readable(settings.versions_dir / name)
        except DamagedError as error:
            found[name] = str(error)
    return found


def current(settings: Settings) -> Version | None:
    """Give the version that readers see; None before the first publish.

    Raises:
        PublishError: it is gone or damaged.
    """
    name = current_name(settings)
    if not name:
        return None
    try:
        _require_inside(settings, name)
        return _readable(settings.versions_dir / name)
    except DamagedError as error:
        older = ", ".join(v.name for v in versions(settings) if v.name != name)
        rollback = f", or go back with unitmill rollback to one of: {older}"
        raise PublishError(
            f"the published version {name} is damaged: {error}; make it again with "
            f"unitmill build{rollback if older else ''}"
        ) from error


def current_name(settings: Settings) -> str:
    """Name the version that readers see; '' before the first publish.

    A program that follows links makes a folder of ``current``, which is a copy of it.
    """
    link = settings.versions_dir / CURRENT
    if link.is_symlink():
        return link.readlink().name
    return copied_name(link) if link.is_dir() else ""


def copied_name(folder: Path) -> str:
    """Name the version that a folder is a copy of; its own name if it does not say."""
    try:
        return str(read_sealed(folder / MANIFEST)["version"])
    except (DamagedError, OSError, KeyError):
        return folder.name


def _require_inside(settings: Settings, name: str) -> None:
    """Refuse a link to another folder: readers would see what nobody published here.

    Raises:
        DamagedError: ``current`` leads out of the versions.
    """
    link = settings.versions_dir / CURRENT
    found = link.resolve()
    if link.is_symlink() and found != (settings.versions_dir / name).resolve():
        raise DamagedError(f"{link} leads to {found}; expected one of the versions")


def version_names(settings: Settings) -> list[str]:
    """Name all whole versions, oldest first, without reading them."""
    return [folder.name for folder in whole_folders(settings)]


def version_named(settings: Settings, name: str) -> Version | None:
    """Read one whole version; None where there is none of that name, or it is damaged.

    Its name is compared with those that there are: it may come from a stranger.
    """
    if name not in version_names(settings):
        return None
    return _read_or_none(settings.versions_dir / name)


def require_version(settings: Settings, name: str) -> Version:
    """Read one whole version.

    Raises:
        PublishError: there is none of that name, or it is damaged.
    """
    found = version_named(settings, name)
    if found is None:
        damage = damaged_versions(settings).get(name)
        names = ", ".join(version.name for version in versions(settings)) or "none"
        what = f"{name} is damaged: {damage}" if damage else f"no version {name!r}"
        raise PublishError(f"{what}; known versions: {names}")
    return found


def whole_folders(settings: Settings) -> Iterator[Path]:
    """Give the folders of whole versions, oldest first."""
    for path in sorted(settings.versions_dir.glob(f"*/{MANIFEST}")):
        if not path.parent.is_symlink() and path.parent.name != CURRENT:
            yield path.parent


def read_version(folder: Path) -> Version:
    """Read a version's manifest.

    Raises:
        DamagedError: it is not what was written.
    """
    manifest = read_sealed(folder / MANIFEST)
    said = manifest.get("version", folder.name)
    if said != folder.name:
        raise DamagedError(f"{folder} is version {said}; give it that name again")
    return Version(folder.name, folder, manifest)


def _readable(folder: Path) -> Version:
    """Read a version that has what readers open.

    Raises:
        DamagedError: it has not, or its manifest is not what was written.
    """
    if not (folder / MANIFEST).is_file():
        raise DamagedError(f"{folder / MANIFEST} is missing")
    version = read_version(folder)
    if not version.database.is_file():
        raise DamagedError(f"{version.database} is missing")
    return version


def _read_or_none(folder: Path) -> Version | None:
    try:
        return read_version(folder)
    except DamagedError:
        return None
