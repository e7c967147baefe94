"""`/health`: 200 while a current version can be read, 503 else, whatever probes ask."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from pipelines.serving.site import site


@pytest.fixture
def ask(settings):
    with TestClient(site(settings), base_url="http://127.0.0.1:8430") as client:
        yield lambda query="": client.get(f"/health{query}")


@pytest.fixture
def publish(settings):
    """Write a version of some hours ago and make it current."""

    def written(hours):
        name = "20261101T060000Z-1a2b"
        folder = settings.versions_dir / name
        folder.mkdir(parents=True)
        at = datetime.now(UTC) - timedelta(hours=hours)
        manifest = {"published_at": at.isoformat(timespec="seconds")}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        (folder / "warehouse.duckdb").write_text("")
        (settings.versions_dir / "current").symlink_to(name)
        return folder

    return written


def test_a_home_with_a_current_version_is_well_however_old(ask, publish):
    publish(hours=10_000)

    answer = ask()

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["version"] == "20261101T060000Z-1a2b"
    assert answer.json()["age_seconds"] // 3600 == 10_000
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("most", "status"), [("24", 503), ("26", 200)])
def test_who_asks_says_how_old_a_version_may_be(ask, publish, most, status):
    publish(hours=25)

    answer = ask(f"?max_age_hours={most}")

    assert answer.status_code == status
    assert answer.json().get("message", "") == (
        "the current version is older than 24 hours; look at the build"
        if status == 503
        else ""
    )


def test_a_home_without_a_version_is_not_well(ask):
    answer = ask()

    assert answer.status_code == 503
    assert answer.json()["message"] == "nothing is published; run: unitmill build"


@pytest.mark.parametrize("broken", ["warehouse.duckdb", "manifest.json"])
def test_a_version_that_lost_a_file_is_not_well(ask, publish, broken):
    (publish(hours=1) / broken).unlink()

    answer = ask()

    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"


def test_a_manifest_that_was_cut_off_is_not_well(ask, publish):
    (publish(hours=1) / "manifest.json").write_text('{"published_at"')

    assert ask().status_code == 503


@pytest.mark.parametrize("most", ["0", "-1", "nan", "soon", ""])
def test_an_age_that_is_none_is_refused(ask, publish, most):
    publish(hours=1)

    answer = ask(f"?max_age_hours={most}")

    assert answer.status_code == 400
    assert "expected a number above 0" in answer.json()["message"]
