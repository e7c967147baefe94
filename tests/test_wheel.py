"""The wheel: pip can install it, and it runs from a folder that knows no repository."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from datetime import datetime
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from pipelines.settings import DBT_DIR, PROJECT_DIR

pytestmark = pytest.mark.slow


def call(*words, folder, path=None):
    environment = {
        k: v for k, v in os.environ.items() if "UNITMILL" not in k and k != "PYTHONPATH"
    }
    if path:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        [*map(str, words)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    done = call(*build, "--directory", folder, folder=PROJECT_DIR)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install the wheel into a new environment that borrows the locked libraries.

    The editable install of this repository is not among them: Python reads no .pth of
    a folder that a .pth names. Nobody may write where it lies, as in a container.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    packages = next(folder.glob("lib/python*/site-packages"))
    call(
        *(sys.executable, "-m", "pip", "--python", folder / "bin" / "python"),
        *("install", "--quiet", "--no-deps", "--no-index", wheel),
        folder=folder,
    )
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    for name in ("dbt", "dagster"):
        script = folder / "bin" / name
        borrowed = Path(sysconfig.get_path("scripts")) / name
        head, _, rest = borrowed.read_text("utf-8").partition("\n")
        assert head.startswith("#!")
        script.write_text(f"#!{folder / 'bin' / 'python'}\n{rest}", "utf-8")
        script.chmod(0o755)
    return folder / "bin"


def test_what_the_wheel_asks_for_is_what_the_lock_has(wheel):
    """The locked versions solve what the wheel requires, so pip can solve it."""
    with ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("/METADATA"))
        lines = archive.read(name).decode().splitlines()
    asked = [Requirement(x[15:]) for x in lines if x.startswith("Requires-Dist: ")]

    assert len(asked) > 20
    wrong, seen = [], set()
    while asked:
        requirement = asked.pop()
        extras = requirement.extras or {""}
        marker = requirement.marker
        if str(requirement) in seen or (
            marker and not any(marker.evaluate({"extra": e}) for e in extras)
        ):
            continue
        seen.add(str(requirement))
        try:
            found = distribution(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement} is not there")
            continue
        if not requirement.specifier.contains(found.version, prereleases=True):
            wrong.append(f"{requirement}, not {found.version}")
        for text in found.requires or ():
            inner = Requirement(text)
            if not inner.marker or any(
                inner.marker.evaluate({"extra": e}) for e in extras
            ):
                inner.marker = None
                asked.append(inner)
    assert wrong == []


def test_the_wheel_carries_the_whole_dbt_project_and_no_leftovers(wheel):
    with ZipFile(wheel) as archive:
        names = archive.namelist()

    prefix = "pipelines/_shipped/dbt_project/"
    carried = {n.removeprefix(prefix) for n in names if n.startswith(prefix)}
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=DBT_DIR, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    # What dbt made of it comes along, so that no home has to compile it.
    made = ("manifest.json", "partial_parse.msgpack", "unitmill_project.sha256")
    compiled = {f"compiled/{name}" for name in made}
    assert carried == {*tracked} - {"generate.py", "compile.py"} | compiled
    assert "pipelines/sources/plans/mapping_files/LICENSE" in names
    assert {n.partition("/")[0] for n in names if "dist-info" not in n} == {"pipelines"}
    assert "pipelines/questions/costs.yml" in names


def test_from_an_empty_folder_to_a_number(installed, tmp_path):
    """A workspace, a model of its own, a month of a bill, its number."""

    def run(*words, folder=tmp_path / "mine"):
        done = call("unitmill", *words, folder=folder, path=installed)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    run("init", "mine", folder=tmp_path)
    models = tmp_path / "mine" / "models"
    models.mkdir()
    (models / "rpt_spend.sql").write_text(
        "select sum(billed_cost) as billed_cost from {{ ref('fct_charges_daily') }}"
    )
    (models / "rpt_spend.yml").write_text(
        "models:\n  - name: rpt_spend\n    description: What did we spend?\n"
        "    columns:\n      - {name: billed_cost, data_tests: [not_null]}\n"
    )
    put(tmp_path / "mine" / "exports", "2026-09-01", "10.25")

    said = run("build")
    answer = run("query", "--format", "json", "select * from rpt_spend")

    assert "unitmill query " in said
    assert [float(row["billed_cost"]) for row in json.loads(answer)] == [10.25]
    home = tmp_path / "mine" / ".unitmill"
    assert "pipelines/_shipped" in str((home / "dbt/project/models").readlink())


def put(exports, day, amount):
    """Deliver a page of OpenAI's Costs API with one charge of one day."""
    start = int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp())
    result = {
        "object": "organization.costs.result",
        "amount": {"value": amount, "currency": "usd"},
        "line_item": "gpt-4o-mini-2024-07-18, input",
        "project_id": "proj_a",
    }
    bucket = {
        "object": "bucket",
        "start_time": start,
        "end_time": start + 86_400,
        "results": [result],
    }
    page = {"object": "page", "data": [bucket], "has_more": False, "next_page": None}
    (exports / f"costs-{day}.json").write_text(json.dumps(page))
