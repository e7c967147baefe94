"""A backup holds what cannot be rebuilt, of one moment, whole or not at all."""

import contextlib
import errno
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading

import pytest

from pipelines.backups.contents import BackupError, left_behind
from pipelines.backups.restoring import restore
from pipelines.backups.writing import write_backup
from pipelines.settings import PROJECT_DIR

REBUILT = ("build", "dbt", "tmp", "running", "dagster", "build.lock", "build.log")


def names(file):
    with tarfile.open(file) as archive:
        return archive.getnames()


def test_it_holds_the_home_but_for_what_a_build_makes_again(archive, tree, settings):
    kept = {name for name in names(archive) if name.startswith("home/")}
    there = {f"home/{name}" for name in tree(settings.home_dir)}
    left_out = {name for name in there if name.split("/")[1] in REBUILT}
    passing = {"home/landing/half.tmp", "home/alerts/notifications.lock"}
    link, killed = "home/versions/current", "home/versions/20260902T000000Z-killed"

    assert kept == there - left_out - passing - {link, f"{killed}/warehouse.duckdb"}
    assert "home/privacy.key" in kept  # a file that this test invents is kept, too


def test_it_holds_settings_plans_and_models_but_no_exports(archive, settings):
    kept = {name for name in names(archive) if name.startswith("workspace/")}

    assert kept == {
        "workspace/unitmill.toml",
        "workspace/plans/acme/cost_S001.yaml",
        "workspace/models/rpt_x.sql",
    }
    assert "exports" in left_behind(settings)[0]


def test_it_ends_with_the_manifest_and_only_its_owner_may_read_it(archive):
    assert names(archive)[-1] == "manifest.json"
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [*archive.parent.glob(".*tmp")] == []


def test_a_partition_and_its_place_in_a_version_are_stored_once(archive):
    with tarfile.open(archive) as written:
        linked = [member for member in written if member.islnk()]

    assert "home/ledger/focus/aws/2026-08.parquet" in {m.linkname for m in linked}


def test_records_of_dagster_are_kept_where_asked_for_while_they_are_written(
    settings, tmp_path
):
    file = tmp_path / "with.tar"
    place = settings.home_dir / "dagster/history/runs/index.db"
    with contextlib.closing(sqlite3.connect(place)) as daemon:
        daemon.execute("pragma journal_mode = wal")
        daemon.execute("insert into events values (8)")
        daemon.commit()  # it lies in the database's log only
        write_backup(settings, file, with_dagster=True)

    restore(file, tmp_path / "again", None)
    copy = tmp_path / "again/dagster/history/runs/index.db"
    with contextlib.closing(sqlite3.connect(copy)) as db:
        assert db.execute("select id from events order by 1").fetchall() == [(7,), (8,)]


def test_a_file_that_is_there_is_not_written_over(settings, tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text("mine")

    with pytest.raises(BackupError, match=r"mine\.txt exists already"):
        write_backup(settings, file)

    assert file.read_text() == "mine"


def test_a_backup_does_not_lie_in_the_home_that_it_is_of(settings):
    with pytest.raises(BackupError, match="lies in the home that it is of"):
        write_backup(settings, settings.home_dir / "b.tar")


def test_a_home_that_is_not_there_is_no_empty_backup(settings, tmp_path):
    with pytest.raises(BackupError, match="there is no home"):
        write_backup(
            settings.model_copy(update={"home": tmp_path / "x"}), tmp_path / "b"
        )


def test_a_link_out_of_the_home_is_refused_by_name(settings, tmp_path):
    (settings.home_dir / "landing" / "stores").symlink_to(tmp_path)

    with pytest.raises(BackupError, match="landing/stores is no file and no folder"):
        write_backup(settings, tmp_path / "b.tar")

    assert not [*tmp_path.glob("*b.tar*")]


def test_a_full_disk_leaves_no_file(settings, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_backup(settings, tmp_path / "b.tar")

    assert not [*tmp_path.glob("*b.tar*")]


HOLDING = """
import sys
from pipelines.publishing.lock import held
from pipelines.settings import Settings
with held(Settings(), "run 1a2b"):
    print("works", flush=True)
    sys.stdin.readline()
"""


def test_it_waits_for_who_works_in_the_home_and_says_for_whom(settings, tmp_path):
    heard, file = [], tmp_path / "b.tar"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING],
        cwd=PROJECT_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "works\n"
        told = threading.Event()

        def say(text):
            heard.append(text)
            told.set()

        backup = threading.Thread(
            target=write_backup, args=(settings, file), kwargs={"say": say}
        )
        backup.start()
        assert told.wait(20)
        assert not file.exists()
        other.communicate("\n")
        backup.join(20)

    assert "waiting for run 1a2b (process" in heard[0]
    assert file.is_file()
