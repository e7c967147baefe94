"""Without an extra everything else works, and what needs it says so in a sentence."""

import json
import re
import subprocess
import sys
import tomllib

from pipelines.settings import PROJECT_DIR

# The module by which each extra is known.
MODULES = {
    "deploy": "dagster_postgres",
    "images": "vl_convert",
    "mcp": "mcp",
    "object-stores": "obstore",
    "postgres": "adbc_driver_postgresql",
    "spark": "pyspark",
    "ui": "dagster_webserver",
}
# A new process, in which none of them can be imported.
WITHOUT = """
import contextlib, io, json, os, sys
from pathlib import Path
sys.modules.update(dict.fromkeys(sys.argv[1].split(), None))

os.environ["ADDRESS"] = "postgresql://nobody@localhost/nothing"
os.environ["UNITMILL_PUBLISHING__POSTGRES__DATABASE_URL_VARIABLE"] = "ADDRESS"
os.environ["UNITMILL_LITELLM__DATABASE_URL_VARIABLE"] = "ADDRESS"

import pipelines.definitions
from pipelines.cli import app_of
from pipelines.landing.source import ExportError
from pipelines.mcp_server.server import ServeError, server
from pipelines.pages.pictures import Picture, PictureError
from pipelines.settings import Settings
from pipelines.spark.session import SparkError, session
from pipelines.sources.usage.litellm.database import fetch
from pipelines.targets.postgres.session import TargetError, connected

settings = Settings(home=Path(sys.argv[2]), exports=Path(sys.argv[2]))
said = {}
try:
    with connected(settings):
        pass
except TargetError as error:
    said["postgres"] = str(error)
try:
    fetch(settings, frozenset())
except ExportError as error:
    said["litellm"] = str(error)
try:
    server(settings)
except ServeError as error:
    said["mcp"] = str(error)
try:
    session(Settings(home=settings.home, engine={"kind": "spark", "remote": "local"}))
except SparkError as error:
    said["spark"] = str(error)
try:
    Picture("", (), {}).svg()
except PictureError as error:
    said["images"] = str(error)
try:
    app_of(["ui"])(["ui", "--home", sys.argv[2]])
except SystemExit as end:
    said["ui"] = str(end.code)
print(json.dumps(said))
"""


def test_every_extra_is_known_here():
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]

    assert {*extras} == {*MODULES, "all"}
    # A Spark is half a gigabyte that nobody needs on one machine.
    assert extras["all"] == [f"unitmill[{','.join(sorted({*MODULES} - {'spark'}))}]"]


def test_without_any_extra_the_pipeline_loads_and_each_use_names_its_extra(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, " ".join(MODULES.values()), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(PROJECT_DIR), "HOME": str(tmp_path)},
    )

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["ui"] == "2"
    said["ui"] = done.stderr
    for use, extra in {**{e: e for e in MODULES}, "litellm": "postgres"}.items():
        # The first is asked for by a setting, the second by a target with tests of its
        # own: tests/defs/test_postgres_storage.py, tests/targets.
        if use in {"deploy", "object-stores"}:
            continue
        sentence = re.sub(r"\s+", " ", said[use])
        assert f"run: pip install 'unitmill[{extra}]'" in sentence, use
        assert "Traceback" not in sentence, use
