"""What a wheel carries beside the Python package, so that it runs from any folder.

The dbt project, Dagster's settings, and what a new workspace begins with lie at the top
of the repository; a wheel has them in ``pipelines/_shipped`` (``SHIPPED_DIR``). An
editable install reads them where they lie: see docs/decisions/0029.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("dbt_project", "plans", "dagster.yaml", "unitmill.toml")
# What dbt leaves in its project, and the tools that write a part of it.
BESIDE_DBT = {"target", "logs", "__pycache__", ".user.yml", "generate.py", "compile.py"}
# What a vendor's files look like, and the plans of an invented vendor.
BESIDE_PLANS = {"sample", "ferrum"}
LEFT_OUT = BESIDE_DBT | BESIDE_PLANS


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


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    for path in sorted(place.rglob("*")):
        if path.is_file() and not LEFT_OUT & {*path.relative_to(place).parts}:
            yield path
