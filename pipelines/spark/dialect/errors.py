"""What stops a translation."""

from pipelines.landing.source import ExportError


class DialectError(ExportError):
    """SQL that has no translation of which it is sure that it says the same."""
