"""By what a file is known to be the one that was looked at before.

Belongs here: size, times and inode, and when they cannot be believed yet. Does not
belong here: what was found in the file (``hashes``, ``looks``).
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

# File systems count time in steps: who writes twice within one leaves no trace. Git
# distrusts an entry of its index for the same reason.
JUST_NOW_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one state of a file from another without reading it.

    Attributes:
        size: in bytes.
        modified_ns: the time that the file's owner may set.
        changed_ns: the time that the kernel sets at each change, also of the other.
        inode: of the file on its file system.
        is_settled: whether a change after the look is certain to show. Not of a file
            that was touched within two seconds before it.
    """

    size: int
    modified_ns: int
    changed_ns: int
    inode: int
    is_settled: bool = True

    @classmethod
    def of(cls, path: Path) -> "Identity":
        """Look at a file; call this before it is read.

        Raises:
            OSError: it is gone, or nobody may see it.
        """
        now = time.time_ns()
        return cls.of_stat(path.stat(), now)

    @classmethod
    def of_stat(cls, found: os.stat_result, now: int) -> "Identity":
        """Take what the system said of a file, asked for after this time."""
        changed, modified = found.st_ctime_ns, found.st_mtime_ns
        settled = changed < now - JUST_NOW_NS and abs(now - modified) > JUST_NOW_NS
        return cls(found.st_size, modified, changed, found.st_ino, settled)

    def is_of(self, other: "Identity") -> bool:
        """Return whether a file is still the one that was looked at then.

        Args:
            other: what was remembered of it.
        """
        return other.is_settled and self.state == other.state

    @property
    def state(self) -> tuple[int, int, int, int]:
        """What is remembered of a settled one."""
        return self.size, self.modified_ns, self.changed_ns, self.inode
