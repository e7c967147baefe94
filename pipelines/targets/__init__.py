"""Targets: a published version, copied to where other tools read.

Belongs here: one package per target (``postgres``, ``object_store``): how a version
gets there whole, how readers change to it at once, and how older ones go; the list of
targets, and how the last copy to each went. Does not belong here: what may be published
(``publishing``), and a number that no mart has.
"""

from pipelines.publishing.versions import PublishError


class TargetError(PublishError):
    """A version cannot be copied; the message says why, and readers see what was."""
