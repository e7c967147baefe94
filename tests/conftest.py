"""Fixtures of every shelf: the sample company built once, and copies of it.

A build costs a minute of two cores. Tests that need one take a copy of ``sample_home``,
which is built once a session; a copy's partitions are those of ``sample_exports``, so
only what a test changes is converted again. A new home has dbt's manifest.
"""

import atexit
import contextlib
import fcntl
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy
from command_server import served
from in_memory import asked
from rich.console import Console

from pipelines.defs import run
from pipelines.landing.deliveries import scan
from pipelines.landing.source import Drop, Source
from pipelines.ledger.partitions import write_partition
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.transform.project import compiled


@sqlalchemy.event.listens_for(sqlalchemy.Engine, "connect")
def _write_without_waiting(connection, _):
    """Let Dagster's SQLite not wait for the disk; no test survives a power cut."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma synchronous = off")


@pytest.fixture(scope="session", autouse=True)
def _nothing_waits_for_the_disk():
    """Let our own files not wait for it either; the system has them at once."""
    with pytest.MonkeyPatch.context() as disk:
        disk.setattr(os, "fsync", lambda _: None)
        yield


pytest_plugins = ("object_store_servers",)
SAMPLE_EXPORTS = PROJECT_DIR / "sample_exports"
STATUS = pytest.StashKey[int]()
NOBODY = 65534  # who runs Postgres, where root runs the tests
# The files that take longest come first, by CPU seconds, and the last ones to end are
# short. The first builds the sample company; those that need it come when it is there.
FIRST = (
    "whole_builds/test_gate.py",
    "whole_builds/test_gate_of_an_invoice.py",
    "test_wheel.py",
    "golden/test_golden.py",
    "whole_builds/test_kill.py",
    "whole_builds/test_changes.py",
    "sources/test_fuzz_recognizers.py",
    "sources/test_hostile_inputs.py",
    "spark/test_months_on_spark.py",
    "spark/test_parity_of_marts.py",
    "dbt_project/test_grain.py",
    "dbt_project/test_models_in_any_order.py",
    "ledger/test_months_in_parts.py",
    "spark/test_spark_catalog.py",
    "spark/test_spark_connect.py",
    "spark/test_nodes_on_spark.py",
    "spark/test_dialect_on_both_engines.py",
    "transform/test_project.py",
    "dbt_project/test_dbt_unit.py",
    "cases/test_sets_of_files.py",
    "publishing/test_versions.py",
    "landing/test_stores_in_dagster.py",
    "pages/test_pages_in_a_browser.py",
    "landing/test_stores.py",
    "defs/test_event_log.py",
    "targets/test_postgres_views.py",
    "sources/usage/test_slurm.py",
    "cases/test_tokens.py",
    "bench/test_benches.py",
    "whole_builds/test_parts.py",
    "sources/cost/test_focus_export.py",
    "test_docs.py",
    "sources/test_dialects.py",
    "dbt_project/test_semantic_layer.py",
    "publishing/test_gate_of_the_audit.py",
    "landing/test_one_look.py",
    "whole_builds/test_open_month.py",
    "sources/usage/test_prometheus.py",
    "cases/test_whole_and_once.py",
    "sources/cost/onprem/test_onprem_costs.py",
    "sample_company/test_samples.py",
    "sources/cost/aws/test_aws_real_exports.py",
    "sources/cost/aws/test_aws_line_items.py",
    "whole_builds/test_end_to_end.py",
    "semantic/test_exports.py",
    "sources/cost/test_oci.py",
)


def pytest_collection_modifyitems(items):
    places = [PROJECT_DIR / "tests" / name for name in FIRST]
    items.sort(
        key=lambda item: places.index(item.path) if item.path in places else len(FIRST)
    )


def pytest_sessionfinish(session, exitstatus):
    session.config.stash[STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Leave at once, as `unitmill` does: see pipelines.cli.main for the reason."""
    if hasattr(config, "workerinput"):
        return
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(config.stash.get(STATUS, 1))


