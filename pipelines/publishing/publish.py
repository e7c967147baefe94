"""Publish: an audited build becomes a version, and ``current`` names it.

Folders without a manifest are the remains of a killed publish and are swept away by the
next. Belongs here: making, choosing and removing versions. Does not belong here:
whether a build may be published (``audit``), and which versions there are
(``versions``).
"""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines import __version__
from pipelines.files import (
    put_on_disk,
    remove_unfinished,
    sha256_of,
    write_sealed,
)
from pipelines.ledger.connection import config_of
from pipelines.ledger.content import content_by, copy_ledger, remove_leftovers
from pipelines.ledger.files import partitions, parts
from pipelines.pages.folder import BUNDLE, write_folder
from pipelines.publishing.audit import Audit, objections, read
from pipelines.publishing.database import NoMartsError, write_database
from pipelines.publishing.earlier import earlier
from pipelines.publishing.failing_rows import more
from pipelines.publishing.fingerprint import LEDGER
from pipelines.publishing.lock import BusyError, held
from pipelines.publishing.verifying import missing_files
from pipelines.publishing.versions import (
    CURRENT,
    DATABASE,
    MANIFEST,
    PAGES,
    QUALITY,
    PublishError,
    Version,
    copied_name,
    current,
    read_version,
    require_version,
    version_names,
    versions,
)
from pipelines.reference.published_totals import totals_of
from pipelines.semantic.declared import MetricError, declared
from pipelines.settings import DBT_DIR, Settings

_TIME = "%Y%m%dT%H%M%SZ"
# Whoever may open a version may only read it.
_READ_ONLY_FILE, _READ_ONLY_FOLDER, _WRITABLE_FOLDER = 0o444, 0o555, 0o755


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
    made_of_it = (v for v in versions(settings) if v.name.endswith(audit["build_id"]))
    if there := [version for version in made_of_it if not missing_files(version)]:
        # The same build is the same version, however often it is published.
        _point_current(settings, there[0].name)
        return there[0]
    _sweep(settings)
    name = _name(settings, audit["build_id"])
    folder = settings.versions_dir / name
    try:
        made = _make(settings, audit, folder)
    except (OSError, duckdb.Error) as error:
        why = str(error).strip().splitlines()[0]
        raise PublishError(
            f"not published: {folder} cannot be written ({why}); free some space, or "
            "let this user write there, and publish again"
        ) from error
    finally:
        if not (folder / MANIFEST).exists():
            remove(folder)
    _point_current(settings, name)
    _retire(settings)
    return made


def _make(settings: Settings, audit: Audit, folder: Path) -> Version:
    """Write all that a version has, and last its manifest."""
    folder.mkdir(parents=True)
    copy_ledger(settings.ledger_dir, folder / "ledger")
    about = {
        "version": folder.name,
        "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "build_id": str(audit["build_id"]),
        "code_version": __version__,
    }
    tables = _write_database(settings, audit, folder, about)
    _write_pages(settings, folder)
    shutil.copyfile(settings.build_dir / QUALITY, folder / QUALITY)
    allowed = ~_umask()
    files = _closed(folder, allowed)
    _require_audited(settings, audit, folder, files)
    manifest: dict[str, object] = {
        **about,
        "inputs": audit["inputs"],
        "row_counts": tables,
        "grains": {n: of for n, of in audit.get("grains", {}).items() if n in tables},
        "totals": totals_of(settings.build_database),
        "checks": audit["checks"],
        "files": files,
    }
    write_sealed(folder / MANIFEST, manifest)
    (folder / MANIFEST).chmod(_READ_ONLY_FILE & allowed)
    folder.chmod(_READ_ONLY_FOLDER & allowed)
    return read_version(folder)


def _name(settings: Settings, build_id: str) -> str:
    """Name a version by now; or after the newest, where the clock was set back.

    The order of names is the order of publishing, by which old versions are removed.
    """
    now = datetime.now(UTC)
    for name in version_names(settings):
        with contextlib.suppress(ValueError):  # a folder that somebody renamed
            said = name.partition("-")[0]
            before = datetime.strptime(said, _TIME).replace(tzinfo=UTC)
            now = max(now, before + timedelta(seconds=1))
    return f"{now:{_TIME}}-{build_id}"


