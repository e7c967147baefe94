"""`unitmill init`: a workspace of one's own.

Belongs here: what a new workspace holds. Does not belong here: what its settings mean.
"""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.calling import console, fail, program, require_readable_home
from pipelines.settings import SHIPPED_DIR
from pipelines.settings.workspace import CONFIG

TEMPLATES = Path(__file__).parent / "new_workspace"
# A setting that a new workspace says itself; the others are shown as comments.
CHOSEN = {"exports": '"exports"', "home": '".unitmill"'}


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new folder, or one that is there.")
    ] = Path(),
) -> None:
    """Make a workspace: settings, folders for exports and plans. Overwrites nothing."""
    config = folder / CONFIG
    if config.exists():
        fail(f"{config} is there already; this folder is a workspace", 2)
    require_readable_home(folder.resolve())
    try:
        written = [*_write(folder)]
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}; expected a folder to write in", 2)
    for path in written:
        console.print(f"  wrote {path}", soft_wrap=True)
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))}, "
    console.print(
        f"Next: {there}put exports into exports/, then: {program(folder)} build",
        soft_wrap=True,
    )


def _write(folder: Path) -> list[Path]:
    """Write what is not there; the settings come last, so that half is no workspace."""
    for name in ("exports", "plans"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    new = {
        folder / "exports" / ".gitkeep": "",
        folder / ".gitignore": (TEMPLATES / "gitignore").read_text("utf-8"),
        folder / "README.md": (TEMPLATES / "README.md").read_text("utf-8"),
    }
    written = [path for path in new if not path.exists()]
    for path in written:
        path.write_text(new[path], "utf-8")
    shipped = (SHIPPED_DIR / CONFIG).read_text("utf-8")
    (folder / CONFIG).write_text(starting_settings(shipped), "utf-8")
    return [*written, folder / CONFIG]


def starting_settings(shipped: str) -> str:
    """Turn the shipped settings into those of a new workspace.

    What it says are defaults: shown as comments they may change with a release, and a
    line that is no comment is a choice.
    """
    lines = []
    for line in shipped.splitlines():
        key = line.partition(" = ")[0]
        if key in CHOSEN:
            lines.append(f"{key} = {CHOSEN[key]}")
        elif line and not line.startswith(("#", "[")):
            lines.append(f"# {line}")
        else:
            lines.append(line)
    return "\n".join([*lines, ""])
