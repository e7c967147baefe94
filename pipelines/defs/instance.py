"""Dagster's own folder in the home: the settings and databases of its instance.

Belongs here: what an instance is told. Does not belong here: what a run does (``run``),
what it holds (``home``), which runs are kept (``history``).
"""

import json
import os
from importlib.util import find_spec
from pathlib import Path

from pipelines.landing.source import ExportError
from pipelines.settings import SHIPPED_DIR, Settings, secret

STARTED_HERE = {"unitmill/started_by": "unitmill build"}
# How many events that a run plans Dagster stores at once; without it, one by one.
BATCH_SIZE, MOST_PLANNED = "DAGSTER_EVENT_BATCH_SIZE", 2_000
POSTGRES = {"run": "Runs", "schedule": "Schedules", "event_log": "Events"}


def prepare_dagster_home(settings: Settings) -> Path:
    """Put the instance's settings into Dagster's folder, and point Dagster there.

    Raises:
        ExportError: the settings name a Postgres for Dagster, and its driver or its
            address is missing.
    """
    home = settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    shipped = (SHIPPED_DIR / "dagster.yaml").read_text("utf-8")
    # JSON is YAML; only here is the place of the records known.
    lines = [f"{key}: {json.dumps(value)}" for key, value in _records(settings).items()]
    # Whole for the other processes of a deployment, which read it meanwhile.
    part = home / f"dagster.yaml.{os.getpid()}.tmp"
    part.write_text("\n".join([shipped, *lines, ""]), "utf-8")
    part.replace(home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ[BATCH_SIZE] = str(MOST_PLANNED)
    return home


def _records(settings: Settings) -> dict[str, object]:
    """Say where Dagster keeps runs, events and schedules: in the home, or Postgres."""
    variable = settings.dagster.database_url_variable
    if not variable:
        events = {"base_dir": str(settings.dagster_home / "history" / "runs")}
        return {
            "event_log_storage": {
                "module": "pipelines.event_log",
                "class": "EventLog",
                "config": events,
            }
        }
    if find_spec("dagster_postgres") is None:
        raise ExportError(
            "Dagster's records cannot be kept in Postgres, as the setting "
            "dagster.database_url_variable asks: dagster-postgres is not installed; "
            "run: pip install 'unitmill[deploy]'"
        )
    if not secret(variable).get_secret_value():
        raise ExportError(
            f"the environment variable {variable}, which the setting "
            "dagster.database_url_variable names, is empty; expected the address of a "
            "Postgres for Dagster's records"
        )
    config = {"postgres_url": {"env": variable}}
    return {
        f"{what}_storage": {
            "module": "pipelines.postgres_storage",
            "class": name,
            "config": config,
        }
        for what, name in POSTGRES.items()
    }
