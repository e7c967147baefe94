"""Grains: which columns identify a row of a mart, as its dbt test says.

Belongs here: carrying them from dbt into a version, for targets that keep an index.
Does not belong here: the test (``unique_grain``), and whether it held (``audit``).
"""

import json

from pipelines.settings import Settings

TEST = "unique_grain"


def grains(settings: Settings) -> dict[str, list[str]]:
    """Give the grain of each model that has the test; nothing without dbt's parse.

    The parse is of the build's models: where they changed since, the audit objects.
    """
    parsed = settings.home_dir / "dbt" / "target" / "manifest.json"
    try:
        nodes = json.loads(parsed.read_text("utf-8"))["nodes"]
    except FileNotFoundError:
        return {}
    found = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == TEST and node["config"]["severity"].lower() == "error":
            model = nodes[node["attached_node"]]["name"]
            found[model] = [*test["kwargs"]["columns"]]
    return found
