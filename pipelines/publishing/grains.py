"""Grains: which columns identify a row of a mart, as its dbt test says.

Belongs here: carrying them from dbt into a version, for targets that keep an index.
Does not belong here: the test (``unique_grain``), and whether it held (``audit``).
"""

from collections.abc import Mapping
from typing import Any

TEST = "unique_grain"


def grains(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give the grain of each model that has the test, by what dbt's manifest says."""
    nodes, found = manifest["nodes"], {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == TEST and node["config"]["severity"].lower() == "error":
            model = nodes[node["attached_node"]]["name"]
            found[model] = [*test["kwargs"]["columns"]]
    return found
