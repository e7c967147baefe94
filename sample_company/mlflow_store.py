"""The SQLite file of an MLflow tracking store, written without MLflow.

Belongs here: the tables of MLflow 3.17 that describe runs, and a file whose bytes
depend on its rows alone. What the rows say belongs to ``mlflow``.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EXPERIMENTS = ("foundation-models", "ranking")
_BUCKET = "s3://lumenloop-mlflow"
_CREATED = 1_785_542_400_000  # 2026-08-01
_TABLES = """
create table experiments (
    experiment_id integer not null primary key,
    name varchar(256) not null,
    artifact_location varchar(256),
    lifecycle_stage varchar(32),
    creation_time bigint,
    last_update_time bigint,
    workspace varchar(63) default 'default' not null
);
create table runs (
    run_uuid varchar(32) not null primary key,
    name varchar(250),
    source_type varchar(20),
    source_name varchar(500),
    entry_point_name varchar(50),
    user_id varchar(256),
    status varchar(9),
    start_time bigint,
    end_time bigint,
    source_version varchar(50),
    lifecycle_stage varchar(20),
    artifact_uri varchar(200),
    experiment_id integer,
    deleted_time bigint
);
create table tags (
    key varchar(250) not null,
    value varchar(8000),
    run_uuid varchar(32) not null,
    primary key (key, run_uuid)
) without rowid;
create table params (
    key varchar(250) not null,
    value varchar(8000) not null,
    run_uuid varchar(32) not null,
    primary key (key, run_uuid)
) without rowid;
create table metrics (
    key varchar(250) not null,
    value float not null,
    timestamp bigint not null,
    run_uuid varchar(32) not null,
    step bigint default 0 not null,
    is_nan boolean default 0 not null,
    primary key (key, timestamp, step, run_uuid, value, is_nan)
) without rowid;
create table latest_metrics (
    key varchar(250) not null,
    value float not null,
    timestamp bigint,
    step bigint not null,
    is_nan boolean not null,
    run_uuid varchar(32) not null,
    primary key (key, run_uuid)
) without rowid;
"""
# Where the header says which SQLite wrote the file last; see sqlite.org/fileformat.
_WRITER_VERSION = slice(96, 100)


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run and what it logged; a metric is key, value, milliseconds, step."""

    uuid: str
    name: str
    experiment: str
    status: str
    start: int
    end: int | None
    tags: Mapping[str, str]
    params: Mapping[str, str]
    metrics: Sequence[tuple[str, float, int, int]]
    deleted: int | None = None


def _insert_run(db: sqlite3.Connection, run: StoredRun) -> None:
    experiment = EXPERIMENTS.index(run.experiment) + 1
    db.execute(
        "insert into runs values (?, ?, 'JOB', 'train.py', '', 'svc-train', ?, ?, ?, "
        "'', ?, ?, ?, ?)",
        (
            run.uuid,
            run.name,
            run.status,
            run.start,
            run.end,
            "deleted" if run.deleted else "active",
            f"{_BUCKET}/{experiment}/{run.uuid}/artifacts",
            experiment,
            run.deleted,
        ),
    )
    for table, pairs in (("tags", run.tags), ("params", run.params)):
        db.executemany(
            f"insert into {table} values (?, ?, ?)",
            [(key, value, run.uuid) for key, value in pairs.items()],
        )
    db.executemany(
        "insert into metrics values (?, ?, ?, ?, ?, 0)",
        [(key, value, when, run.uuid, step) for key, value, when, step in run.metrics],
    )
    latest = {key: (value, when, step) for key, value, when, step in run.metrics}
    db.executemany(
        "insert into latest_metrics values (?, ?, ?, ?, 0, ?)",
        [(key, *point, run.uuid) for key, point in latest.items()],
    )


def write_store(path: Path, runs: Sequence[StoredRun]) -> None:
    """Write the store again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    try:
        db.execute("pragma page_size = 1024")
        db.executescript(_TABLES)
        for number, name in enumerate(("Default", *EXPERIMENTS)):
            db.execute(
                "insert into experiments values (?, ?, ?, 'active', ?, ?, 'default')",
                (number, name, f"{_BUCKET}/{number}", _CREATED, _CREATED),
            )
        for run in runs:
            _insert_run(db, run)
        db.commit()
        db.execute("vacuum")
    finally:
        db.close()
    content = bytearray(path.read_bytes())
    content[_WRITER_VERSION] = (3_040_000).to_bytes(4, "big")
    path.write_bytes(bytes(content))
