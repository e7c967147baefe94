"""Alerts without a build: a published version that has nothing but alerts."""

import json
import socket

import duckdb
import pytest
from alert_rows import COLUMNS, OVER

from pipelines.settings import AlertSettings


@pytest.fixture
def published(settings):
    """Publish a version of these alerts and of nothing else."""

    def publish(*alerts):
        folder = settings.versions_dir / "20261101T000000Z-b1"
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "warehouse.duckdb")) as db:
            db.execute(
                f"create table fct_alerts as select * from (values "
                f"({', '.join('?' * len(OVER))})) as t ({COLUMNS})",
                OVER,
            )
            db.execute("delete from fct_alerts")
            for alert in alerts:
                db.execute(
                    f"insert into fct_alerts values ({', '.join('?' * len(alert))})",
                    alert,
                )
        (folder / "manifest.json").write_text(json.dumps({"build_id": "b1"}))
        (settings.versions_dir / "current").symlink_to(folder.name)

    return publish


@pytest.fixture
def choose(settings):
    """Give the settings with other choices about alerts."""

    def chosen(**choices):
        return settings.model_copy(update={"alerts": AlertSettings(**choices)})

    return chosen


@pytest.fixture
def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
