"""The pages over HTTP: the newest version, any kept one, all rows, nobody else's."""

import shutil

import pytest
from starlette.testclient import TestClient

from pipelines.publishing.versions import PAGES, current
from pipelines.serving import site as serving
from pipelines.serving.site import site
from pipelines.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(sample_home):
    return Settings(home=sample_home)


@pytest.fixture(scope="module")
def version(settings):
    return current(settings)


@pytest.fixture(scope="module")
def client(settings):
    with TestClient(site(settings), base_url="http://127.0.0.1:8430") as opened:
        yield opened


def test_the_address_shows_the_current_version_by_its_own_files(client, version):
    answer = client.get("/")

    assert answer.status_code == 200
    assert f'data-live="/v/{version.name}/"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    for file in ("pages.js", "data/executive.js", "vega.js"):
        assert (
            client.get(f"/v/{version.name}/{file}").content
            == (version.folder / PAGES / file).read_bytes()
        )


def test_every_kept_version_is_offered(client, version):
    assert client.get("/versions").json() == {
        "current": version.name,
        "versions": [version.name],
    }
    assert client.get(f"/v/{version.name}/").status_code == 200
    assert client.get("/v/20200101T000000Z-none/").status_code == 404


def test_a_home_without_a_version_says_what_to_do(tmp_path):
    with TestClient(
        site(Settings(home=tmp_path)), base_url="http://localhost"
    ) as empty:
        answer = empty.get("/")

    assert (answer.status_code, answer.text) == (
        404,
        "nothing is published; run: unitmill build",
    )


def asked(**changes):
    body = {
        "page": "executive",
        "rows": "waste",
        "keys": [
            {
                "month": "2026-10",
                "provider": "Ferrum",
                "currency": "USD",
                "kind": "idle_resource",
            }
        ],
    }
    return body | changes


def test_all_rows_of_a_number_come_from_the_version(client, version, monkeypatch):
    monkeypatch.setattr(serving, "ROWS", 2)
    found = client.post(f"/v/{version.name}/rows", json=asked()).json()
    columns = {column["name"]: column for column in found["columns"]}
    import duckdb  # noqa: PLC0415 - only here is the mart itself asked

    with duckdb.connect(str(version.folder / "copy.duckdb")) as db:
        row = db.execute(
            "select count(*), sum(reporting_waste_cost) from read_parquet(?) where "
            "service_provider_name = 'Ferrum' and waste_kind = 'idle_resource' "
            "and billing_period_start = '2026-10-01'",
            [str(version.folder / "marts" / "fct_waste_monthly.parquet")],
        ).fetchone()
    (version.folder / "copy.duckdb").unlink()

    assert found["count"] == row[0] > 2
    assert sum(columns["cost"]["values"]) == pytest.approx(float(row[1]))
    assert columns["row_count"]["values"] == [1, 1, row[0] - 2]


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"page": "secrets"}, 400, "no such page"),
        ({"rows": "secrets"}, 400, "has no such rows"),
        ({"keys": "all"}, 400, "expected a list of keys"),
        ({"keys": [{"x' or 1=1": 1}]}, 422, "have no key"),
        ({"keys": [{}] * 5001}, 400, "at most 5000"),
    ],
)
def test_what_is_no_number_is_refused(client, version, changes, status, message):
    answer = client.post(f"/v/{version.name}/rows", json=asked(**changes))

    assert answer.status_code == status
    assert message in answer.text


def test_a_huge_body_is_not_read(client, version):
    answer = client.post(f"/v/{version.name}/rows", content=b" " * 4_000_001)

    assert (answer.status_code, answer.text) == (413, "expected at most 4000000 bytes")


def test_a_value_is_a_value_and_no_sql(client, version):
    key = {"month": "2026-10' or '1'='1", "provider": "x", "currency": "y", "kind": "z"}
    answer = client.post(f"/v/{version.name}/rows", json=asked(keys=[key]))

    assert answer.status_code == 200
    assert answer.json()["count"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "../manifest.json",
        "%2e%2e/manifest.json",
        "..%2f..%2f..%2fbuild/warehouse.duckdb",
        "data/%2e%2e/%2e%2e/warehouse.duckdb",
        "/etc/hostname",
    ],
)
def test_no_file_beside_the_pages_is_given(client, version, path):
    assert client.get(f"/v/{version.name}/{path}").status_code == 404


def test_a_link_out_of_the_pages_is_not_followed(settings, version, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(version.folder, home / "versions" / version.name)
    (home / "versions" / version.name / PAGES / "out.js").symlink_to("/etc/hostname")
    with TestClient(site(Settings(home=home)), base_url="http://localhost") as other:
        assert other.get(f"/v/{version.name}/out.js").status_code == 404


def test_another_host_name_and_another_site_are_refused(client, version):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    answer = client.post(
        f"/v/{version.name}/rows",
        json=asked(),
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert client.get(f"/v/{version.name}/rows").status_code == 404