def _closed(folder: Path, allowed: int) -> dict[str, dict[str, object]]:
    """Put a version's files on the disk, let nobody write to them, and hash them."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            path.chmod(_READ_ONLY_FOLDER & allowed)
            continue
        path.chmod(_READ_ONLY_FILE & allowed)
        put_on_disk(path)
        name = path.relative_to(folder).as_posix()
        found[name] = {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
    return found


def _require_audited(
    settings: Settings,
    audit: Audit,
    folder: Path,
    files: Mapping[str, Mapping[str, object]],
) -> None:
    """Go on only if each partition that was copied is the one that was audited.

    Raises:
        PublishError: one changed after the audit.
    """
    for place in partitions(folder / "ledger"):
        name = place.relative_to(folder / "ledger").as_posix()
        hashes = [
            str(files[path.relative_to(folder).as_posix()]["sha256"])
            for path in parts(place)
        ]
        if content_by(hashes) != audit["inputs"].get(f"{LEDGER}{name}"):
            raise PublishError(
                f"not published: {settings.ledger_dir / name} changed after its audit; "
                "build again"
            )


def _umask() -> int:
    now = os.umask(0o077)
    os.umask(now)
    return now


def rollback(settings: Settings, name: str) -> Version:
    """Make an older version current again.

    Raises:
        PublishError: there is no such version, or another process works in the home.
    """
    found = require_version(settings, name)
    if missing := missing_files(found):
        raise PublishError(
            f"{name} is damaged: {missing[0]} is missing or cut off"
            f"{more(len(missing) - 1, 'file')}; expected a whole version"
        )
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


def _write_database(
    settings: Settings, audit: Audit, folder: Path, about: Mapping[str, str]
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
            before=earlier(settings, audit["inputs"]),
            config=config_of(settings),
        )
    except NoMartsError as error:
        raise PublishError("not published: the build has no marts") from error
    except MetricError as error:
        raise PublishError(f"not published: {error}") from error


def _write_pages(settings: Settings, folder: Path) -> None:
    bundles = [v.folder / PAGES / BUNDLE for v in reversed(versions(settings))]
    with duckdb.connect(str(folder / DATABASE), read_only=True) as db:
        write_folder(db, folder / PAGES, bundles)


def _point_current(settings: Settings, name: str) -> None:
    link = settings.versions_dir / f".{CURRENT}.{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    _uncopied(settings)
    link.replace(settings.versions_dir / CURRENT)
    put_on_disk(settings.versions_dir)


def _uncopied(settings: Settings) -> None:
    """Take a folder away that a program which follows links made of ``current``."""
    folder = settings.versions_dir / CURRENT
    if folder.is_symlink() or not folder.is_dir():
        return
    place = settings.versions_dir / copied_name(folder)
    if (place / MANIFEST).exists() and place != folder:
        remove(folder)
    else:
        folder.rename(place.with_name(f"{place.name}.copied"))


def _sweep(settings: Settings) -> None:
    settings.versions_dir.mkdir(parents=True, exist_ok=True)
    for path in settings.versions_dir.iterdir():
        if path.is_symlink() and path.name != CURRENT:
            path.unlink()
        elif path.is_dir() and not path.is_symlink() and not (path / MANIFEST).exists():
            remove(path)
    remove_unfinished(settings.ledger_dir)
    remove_leftovers(settings.ledger_dir)
    remove_unfinished(settings.build_dir)
    # A sensor looks at the exports whenever it likes.
    remove_unfinished(settings.deliveries_file.parent, has_writers=True)


def _retire(settings: Settings) -> None:
    kept = current(settings)
    old = versions(settings)[: -settings.publishing.keep_versions]
    for version in old:
        if kept is None or version.name != kept.name:
            remove(version.folder)


def remove(folder: Path) -> None:
    """Remove the folder of a version; first what says that it is whole."""
    for place, _, _ in os.walk(folder):
        Path(place).chmod(_WRITABLE_FOLDER)
    (folder / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
