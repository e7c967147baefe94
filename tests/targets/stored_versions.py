"""Versions of a few small files, as publishing lays them out, and how readers read."""

import json

from pipelines.publishing.versions import Version, version_named

FILES = {
    "warehouse.duckdb": b"d" * 300,
    "marts/spend.parquet": b"p" * 20,
    "pages/index.html": b"<p>pages</p>",
    "pages/pages.js": b"1;",
}


def name_of(day):
    return f"202611{day:02}T060000Z-{day:016x}"


def write(settings, day, files=FILES, *, build_id=None):
    """Write a version of these files and make it the home's current one."""
    name = name_of(day)
    folder = settings.versions_dir / name
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    manifest = {
        "version": name,
        "published_at": f"2026-11-{day:02}T06:00:00+00:00",
        "build_id": build_id or f"{day:016x}",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    point(settings, name)
    return Version(name, folder, manifest)


def point(settings, name):
    current = settings.versions_dir / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(name)
    return version_named(settings, name)
