"""Published versions: immutable folders, and ``current``, which names one of them.

A version is whole once its manifest is there, which is written last; folders
without one are the remains of a killed publish and are swept away by the next.
"""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines import __version__
from pipelines.pages.folder import BUNDLE, write_folder
from pipelines.publishing.audit import objections, read
from pipelines.publishing.database import NoMartsError, write_database
from pipelines.publishing.grains import grains
from pipelines.publishing.lock import BusyError, held
from pipelines.reference.published_totals import totals_of
from pipelines.semantic.declared import MetricError, declared
from pipelines.settings import DBT_DIR, Settings

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


def publish(settings: Settings) -> Version:
    """Publish the audited build and make it current.

    Raises:
        PublishError: the audit speaks against it; every objection is named. Or another
            process works in the home.
    """
    with _alone(settings, "unitmill publish"):
        return _publish(settings)


def _publish(settings: Settings) -> Version:
    against = objections(settings)
    if against:
        raise PublishError("not published: " + "\n".join(against), against)
    audit = read(settings)
    assert audit is not None
    there = [v for v in versions(settings) if v.name.endswith(audit["build_id"])]
    if there:  # the same build is the same version, however often it is published
        _point_current(settings, there[0].name)
        return there[0]
    _sweep(settings)
    now = datetime.now(UTC)
    name = f"{now:%Y%m%dT%H%M%SZ}-{audit['build_id']}"
    folder = settings.versions_dir / name
    folder.mkdir(parents=True)
    _link_ledger(settings, folder)
    about = {
        "version": name,
        "published_at": now.isoformat(timespec="seconds"),
        "build_id": str(audit["build_id"]),
        "code_version": __version__,
    }
    tables = _write_database(settings, folder, about)
    _write_pages(settings, folder)
    shutil.copy2(settings.build_dir / QUALITY, folder / QUALITY)
    manifest: dict[str, object] = {
        **about,
        "inputs": audit["inputs"],
        "row_counts": tables,
        "grains": {name: of for name, of in grains(settings).items() if name in tables},
        "totals": totals_of(settings.build_database),
        "checks": audit["checks"],
    }
    _write_last(folder / MANIFEST, json.dumps(manifest, indent=1))
    _point_current(settings, name)
    _retire(settings)
    return Version(name, folder, manifest)


def versions(settings: Settings) -> list[Version]:
    """Give all whole versions, oldest first."""
    return [_read(folder) for folder in _whole(settings.versions_dir)]


def current(settings: Settings) -> Version | None:
    """Give the version that readers see; None before the first publish."""
    link = settings.versions_dir / CURRENT
    return version_named(settings, link.readlink().name) if link.is_symlink() else None


def version_names(settings: Settings) -> list[str]:
    """Name all whole versions, oldest first, without reading them."""
    return [folder.name for folder in _whole(settings.versions_dir)]


def version_named(settings: Settings, name: str) -> Version | None:
    """Read one whole version; None where there is none of that name."""
    if name not in version_names(settings):
        return None
    return _read(settings.versions_dir / name)


def rollback(settings: Settings, name: str) -> Version:
    """Make an older version current again.

    Raises:
        PublishError: there is no such version, or another process works in the home.
    """
    found = version_named(settings, name)
    if found is None:
        names = ", ".join(version_names(settings)) or "none"
        raise PublishError(f"no version {name!r}; known versions: {names}")
    with _alone(settings, "unitmill rollback"):
        _point_current(settings, name)
    return found


@contextmanager
def _alone(settings: Settings, who: str) -> Iterator[None]:
    """Change versions under the lock of the home."""
    try:
        with held(settings, who):
            yield
    except BusyError as error:
        raise PublishError(str(error)) from error


def _whole(versions_dir: Path) -> Iterator[Path]:
    """Give the folders of whole versions, oldest first."""
    for path in sorted(versions_dir.glob(f"*/{MANIFEST}")):
        if not path.parent.is_symlink():
            yield path.parent


def _read(folder: Path) -> Version:
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    return Version(folder.name, folder, manifest)


def _link_ledger(settings: Settings, folder: Path) -> None:
    """Keep the ledger as it is now: partitions are replaced, never written into."""
    for path in settings.ledger_dir.rglob("*.parquet"):
        place = folder / "ledger" / path.relative_to(settings.ledger_dir)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            place.hardlink_to(path)
        except OSError:  # another file system, or one without hard links
            shutil.copy2(path, place)


def _write_database(
    settings: Settings, folder: Path, about: dict[str, str]
) -> dict[str, int]:
    folders = filter(None, (DBT_DIR / "models", settings.models_dir))
    try:
        return write_database(
            settings.build_database,
            folder / "ledger",
            folder / "marts",
            folder / DATABASE,
            about=about,
            metrics=[metric for mart in declared(folders) for metric in mart.metrics],
        )
    except NoMartsError as error:
        raise PublishError("not published: the build has no marts") from error
    except MetricError as error:
        raise PublishError(f"not published: {error}") from error


def _write_pages(settings: Settings, folder: Path) -> None:
    bundles = [v.folder / PAGES / BUNDLE for v in reversed(versions(settings))]
    with duckdb.connect(str(folder / DATABASE), read_only=True) as db:
        write_folder(db, folder / PAGES, bundles)


def _write_last(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def _point_current(settings: Settings, name: str) -> None:
    link = settings.versions_dir / f".{CURRENT}.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(settings.versions_dir / CURRENT)


def _sweep(settings: Settings) -> None:
    settings.versions_dir.mkdir(parents=True, exist_ok=True)
    for path in settings.versions_dir.iterdir():
        if path.is_symlink() and path.name != CURRENT:
            path.unlink()
        elif path.is_dir() and not path.is_symlink() and not (path / MANIFEST).exists():
            shutil.rmtree(path)


def _retire(settings: Settings) -> None:
    kept = current(settings)
    old = versions(settings)[: -settings.publishing.keep_versions]
    for version in old:
        if kept is None or version.name != kept.name:
            (version.folder / MANIFEST).unlink()
            shutil.rmtree(version.folder)
