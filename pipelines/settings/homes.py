"""Who on this machine may read a home.

Belongs here: modes of folders, and the umask of processes that write in a home. Does
not belong here: modes of published files (``publishing``).

A home holds bills. Files get their mode by the umask, which every process that a
command or a run starts inherits; what is not published lies in folders of its owner
alone, whoever may read versions.
"""

import os
import stat
from pathlib import Path

from pipelines.settings import Settings

UMASK = {"owner": 0o077, "group": 0o027, "all": 0o022}
# What others need to come to `versions`: to pass, and to see nothing.
PASSING = {"owner": 0, "group": stat.S_IXGRP, "all": stat.S_IXGRP | stat.S_IXOTH}
READING = {"owner": 0, "group": 0o050, "all": 0o055}
PRIVATE = (
    "alerts",
    "build",
    "dagster",
    "dbt",
    "landing",
    "ledger",
    "privacy",
    "running",
    "tmp",
)


def keep_private(settings: Settings) -> None:
    """Let this process write in the home for those who may read it, and nobody else.

    A home that is there keeps its mode but for what the owner chose to open.

    Args:
        settings: whose home; it is made where there is none.
    """
    readers = settings.publishing.readable_by
    os.umask(UMASK[readers])
    home = settings.home_dir
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(stat.S_IRWXU | PASSING[readers])
    if readers == "owner" or home.stat().st_uid != os.geteuid():
        return
    _open(home, PASSING[readers])
    settings.versions_dir.mkdir(exist_ok=True)
    _open(settings.versions_dir, READING[readers])
    for name in PRIVATE:
        (home / name).mkdir(mode=stat.S_IRWXU, exist_ok=True)
    (home / "build.log").touch(stat.S_IRUSR | stat.S_IWUSR)


def open_to_others(settings: Settings) -> str:
    """Say that others may read more of the home than its owner chose; else ""."""
    home = settings.home_dir
    if not home.is_dir():
        return ""
    allowed = PASSING[settings.publishing.readable_by]
    mode = stat.S_IMODE(home.stat().st_mode)
    # Who cannot pass a folder above it cannot come to it.
    for folder in (home, *home.parents):
        passes = folder.stat().st_mode
        for bit, bits in ((stat.S_IXGRP, 0o070), (stat.S_IXOTH, 0o007)):
            if not passes & bit:
                mode &= ~bits
    more = mode & 0o077 & ~allowed
    if not more:
        return ""
    who = "every user" if more & 0o007 else "its group"
    return (
        f"the home {home} is open to {who} of this machine; close it with: "
        f"chmod go-rwx {home}, or choose who reads with publishing.readable_by"
    )


def _open(folder: Path, bits: int) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & bits != bits:
        folder.chmod(mode | bits)
