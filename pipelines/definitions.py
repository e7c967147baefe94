"""Where Dagster enters."""

import dagster as dg

from pipelines.defs import build_definitions
from pipelines.settings import Settings
from pipelines.settings.homes import keep_private


@dg.definitions
def defs() -> dg.Definitions:
    """Give the definitions for the user's settings."""
    settings = Settings()
    keep_private(settings)
    return build_definitions(settings)