@dataclass(frozen=True, slots=True)
class Build:
    """How a build of a test ended, and what it said."""

    published: bool
    reasons: tuple[str, ...]
    output: str

    @property
    def why(self):
        return "\n".join(self.reasons)


@pytest.fixture(scope="session")
def build():
    """Build as `unitmill build` does, in this process; give what a person sees."""

    def once(settings):
        heard = io.StringIO()
        console = Console(file=heard, width=200, force_terminal=False)
        outcome = run.build(settings, console)
        return Build(outcome.published, outcome.reasons, heard.getvalue())

    return once


@pytest.fixture(scope="session")
def once_a_session(tmp_path_factory):
    """Give a folder that the processes of pytest-xdist share, to one at a time.

    Who comes first fills it, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    @contextlib.contextmanager
    def folder(name):
        place = shared / "once" / name
        place.mkdir(parents=True, exist_ok=True)
        with (shared / "once" / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield place

    return folder


@pytest.fixture(scope="session")
def new_home(once_a_session):
    """Make a home in which nothing was built, but dbt's project is compiled."""
    with once_a_session("parsed") as home:
        if not (home / "dbt").exists():
            compiled(Settings(exports=SAMPLE_EXPORTS, home=home))

    def make(place):
        shutil.copytree(home / "dbt", place / "dbt", symlinks=True)
        return place

    return make


@pytest.fixture(scope="session")
def sample_home(once_a_session, new_home, build):
    """Give the home of the one build of sample_exports; read it, never write."""
    with once_a_session("built") as folder:
        settings = Settings(exports=SAMPLE_EXPORTS, home=folder / "home")
        if current(settings) is None:
            new_home(settings.home_dir)
            outcome = build(settings)
            assert outcome.published, outcome.why
    return settings.home_dir


@pytest.fixture
def sample_settings(sample_home):
    """Give the settings of the one build of sample_exports; read it, never write."""
    return Settings(exports=SAMPLE_EXPORTS, home=sample_home)


@pytest.fixture
def exports(tmp_path):
    """Give a copy of sample_exports that a test may break."""
    return Path(shutil.copytree(SAMPLE_EXPORTS, tmp_path / "exports"))


@pytest.fixture(scope="session")
def copy_of_built(sample_home):
    """Copy the built home and its exports into a folder; give their settings.

    A published version holds all that it shows, so its copy is whole where it lies now.
    """

    def copy(folder):
        # A copy has exports of its own.
        ignored = shutil.ignore_patterns("dagster", "tmp", "run", "origin.json")
        shutil.copytree(sample_home, folder / "home", symlinks=True, ignore=ignored)
        if not (folder / "exports").exists():
            shutil.copytree(SAMPLE_EXPORTS, folder / "exports")
        return Settings(exports=folder / "exports", home=folder / "home")

    return copy


@pytest.fixture
def built(copy_of_built, exports, tmp_path):
    """Give settings of a built home, and exports, that are the test's own."""
    return copy_of_built(tmp_path)


@pytest.fixture
def settings(tmp_path):
    """Give settings whose exports and home are empty folders of the test's own."""
    (tmp_path / "exports").mkdir()
    return Settings(exports=tmp_path / "exports", home=tmp_path / "home")


@pytest.fixture(scope="session")
def invent():
    """Invent a source: files whose name begins with its name, one drop each."""

    def source(name="acme", **fields):
        def drops(candidates):
            for file in candidates:
                yield Drop((file,), ("2026-08",), "", file.modified)

        return Source(
            **{
                "name": name,
                "table": "focus",
                "description": f"The bill of {name}.",
                "expected": f"a file named {name}*",
                "claims": lambda file: file.name.startswith(name),
                "drops": drops,
                "select": lambda *_: "select 1.5 as BilledCost",
                "restates": "period",
            }
            | fields
        )

    return source


