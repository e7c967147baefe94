"""A home of a few small files, as a build leaves it, and its backup."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from pipelines.backups.writing import write_backup
from pipelines.settings import Settings

NAME = "20260901T000000Z-1a2b"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Give a workspace with a home in which something was published."""
    workspace = tmp_path / "mine"
    monkeypatch.setenv("UNITMILL_PROJECT", str(workspace))
    home = workspace / ".unitmill"
    texts = {
        workspace / "unitmill.toml": 'exports = "exports"\nhome = ".unitmill"\n',
        workspace / "plans/acme/cost_S001.yaml": "plan_name: x\n",
        workspace / "models/rpt_x.sql": "select 1 as one\n",
        workspace / "exports/bill.csv": "not in a backup\n",
        home / "landing/deliveries.parquet": "deliveries",
        home / "landing/hashes.json": "{}",
        home / "landing/half.tmp": "half",
        home / "ledger/focus/aws/2026-08.parquet": "rows" * 5000,
        home / "alerts/notifications.jsonl": '{"a": 1}\n',
        home / "alerts/notifications.lock": "",
        home / "privacy.key": "secret",
        home / "build/warehouse.duckdb": "rebuilt",
        home / "dbt/run/manifest.json": "rebuilt",
        home / "tmp/spill": "rebuilt",
        home / "build.log": "rebuilt",
        home / f"versions/{NAME}/warehouse.duckdb": "marts",
        home / f"versions/{NAME}/manifest.json": "{}",
        home / "versions/20260902T000000Z-killed/warehouse.duckdb": "no manifest",
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    copied = home / f"versions/{NAME}/ledger/focus/aws/2026-08.parquet"
    copied.parent.mkdir(parents=True)
    shutil.copyfile(home / "ledger/focus/aws/2026-08.parquet", copied)
    copied.chmod(0o444)
    (home / f"versions/{NAME}/warehouse.duckdb").chmod(0o444)
    (home / "versions/current").symlink_to(NAME)
    runs = home / "dagster/history/runs"
    runs.mkdir(parents=True)
    with sqlite3.connect(runs / "index.db") as db:
        db.execute("create table events as select 7 as id")
    db.close()
    os.utime(home / "landing/hashes.json", (1_700_000_000, 1_700_000_000))
    return Settings()


@pytest.fixture
def archive(settings, tmp_path):
    """Give a backup of that home."""
    file = tmp_path / "backup.tar"
    write_backup(settings, file)
    return file


@pytest.fixture
def tree():
    """Give the files below a folder with their content, and where links lead."""

    def read(folder):
        return {
            path.relative_to(folder).as_posix(): (
                str(path.readlink()) if path.is_symlink() else path.read_bytes()
            )
            for path in sorted(Path(folder).rglob("*"))
            if path.is_symlink() or path.is_file()
        }

    return read
