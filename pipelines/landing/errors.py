"""What bad input raises; apart from the contract, so that a command may know it alone.

The contract (``source``) imports what reads files, which takes longer than most
commands do. Belongs here: the errors. Does not belong here: their words (``faults``).
"""

from collections.abc import Iterable


class ExportError(Exception):
    """An export cannot be used; the message names source, file and expectation.

    Every error that bad input can cause is this one or a child of it:

    ExportError
    +- PlanError (pipelines.sources.plans): a user's conversion plan is wrong
    +- TransientError: the disk or the network failed; trying again may help

    Attributes:
        files: names of files that cannot be used for it, such as all parts of an
            incomplete drop; none: those that the message names.
    """

    def __init__(self, message: str, files: Iterable[str] = ()) -> None:
        """Take the message and the names of the files."""
        super().__init__(message)
        self.files = tuple(files)


class TransientError(ExportError):
    """An export could not be read this time."""
