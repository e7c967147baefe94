"""Walk the exports folder: which files lie in it, and which folders are not gone into.

Belongs here: links, loops, what is hidden, and what the user wants ignored. Does not
belong here: what a file is (``candidates``, ``side_files``).
"""

import os
from collections.abc import Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from pipelines.landing import side_files
from pipelines.landing.source import UNREADABLE, ExportError

# What the user does not want read: patterns of .gitignore, of paths below the folder.
IGNORE_FILE = ".unitmillignore"


def files_below(exports_dir: Path) -> Iterator[tuple[Path, str]]:
    """Give every file, and each folder that is not gone into with why not."""
    root = exports_dir.resolve()
    entered = {root}
    for folder, folders, names in os.walk(exports_dir, followlinks=True):
        inside = []
        for name in sorted(folders):
            path = Path(folder, name)
            reason = _reason_not_entered(path, root, entered)
            if reason is None:
                inside.append(name)
            elif reason:
                yield path, reason
        folders[:] = inside
        for name in sorted(names):
            path = Path(folder, name)
            if side_files.is_leftover(name) or side_files.is_of_a_tool(name):
                continue
            if not side_files.is_hidden(name):
                yield path, ""
            elif side_files.is_data(name):
                yield path, "hidden; rename it if it is an export"


def _reason_not_entered(path: Path, root: Path, entered: set[Path]) -> str | None:
    """Say why a folder is not gone into, '' for silence; None where it is."""
    if side_files.is_hidden(path.name):
        if side_files.is_of_a_tool(path.name):
            return ""
        count = sum(side_files.is_data(name) for name in _names_below(path))
        reason = (
            f"a hidden folder with {count} files of data; rename it to have it read"
        )
        return reason if count else ""
    return _reason_not_followed(path, root, entered) if path.is_symlink() else None


def _reason_not_followed(link: Path, root: Path, entered: set[Path]) -> str | None:
    """Say why a link to a folder is not followed; None where it is.

    What it leads to is read once: no file of a loop, or of two links, counts twice.
    """
    real = link.resolve()
    if root.is_relative_to(real):
        return "a link to a folder that it lies in"
    if real.is_relative_to(root) and not _is_hidden_below(real, root):
        return "a link to a folder that is read where it lies"
    for other in entered - {root}:
        if real.is_relative_to(other) or other.is_relative_to(real):
            return "a link to a folder that another link leads to"
    entered.add(real)
    return None


def _is_hidden_below(folder: Path, root: Path) -> bool:
    return any(map(side_files.is_hidden, folder.relative_to(root).parts))


def _names_below(folder: Path) -> Iterator[str]:
    for _, _, names in os.walk(folder):
        yield from names


def ignored_in(exports_dir: Path) -> GitIgnoreSpec:
    """Read what the user wants ignored; a folder stands for all that is in it."""
    path = exports_dir / IGNORE_FILE
    try:
        text = path.read_text("utf-8-sig") if path.is_file() else ""
        return GitIgnoreSpec.from_lines(text.splitlines())
    except UNREADABLE as error:
        raise ExportError(
            f"{IGNORE_FILE}: cannot be read; expected patterns as in .gitignore, one "
            "a line, in UTF-8"
        ) from error
