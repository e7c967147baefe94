"""Every metric of a month that was worked out by hand."""

import csv
import json
import re
import sys
from pathlib import Path

import duckdb
import pytest
from in_memory import asked

from pipelines.settings import PROJECT_DIR

sys.path.insert(0, str(Path(__file__).parent))
import golden

METRICS = list(golden.metrics())
pytestmark = pytest.mark.slow


# Every variable of a secret that Unitmill or an SDK of a cloud reads.
SECRETS = (
    "UNITMILL_PRIVACY_KEY",
    "ALERT_URLS",
    "LITELLM_DATABASE_URL",
    "WAREHOUSE_DATABASE_URL",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_CLIENT_SECRET",
)


def planted(name):
    return f"planted-{name.lower()}-{name[::-1]}"


@pytest.fixture(scope="module")
def database(tmp_path_factory, new_home):
    with pytest.MonkeyPatch.context() as environment:
        for name in SECRETS:
            environment.setenv(name, planted(name))
        return golden.build(new_home(tmp_path_factory.mktemp("golden") / "home"))


@pytest.fixture(scope="module")
def published(database):
    """Open the marts once: that takes longer than to ask for a number."""
    with duckdb.connect(str(database), read_only=True) as db:
        yield db


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_what_was_worked_out_by_hand(metric, published):
    assert golden.got(published, metric) == metric.expected


def test_no_secret_stands_in_anything_that_a_build_writes(database):
    home = database.parents[2]
    keys = json.loads((home / "privacy" / "keys.json").read_text())
    secrets = [planted(name) for name in SECRETS] + [keys["key"], keys["list_key"]]
    searched = [path for path in home.rglob("*") if path.is_file()]

    found = []
    for path in searched:
        told = b"" if path.name == "keys.json" else _told(path)
        found += [path.relative_to(home) for one in secrets if one.encode() in told]

    assert found == []
    suffixes = {path.suffix for path in searched}
    assert {".duckdb", ".parquet", ".json", ".html", ".log", ".db", ".js"} <= suffixes


def _told(path):
    """Give what a file says, uncompressed."""
    if path.suffix == ".parquet":
        with asked() as db:
            rows = db.sql(f"from '{path}'").fetchall()
            about = db.sql(f"from parquet_kv_metadata('{path}')").fetchall()
        return repr(rows).encode() + repr(about).encode()
    if path.suffix == ".duckdb":
        with duckdb.connect() as db:
            db.execute(f"attach '{path}' as told (read_only)")
            tables = db.sql(
                "select schema_name, table_name from duckdb_tables() "
                "where database_name = 'told'"
            ).fetchall()
            rows = [db.sql(f'from told."{s}"."{t}"').fetchall() for s, t in tables]
            return repr(rows).encode()
    return path.read_bytes()


def test_every_working_that_is_arithmetic_gives_what_is_expected():
    """A slip of the pen is a slip in the test."""
    for metric in METRICS:
        sum_of = re.match(r"[-+x/(). 0-9M]+$", metric.working)
        if sum_of and metric.expected is not None:
            said = metric.working.replace("x", "*").replace(" M", "*1000000")
            assert round(eval(said), 9) == round(float(metric.expected), 9), metric


def test_names_are_unique_and_the_page_has_every_metric():
    page = (PROJECT_DIR / "docs" / "golden-ledger.md").read_text("utf-8")

    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert [m.name for m in METRICS if f"| {m.name} |" not in page] == []


def test_the_file_of_expectations_has_no_empty_working():
    with (golden.HERE / "expected.csv").open() as file:
        assert all(row["working"] for row in csv.DictReader(file))
