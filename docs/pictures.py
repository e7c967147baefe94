"""Write docs/images: charts of the sample company as `unitmill image` draws them.

Belongs here: which charts the README shows. Does not belong here: how a chart is drawn
(``pipelines/pages``). ``make pictures`` runs it on the published sample company;
``tests/pages/test_pictures.py`` fails when a number in one differs from that company's
newest build. Each names the version that it is of, so each run changes the files.
"""
# ruff: noqa: INP001 - a folder of pages with scripts, no package

import sys
from pathlib import Path

import duckdb

from pipelines.pages.pictures import find_chart, picture_of
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR, Settings

IMAGES = PROJECT_DIR / "docs" / "images"
WIDTH = 520
PICTURES = {
    "bridge.svg": ("unit-economics", "bridge"),
    "teams.svg": ("executive", "teams"),
    "outlook.svg": ("executive", "outlook"),
    "tokens.svg": ("unit-economics", "tokens"),
}


def svg_of(database: Path, name: str) -> str:
    """Draw one picture of a published version."""
    with duckdb.connect(str(database), read_only=True) as db:
        return picture_of(db, *find_chart(*PICTURES[name]), width=WIDTH).svg()


def main() -> None:
    """Write every picture, of what is published."""
    version = current(Settings())
    if version is None:
        sys.exit("nothing is published yet; run: unitmill build")
    IMAGES.mkdir(exist_ok=True)
    for name in PICTURES:
        (IMAGES / name).write_text(svg_of(version.database, name) + "\n", "utf-8")


if __name__ == "__main__":
    main()