@pytest.fixture(scope="session")
def commands():
    """Call `unitmill` with words, in a folder and an environment."""
    with served() as call:
        yield call


@pytest.fixture(scope="session")
def command(commands):
    """Call `unitmill` as a person does; give its exit code and what it printed."""

    def call(*words, settings, given=None):
        environment = os.environ | {
            "UNITMILL_EXPORTS": str(settings.exports_dir),
            "UNITMILL_HOME": str(settings.home_dir),
        }
        # readline, which a debugger imports, tells children how wide its terminal is.
        environment.pop("COLUMNS", None)
        return commands(words, PROJECT_DIR, environment, given)

    return call


@pytest.fixture
def of_costs(invent):
    """Invent a source: a file holds costs, and each file is a scope of its own."""

    def drops(candidates):
        for file in candidates:
            yield Drop((file,), ("2026-08",), file.name, file.modified)

    def select(_context, deliveries, _period):
        return " union all ".join(
            f"select '{delivery.delivery_id}' as x_DeliveryId, "
            "row_number() over () as x_SourceRowNumber, 1 as x_SourceRowPart, "
            "coalesce(try_cast(cost as decimal(38, 12)), "
            f"error('{name}, row 1: cost is ' || cost || ', expected a number')) "
            "as BilledCost, "
            "'USD' as BillingCurrency "
            f"from read_csv('{path}', all_varchar = true)"
            for delivery in deliveries
            for path, name in zip(delivery.files, delivery.names, strict=True)
        )

    return invent(drops=drops, select=select)


@pytest.fixture
def put(settings):
    """Put a file into the exports folder; text, bytes, or a document as JSON."""

    def write(name, content, hour=0):
        path = settings.exports_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (hour * 3600, hour * 3600))
        return path

    return write


@pytest.fixture
def convert(settings):
    """Convert what lies in the exports folder; give columns of a source's period."""

    def rows(source, period, columns, with_settings=settings):
        landing = scan(with_settings, [source])
        assert landing.refusals == ()
        deliveries = landing.of(source, period)
        partition = write_partition(with_settings, source, deliveries, period)
        with asked() as db:
            return db.execute(
                f"select {columns} from '{partition.files[0]}' order by all"
            ).fetchall()

    return rows


@pytest.fixture
def page():
    """Write an OpenAI page: one bucket, of one day unless said."""

    def document(day, *results, days=1):
        start = int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp())
        bucket = {
            "object": "bucket",
            "start_time": start,
            "end_time": start + days * 86_400,
            "results": list(results),
        }
        return {"object": "page", "data": [bucket], "has_more": False}

    return document


@pytest.fixture(scope="session")
def real_exports():
    """Give the folder of vendors' documented files; skip where it is not at hand."""
    folder = os.environ.get("UNITMILL_REAL_EXPORTS")
    if not folder:
        pytest.skip("UNITMILL_REAL_EXPORTS names no folder")
    return Path(folder)


def program(name):
    """Find a program of Postgres; skip where there is none."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = [*map(str, places), *filter(None, [shutil.which(name)])]
    if not found:
        pytest.skip(f"no {name}: Postgres is not installed")
    return found[0]


@pytest.fixture(scope="session")
def postgres_server():
    """Start a server that listens on a socket of its own; Postgres refuses root.

    pytest closes its own folders to everybody else whenever a session begins, so the
    server has one beside them.
    """
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    data = folder / "data"
    as_user = {}
    if os.getuid() == 0:
        as_user = {"user": NOBODY, "group": NOBODY}
        os.chown(folder, NOBODY, NOBODY)

    def run(*words):
        done = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, check=False, **as_user
        )
        if done.returncode:
            pytest.skip(f"Postgres does not start here: {done.stderr[-300:]}")

    run(initdb, "-D", data, "-U", "owner", "--auth=trust", "--no-sync")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    run(pg_ctl, "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    yield f"postgresql:///postgres?host={folder}&user=owner"
    run(pg_ctl, "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)
