"""The registry: every source that Unitmill ships, and the user's own plans."""

from pipelines import invoices
from pipelines.landing.source import Source
from pipelines.plans import plan_sources, with_overlays
from pipelines.providers import (
    anthropic,
    aws,
    azure,
    azure_focus,
    focus_export,
    gcp,
    oci,
    openai,
    openrouter,
)
from pipelines.settings import Settings
from pipelines.telemetry import anthropic_usage, mlflow, openai_usage, slurm

COST_SOURCES = (
    aws.SOURCE,
    azure.SOURCE,
    azure_focus.SOURCE,
    focus_export.SOURCE,
    gcp.SOURCE,
    oci.SOURCE,
    openai.SOURCE,
    openrouter.SOURCE,
    anthropic.SOURCE,
)
USAGE_SOURCES = (
    openai_usage.SOURCE,
    anthropic_usage.SOURCE,
    slurm.SOURCE,
    mlflow.SOURCE,
)


def all_sources(settings: Settings) -> tuple[Source, ...]:
    """Give every source: shipped ones with the user's overlays, then user plans."""
    shipped = tuple(with_overlays(source, settings) for source in COST_SOURCES)
    return (*shipped, *plan_sources(settings), *USAGE_SOURCES, invoices.SOURCE)
