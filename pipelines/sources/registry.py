"""The registry: every source that Unitmill ships, and the user's own plans."""

from dataclasses import replace
from functools import reduce
from hashlib import sha256
from operator import getitem

from pipelines.landing.source import Source
from pipelines.settings import Settings
from pipelines.sources.cost import (
    anthropic,
    aws,
    azure,
    azure_focus,
    cursor,
    focus_export,
    gcp,
    github,
    oci,
    onprem,
    openai,
    openrouter,
)
from pipelines.sources.lists import coding_seats, prepaid
from pipelines.sources.plans import plan_sources, with_overlays
from pipelines.sources.tables import LISTS
from pipelines.sources.usage import (
    anthropic_usage,
    bedrock_logs,
    call_log,
    claude_code,
    claude_code_logs,
    codex_logs,
    cursor_usage,
    github_ai,
    kubeflow,
    langfuse,
    litellm,
    mlflow,
    openai_usage,
    opencost,
    openrouter_activity,
    openrouter_usage,
    openshift,
    otel_genai,
    pipeline_runs,
    prometheus,
    ray,
    sagemaker,
    slurm,
)

COST_SOURCES = (
    aws.SOURCE,
    azure.SOURCE,
    azure_focus.SOURCE,
    focus_export.SOURCE,
    gcp.SOURCE,
    oci.SOURCE,
    onprem.SOURCE,
    openai.SOURCE,
    openrouter.SOURCE,
    anthropic.SOURCE,
    github.SOURCE,
    cursor.SOURCE,
)
USAGE_SOURCES = (
    openai_usage.SOURCE,
    anthropic_usage.SOURCE,
    claude_code.SOURCE,
    claude_code_logs.SOURCE,
    codex_logs.SOURCE,
    cursor_usage.SOURCE,
    github_ai.SOURCE,
    *bedrock_logs.SOURCES,
    openrouter_activity.SOURCE,
    *openrouter_usage.SOURCES,
    *litellm.SOURCES,
    *langfuse.SOURCES,
    *otel_genai.SOURCES,
    *call_log.SOURCES,
    slurm.SOURCE,
    *mlflow.SOURCES,
    *prometheus.SOURCES,
    opencost.SOURCE,
    *openshift.SOURCES,
    sagemaker.SOURCE,
    ray.SOURCE,
    kubeflow.SOURCE,
    pipeline_runs.SOURCE,
)


LIST_SOURCES = (
    *(one.as_source() for one in LISTS),
    prepaid.SOURCE,
    coding_seats.SOURCE,
)


def all_sources(settings: Settings) -> tuple[Source, ...]:
    """Give every source: shipped ones with the user's overlays, then user plans."""
    every = (
        *with_overlays(COST_SOURCES, settings),
        *plan_sources(settings),
        *USAGE_SOURCES,
        *LIST_SOURCES,
    )
    return tuple(replace(source, chosen=_chosen(source, settings)) for source in every)


def _chosen(source: Source, settings: Settings) -> str:
    """Hash the settings that a source's rows depend on."""
    values = settings.model_dump(mode="json")
    chosen_values = [
        f"{name}={reduce(getitem, name.split('.'), values)}"
        for name in (*source.uses, "landing.personal_data")
    ]
    # How persons are told apart; by which key is said by each partition.
    chosen_values.append("persons=hmac")
    return "+" + sha256("\n".join(chosen_values).encode()).hexdigest()[:8]
