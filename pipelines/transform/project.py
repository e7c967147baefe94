"""The dbt project of a home: the models that Unitmill ships, and the workspace's own.

dbt wants all models of a project in one folder. The home has that folder, made of
links; what dbt writes (its manifest, its logs) stays in the home, so that the shipped
project may lie where nobody can write. Belongs here: which files are a home's dbt
project, and when dbt compiles them. Does not belong here: what is run of them
(``runner``).
"""

import hashlib
import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import yaml

from pipelines.files import sha256_of
from pipelines.landing.source import ExportError
from pipelines.publishing.fingerprint import dbt_files
from pipelines.settings import DBT_DIR, Settings
from pipelines.transform.graph import WORKSPACE
from pipelines.transform.making import MATERIALIZED

# The dbt of this environment, whether or not it is on the PATH.
DBT: Final = Path(sysconfig.get_path("scripts")) / "dbt"
# They are built and published as the marts are; a contract they may have, not must.
WORKSPACE_CONFIG: Final = {
    "+materialized": "table",
    "+schema": "marts",
    "+access": "public",
    "+persist_docs": {"relation": True, "columns": True},
}
MANIFEST: Final = "manifest.json"
# Where the shipped project is compiled, once.
COMPILED: Final = DBT_DIR / "compiled"
# dbt follows a link only where it begins to look, not below.
_LINKED = ("models", "macros", "seeds", "tests", "profiles.yml")
# What dbt has read, so that it reads only what changed.
PARSED: Final = "partial_parse.msgpack"
# Of what dbt writes nothing else is read again: 700 files of SQL are in the manifest.
_KEPT = {MANIFEST, PARSED}
_STAMP = "unitmill_project.sha256"
# What dbt's profile asks for: where one of them is another, dbt reads all files again.
ENVIRONMENT: Final = {
    "UNITMILL_BUILD_DATABASE": "../target/warehouse.duckdb",
    "UNITMILL_MEMORY_LIMIT": "1GB",
    "UNITMILL_THREADS": "1",
    "DO_NOT_TRACK": "1",
}
# Of what dbt says of an error: what, and where.
_LINES = 6


def project_folder(settings: Settings) -> Path:
    """Give the folder of a home's dbt project."""
    return settings.home_dir / "dbt" / "project"


def target_folder(settings: Settings) -> Path:
    """Give the folder of what dbt made of it; ``manifest.json`` is there."""
    return settings.home_dir / "dbt" / "target"


def compiled(settings: Settings) -> Path:
    """Lay out the dbt project of a home, and compile it where a file changed.

    What is shipped was compiled once, when it was installed; a home copies that, and
    beside models of the workspace dbt reads no shipped one again.

    Returns:
        The place of dbt's manifest, in which each node has its compiled code.

    Raises:
        ExportError: dbt cannot compile it, in dbt's own words, or a model needs what
            only dbt's own runner has.
    """
    folder, target = project_folder(settings), target_folder(settings)
    _link(folder, settings.models_dir)
    manifest, stamp = target / MANIFEST, target / _STAMP
    now = _hash_of_files(folder, settings.models_dir)
    if manifest.exists() and _read(stamp) == now:
        return manifest
    stamp.unlink(missing_ok=True)
    # Where dbt ran the models, which it no longer does.
    shutil.rmtree(target.with_name("run"), ignore_errors=True)
    if _read(COMPILED / _STAMP) == now:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(COMPILED / MANIFEST, manifest)
    else:
        _compile(settings, folder, target)
        _require_runnable(json.loads(manifest.read_text("utf-8")), settings.models_dir)
    stamp.write_text(now, "utf-8")
    return manifest


def compile_shipped() -> None:
    """Compile the shipped project into its own folder, for all homes.

    Raises:
        ExportError: dbt cannot compile it.
        OSError: nothing can be written there.
    """
    with TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        folder, target = project_folder(settings), target_folder(settings)
        _link(folder, None)
        COMPILED.mkdir(exist_ok=True)
        (COMPILED / PARSED).unlink(missing_ok=True)
        _compile(settings, folder, target)
        for name in _KEPT:
            shutil.copyfile(target / name, COMPILED / name)
        (COMPILED / _STAMP).write_text(_hash_of_files(folder, None), "utf-8")


