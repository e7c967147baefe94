"""The dbt project of a home: the models that Unitmill ships, and the workspace's own.

dbt wants all models of a project in one folder. The home has that folder, made of
links; what dbt writes (its parse, its logs) stays in the home, so that the shipped
project may lie where nobody can write. Belongs here: which files are a home's dbt
project, and when dbt parses them. Does not belong here: what runs (``warehouse``).
"""

import contextlib
import hashlib
import io
import os
import shutil
import sysconfig
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import dagster_dbt as ddbt
import yaml
from packaging.version import Version

from pipelines.landing.source import ExportError
from pipelines.publishing.fingerprint import dbt_files
from pipelines.settings import DBT_DIR, Settings

# The dbt of this environment, whether or not it is on the PATH.
DBT = Path(sysconfig.get_path("scripts")) / "dbt"
RESULTS: Final = "run_results.json"
# What dbt read of all models, so that it reads only those that changed.
PARSED: Final = "partial_parse.msgpack"
# The folder of the workspace's models, beside that of those that Unitmill ships.
WORKSPACE = "workspace"
# They are built and published as the marts are; a contract they may have, not must.
WORKSPACE_CONFIG = {
    "+materialized": "table",
    "+schema": "marts",
    "+access": "public",
    "+persist_docs": {"relation": True, "columns": True},
}
# dbt follows a link only where it begins to look, not below.
_LINKED = ("models", "macros", "seeds", "tests", "profiles.yml")
_STAMP = "unitmill_project.sha256"
# Of what dbt says of an error: what, and where.
_LINES = 6


class Dbt(ddbt.DbtCliResource):
    """dbt, without the question to the package index that `dbt --version` asks."""

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))


def dbt_project(settings: Settings) -> tuple[ddbt.DbtProject, Dbt]:
    """Give the dbt project of a home, parsed, and the dbt that runs it.

    Raises:
        ExportError: dbt cannot parse it; the message is dbt's own.
    """
    _set_variables(settings)
    folder = settings.home_dir / "dbt" / "project"
    _link(folder, settings.models_dir)
    project = ddbt.DbtProject(
        folder,
        target_path=settings.home_dir / "dbt" / "target",
        profiles_dir=folder,
    )
    dbt = Dbt(project_dir=str(folder), dbt_executable=str(DBT))
    _parse_if_changed(project, dbt, settings.models_dir)
    return project, dbt


def run_folder(settings: Settings, project: ddbt.DbtProject) -> Path:
    """Give dbt a folder for its run, with what was parsed already, and no results.

    Without it dbt parses the project a second time, 5 s of a build. It does so too
    when the database has moved or has other settings since; then what the last run
    parsed is newer, and stays. Results of an earlier run would be taken for those of a
    run that could not even start; and the dbt of a process that was killed lives on
    for a minute, and writes its own where it was told to.
    """
    runs = settings.home_dir / "dbt" / "run"
    folder = runs / str(os.getpid())
    parsed = [project.target_path / PARSED, *runs.glob(f"*/{PARSED}")]
    newest = max(filter(Path.exists, parsed), key=_changed_at, default=None)
    content = newest.read_bytes() if newest else None
    shutil.rmtree(runs, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    if content is not None:
        (folder / PARSED).write_bytes(content)
    return folder


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime


def _set_variables(settings: Settings) -> None:
    """Tell dbt's profile where the build database is and how much memory it may use."""
    os.environ["UNITMILL_BUILD_DATABASE"] = str(settings.build_database)
    os.environ["UNITMILL_MEMORY_LIMIT"] = settings.memory_limit
    os.environ["UNITMILL_THREADS"] = str(settings.threads)
    os.environ["DO_NOT_TRACK"] = "1"
    # dbt writes its log into the working folder unless it is told another.
    os.environ["DBT_LOG_PATH"] = str(settings.home_dir / "dbt" / "logs")
    settings.build_dir.mkdir(parents=True, exist_ok=True)


def _link(folder: Path, models_dir: Path | None) -> None:
    """Lay out the project: links to what is shipped, and to the workspace's models."""
    folder.mkdir(parents=True, exist_ok=True)
    config = yaml.safe_load((DBT_DIR / "dbt_project.yml").read_text("utf-8"))
    links = {folder / name: DBT_DIR / name for name in _LINKED}
    if models_dir:
        links[folder / WORKSPACE] = models_dir
        config["model-paths"].append(WORKSPACE)
        # What a folder of the shipped models says goes before this.
        config["models"]["unitmill"] |= WORKSPACE_CONFIG
    for link, target in links.items():
        if link.is_symlink() and link.readlink() == target:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    text = yaml.safe_dump(config, sort_keys=False)
    place = folder / "dbt_project.yml"
    if not place.exists() or place.read_text("utf-8") != text:
        place.write_text(text, "utf-8")


def _parse_if_changed(
    project: ddbt.DbtProject, dbt: Dbt, models_dir: Path | None
) -> None:
    """Make dbt's manifest, unless it was made of exactly these files."""
    stamp = project.target_path / _STAMP
    now = _stamp(project, models_dir)
    if project.manifest_path.exists() and stamp.exists() and stamp.read_text() == now:
        return
    stamp.unlink(missing_ok=True)
    call = dbt.cli(
        ["parse", "--quiet"], target_path=project.target_path, raise_on_error=False
    )
    # It also prints what is said below.
    with contextlib.redirect_stdout(io.StringIO()):
        said = [event.raw_event["info"] for event in call.stream_raw_events()]
    if not call.is_successful():
        raise ExportError(f"dbt cannot read the models: {_errors(said, models_dir)}")
    stamp.write_text(now)


def _stamp(project: ddbt.DbtProject, models_dir: Path | None) -> str:
    """Hash which files the project has, how long they are and when they changed."""
    digest = hashlib.sha256(version("dbt-core").encode())
    digest.update((project.project_dir / "dbt_project.yml").read_bytes())
    for path in dbt_files(models_dir):
        found = path.stat()
        digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _errors(said: list[Mapping[str, Any]], models_dir: Path | None) -> str:
    """Give dbt's own words, each once, with the user's folder for the link to it."""
    found = [str(info["msg"]) for info in said if info["level"] == "error"]
    # Behind its sentence dbt may show where it was, for its developers.
    wrong = [text.partition("Traceback (most recent")[0] for text in found]
    lines = dict.fromkeys(line.strip() for text in wrong for line in text.splitlines())
    told = [line for line in lines if line not in {"", "Encountered an error:"}]
    message = " ".join(told[:_LINES]) or "it says nothing of why"
    return message.replace(f"{WORKSPACE}/", f"{models_dir}/") if models_dir else message
