"""Where Unitmill's own files are, and the folder that the user works in.

Belongs here: the roots that every relative path starts at. Does not belong here: what
may be set in a workspace (``sections``), and how one is begun (``cli.starting``).
"""

from pathlib import Path

CONFIG = "unitmill.toml"

_PACKAGE = Path(__file__).resolve().parent.parent
# The repository. Only tests and the tools beside the package read from it.
PROJECT_DIR = _PACKAGE.parent
# What Unitmill ships beside its code: the dbt project, Dagster's settings, the settings
# and plans that a new workspace begins with. A wheel carries it inside the package.
SHIPPED_DIR = _PACKAGE / "_shipped" if (_PACKAGE / "_shipped").is_dir() else PROJECT_DIR
DBT_DIR = SHIPPED_DIR / "dbt_project"


def workspace_of(folder: Path) -> Path | None:
    """Return the nearest folder with a unitmill.toml, from this one upward."""
    for place in (folder, *folder.parents):
        if (place / CONFIG).is_file():
            return place
    return None
