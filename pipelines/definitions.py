"""Where Dagster enters."""

import dagster as dg

from pipelines.defs import build_definitions
from pipelines.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """Give the definitions for the user's settings."""
    return build_definitions(Settings())
