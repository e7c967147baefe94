"""What a wheel carries beside the Python package, so that it runs from any folder.

The dbt project, Dagster's settings, and what a new workspace begins with lie at the top
of the repository; a wheel has them in ``pipelines/_shipped`` (``SHIPPED_DIR``). It also
carries focus-converter, whose own requirements contradict those of the rest of the
stack: see docs/decisions/0029. An editable install reads all of it where it lies.
"""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("dbt_project", "plans/databricks", "dagster.yaml", "unitmill.toml")
# What dbt leaves in its project, and the tool that writes a part of it.
LEFT_OUT = {"target", "logs", "__pycache__", ".user.yml", "generate.py"}
CONVERTER = "focus-converter"
LOCKED = re.compile(rf"^{CONVERTER}==.*\n(?:\s+--hash=.*\n)+", re.MULTILINE)


class Shipped(BuildHookInterface):
    """Adds files that are no part of the Python package to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name each file and its place in the wheel."""
        if version == "editable":
            return
        root = Path(self.root)
        for name in SHIPPED:
            for path in _files(root / name):
                place = f"pipelines/_shipped/{path.relative_to(root).as_posix()}"
                build_data["force_include"][str(path)] = place
        for path, place in _converter(root):
            build_data["force_include"][str(path)] = place


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    for path in sorted(place.rglob("*")):
        if path.is_file() and not LEFT_OUT & {*path.relative_to(place).parts}:
            yield path


def _converter(root: Path) -> Iterator[tuple[Path, str]]:
    """Find focus-converter: installed, or fetched as requirements.lock has it."""
    try:
        found = distribution(CONVERTER)
        files = {str(f): Path(str(found.locate_file(f))) for f in found.files or ()}
    except PackageNotFoundError:
        files = _fetched(root)
    for name, path in files.items():
        head, _, rest = name.partition("/")
        if head == "focus_converter" and "__pycache__" not in name:
            yield path, name
        elif rest.endswith("LICENSE"):
            yield path, "focus_converter/LICENSE"


def _fetched(root: Path) -> dict[str, Path]:
    """Fetch the locked file of focus-converter, and nothing that it asks for."""
    folder = Path(mkdtemp())
    locked = LOCKED.search((root / "requirements.lock").read_text("utf-8"))
    if locked is None:
        raise FileNotFoundError(f"{CONVERTER} is not in requirements.lock")
    wanted = folder / "wanted.txt"
    wanted.write_text(locked.group(), "utf-8")
    call = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    call += ["--require-hashes", "--only-binary", ":all:", "-r", str(wanted)]
    # A build in isolation hides pip itself by this variable.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    subprocess.run(  # noqa: S603
        [*call, "-d", str(folder)], check=True, env=environment
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
        return {name: folder / name for name in archive.namelist()}