def _compile(settings: Settings, folder: Path, target: Path) -> None:
    """Let dbt compile; the database that it asks is an empty one."""
    target.mkdir(parents=True, exist_ok=True)
    if not (target / PARSED).exists() and (COMPILED / PARSED).exists():
        shutil.copyfile(COMPILED / PARSED, target / PARSED)
    call = subprocess.run(  # noqa: S603 - our own dbt
        [
            str(DBT),
            *("--log-format", "json", "--log-level", "error"),
            *("--log-level-file", "none", "--no-populate-cache"),
            "compile",
            *("--exclude", "resource_type:unit_test"),
            *("--project-dir", str(folder), "--profiles-dir", str(folder)),
            *("--target-path", str(target)),
        ],
        env=os.environ
        | ENVIRONMENT
        | {"DBT_LOG_PATH": str(settings.home_dir / "dbt" / "logs")},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    for unread in target.iterdir():
        if unread.is_dir():
            shutil.rmtree(unread)
        elif unread.name not in _KEPT:
            unread.unlink()
    if call.returncode:
        said = _errors([*_infos(call.stdout)], settings.models_dir)
        raise ExportError(f"dbt cannot read the models: {said}")


def _infos(output: str) -> Iterator[Mapping[str, Any]]:
    for line in output.splitlines():
        try:
            yield json.loads(line)["info"]
        except (ValueError, KeyError, TypeError):
            yield {"level": "error", "msg": line}


def _require_runnable(manifest: Mapping[str, Any], models_dir: Path | None) -> None:
    """Refuse a model of the workspace that needs dbt's own runner."""
    for _, node in sorted(manifest["nodes"].items()):
        config = node["config"]
        wrong = ""
        if config.get("materialized") not in {*MATERIALIZED, "ephemeral"}:
            wrong = f"is materialized as {config['materialized']}"
        elif config.get("pre-hook") or config.get("post-hook"):
            wrong = "has a hook"
        elif _constraints(node):
            wrong = "has a constraint, which a data test can say"
        elif node["resource_type"] == "model" and not _has_its_months(node):
            wrong = "is made_by_month of something that its months do not have"
        if wrong:
            place = str(node["original_file_path"])
            if models_dir:
                place = place.replace(f"{WORKSPACE}/", f"{models_dir}/", 1)
            raise ExportError(
                f"{place}: {node['name']} {wrong}; expected a table, a view or an "
                "ephemeral model without hooks and constraints"
            )


def _has_its_months(node: Mapping[str, Any]) -> bool:
    """Return whether a model can be made as its meta says: by month, or at once."""
    meta = node["config"].get("meta") or {}
    by = meta.get("made_by_month")
    is_sql_table = (node["language"], node["config"]["materialized"]) == (
        "sql",
        "table",
    )
    return not by or (by in meta.get("months", {}) and is_sql_table)


def _constraints(node: Mapping[str, Any]) -> bool:
    columns = node.get("columns", {}).values()
    return bool(node.get("constraints") or any(c.get("constraints") for c in columns))


def _link(folder: Path, models_dir: Path | None) -> None:
    """Lay out the project: links to what is shipped, and to the workspace's models."""
    folder.mkdir(parents=True, exist_ok=True)
    config = yaml.safe_load((DBT_DIR / "dbt_project.yml").read_text("utf-8"))
    links = {folder / name: DBT_DIR / name for name in _LINKED}
    if models_dir:
        links[folder / WORKSPACE] = models_dir
    else:
        (folder / WORKSPACE).unlink(missing_ok=True)
    # It is told of them where there are none, too: with another configuration dbt would
    # read every shipped model again.
    config["model-paths"].append(WORKSPACE)
    # What a folder of the shipped models says goes before this.
    shipped = config["models"]["unitmill"]
    for layer in ("staging", "intermediate"):
        shipped[layer]["+persist_docs"] = {"relation": False, "columns": False}
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


def _read(stamp: Path) -> str | None:
    return stamp.read_text("utf-8") if stamp.exists() else None


def _hash_of_files(folder: Path, models_dir: Path | None) -> str:
    """Hash the project's files and the dbt that compiles them."""
    programs = f"{version('dbt-core')} {version('dbt-duckdb')}"
    digest = hashlib.sha256(programs.encode())
    digest.update((folder / "dbt_project.yml").read_bytes())
    for path in dbt_files(models_dir):
        root = DBT_DIR if path.is_relative_to(DBT_DIR) else models_dir
        assert root is not None
        digest.update(f"{path.relative_to(root)} {sha256_of(path)}\n".encode())
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
