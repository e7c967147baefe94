"""Versions of a few small files, as publishing lays them out, and how readers read."""

import hashlib

from pipelines.files import write_sealed
from pipelines.publishing.versions import version_named

FILES = {
    "warehouse.duckdb": b"d" * 300,
    "marts/spend.parquet": b"p" * 20,
    "pages/index.html": b"<p>pages</p>",
    "pages/pages.js": b"1;",
}


def name_of(day):
    return f"202611{day:02}T060000Z-{day:016x}"


def write(settings, day, files=FILES, *, with_files=True):
    """Write a version of these files and make it the home's current one.

    Args:
        settings: of the home.
        day: of November 2026, on which it was published.
        files: by their paths in the version's folder.
        with_files: whether the manifest lists them; those of before did not.
    """
    name = name_of(day)
    folder = settings.versions_dir / name
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    manifest = {
        "version": name,
        "published_at": f"2026-11-{day:02}T06:00:00+00:00",
        "build_id": f"{day:016x}",
    }
    if with_files:
        manifest["files"] = {
            path: {"bytes": len(c), "sha256": hashlib.sha256(c).hexdigest()}
            for path, c in files.items()
        }
    write_sealed(folder / "manifest.json", manifest)
    return point(settings, name)


def point(settings, name):
    current = settings.versions_dir / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(name)
    return version_named(settings, name)
