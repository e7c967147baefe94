"""Versions of two or three rows, written as publishing writes them, and a Postgres."""

import json
import threading
from contextlib import contextmanager

import duckdb
import pytest
from postgres_client import SPEND, VARIABLE, client

from pipelines.publishing.versions import Version
from pipelines.targets.postgres import copy_version


@pytest.fixture
def address(postgres_server, monkeypatch):
    """Give the address of an empty database; its roles and it end with the test."""
    with client(postgres_server) as ask:
        ask("drop database if exists warehouse with (force)")
        ask("drop role if exists unitmill_reader")
        ask("create database warehouse")
    found = postgres_server.replace("///postgres", "///warehouse")
    monkeypatch.setenv(VARIABLE, found)
    return found


@pytest.fixture
def ask(address):
    """Ask the database as its owner, outside of any transaction of Unitmill."""
    with client(address) as asked:
        yield asked


@pytest.fixture
def chosen(settings):
    """Give settings that name the database; keyword arguments are of its section."""

    def choose(keep_versions=12, **fields):
        of_postgres = settings.publishing.postgres.model_copy(
            update={"database_url_variable": VARIABLE, **fields}
        )
        publishing = settings.publishing.model_copy(
            update={"postgres": of_postgres, "keep_versions": keep_versions}
        )
        return settings.model_copy(update={"publishing": publishing})

    return choose


@pytest.fixture
def version(settings):
    """Write a version of these tables and make it current; each is a day later."""

    def write(day, sql=SPEND, ledger=(), grains=None):
        name = f"202611{day:02}T060000Z-{day:016x}"
        folder = settings.versions_dir / name
        folder.mkdir(parents=True)
        about = {
            "version": name,
            "published_at": f"2026-11-{day:02}T06:00:00+00:00",
            "build_id": f"{day:016x}",
            "code_version": "0.1.0",
        }
        with duckdb.connect(str(folder / "warehouse.duckdb")) as db:
            db.execute(sql)
            tables = db.execute("select table_name from duckdb_tables()").fetchall()
            marts = [table for (table,) in tables if table not in ledger]
            counts = {
                mart: db.execute(f'select count(*) from "{mart}"').fetchone()[0]
                for mart in marts
            }
            db.execute(f"create table published_version as select '{name}' as version")
        manifest = {**about, "row_counts": counts, "grains": grains or {}}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        current = settings.versions_dir / "current"
        current.unlink(missing_ok=True)
        current.symlink_to(name)
        return Version(name, folder, manifest)

    return write


@pytest.fixture
def copy(address, chosen, version):
    """Write a version and copy it; arguments are those of `version`."""

    def run(day, sql=SPEND, settings=None, **fields):
        return copy_version(settings or chosen(), version(day, sql, **fields))

    return run


@pytest.fixture
def schemas(ask):
    """Name the schemas of versions that are there."""

    def names():
        rows = ask(
            "select nspname::text from pg_namespace "
            "where nspname like 'marts\\_2026%' order by 1"
        )
        return [name for (name,) in rows]

    return names


@pytest.fixture
def reading(address):
    """Read one statement again and again beside the test; give what was read."""

    @contextmanager
    def again(sql):
        found, stop = [], threading.Event()

        def read():
            with client(address) as asked:
                while not stop.is_set():
                    found.append(asked(sql))

        thread = threading.Thread(target=read)
        thread.start()
        try:
            yield found
        finally:
            stop.set()
            thread.join()

    return again
