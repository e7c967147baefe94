"""Dagster's own folder in the home: the settings and databases of its instance.

Belongs here: what an instance is told. Does not belong here: what a run does (``run``),
what it holds (``home``), which runs are kept (``history``).
"""

import json
import os
from pathlib import Path

from pipelines.settings import SHIPPED_DIR, Settings

STARTED_HERE = {"unitmill/started_by": "unitmill build"}


def prepare_dagster_home(settings: Settings) -> Path:
    """Put the instance's settings into Dagster's folder, and point Dagster there."""
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    events = {
        "module": "pipelines.event_log",
        "class": "EventLog",
        "config": {"base_dir": str(home / "history" / "runs")},
    }
    shipped = (SHIPPED_DIR / "dagster.yaml").read_text("utf-8")
    # JSON is YAML; only here is the place of the home known.
    here = f"event_log_storage: {json.dumps(events)}"
    (home / "dagster.yaml").write_text(f"{shipped}\n{here}\n", "utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    return home
