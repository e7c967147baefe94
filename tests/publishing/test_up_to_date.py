"""A build that would find nothing new is told so without loading what builds."""

import json
import os
import subprocess
import sys

import pytest

from pipelines.landing import identity
from pipelines.ledger.files import parts
from pipelines.publishing.publish import publish
from pipelines.publishing.up_to_date import look
from pipelines.publishing.versions import CURRENT, DATABASE, MANIFEST


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """Believe files at once that a test has only just written."""
    monkeypatch.setattr(identity, "JUST_NOW_NS", 0)


@pytest.fixture
def version(settings, audited):
    """Publish a charge; a first look hashes everything, and remembers it."""
    audited(cost=7)
    version = publish(settings)
    assert look(settings, []).is_up_to_date
    return version


@pytest.fixture
def contents(settings):
    return settings.home_dir / "landing" / "contents.json"


def changed_in_secret(path):
    """Change the last byte of a file, and give it its time again."""
    before = path.stat()
    path.chmod(0o644)
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def test_a_home_without_a_version_is_not_up_to_date(settings):
    assert not look(settings, []).is_up_to_date


def test_what_is_published_is_up_to_date_until_something_arrives(
    settings, version, invent, put
):
    bolt = invent("bolt")
    assert look(settings, [bolt]).is_up_to_date

    put("bolt-1.csv", "a\n1\n")

    assert not look(settings, [bolt]).is_up_to_date


def test_a_file_that_nobody_knows_is_told_by_a_build(settings, version, put):
    put("who.csv", "a,b\n1,2\n")

    assert not look(settings, []).is_up_to_date


@pytest.mark.parametrize("name", [DATABASE, "ledger/focus/acme/2026-08/*.parquet"])
def test_a_version_that_was_changed_in_secret_is_not_up_to_date(
    settings, version, name
):
    [path] = version.folder.glob(name)
    changed_in_secret(path)

    assert not look(settings, []).is_up_to_date


def test_a_changed_partition_is_not_up_to_date(settings, version):
    [path] = parts(settings.ledger_dir / "focus" / "acme" / "2026-08")
    changed_in_secret(path)

    assert not look(settings, []).is_up_to_date


@pytest.mark.parametrize("name", [DATABASE, MANIFEST])
def test_a_version_that_lacks_a_file_is_not_up_to_date(settings, version, name):
    version.folder.chmod(0o755)
    (version.folder / name).unlink()

    assert not look(settings, []).is_up_to_date


def test_a_link_to_nowhere_is_not_up_to_date(settings, version):
    link = settings.versions_dir / CURRENT
    link.unlink()
    link.symlink_to("20200101T000000Z-0000000000000000")

    assert not look(settings, []).is_up_to_date


def test_hashes_of_earlier_processes_are_believed(settings, version, contents):
    """A database of gigabytes is not read to say that nothing is new."""
    known = json.loads(contents.read_text())
    place = str(version.database)
    assert known[place][0] == version.database.stat().st_size

    known[place][-1] = "0" * 64
    contents.write_text(json.dumps(known))

    assert not look(settings, []).is_up_to_date


def test_a_damaged_memory_of_hashes_costs_time_and_nothing_else(
    settings, version, contents
):
    whole = contents.read_text()
    contents.write_text("{")

    assert look(settings, []).is_up_to_date
    assert contents.read_text() == whole


def test_nothing_that_builds_is_loaded_to_say_that_nothing_is_new():
    """Dagster, dbt and Great Expectations take seconds to load."""
    loaded = (
        "import sys, pipelines.cli.building, pipelines.publishing.up_to_date, "
        "pipelines.sources.registry, pipelines.targets.registry; print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    slow = {
        "adbc_driver_postgresql",
        "apprise",
        "dagster",
        "dbt",
        "great_expectations",
        "pandas",
        "pyarrow.dataset",
        "statsforecast",
    }

    assert "pipelines.landing.looks" in done.stdout.split()
    assert not slow & {*done.stdout.split()}
