"""The registry: every source that Unitmill ships, and the user's own plans."""

from dataclasses import replace
from functools import reduce
from hashlib import sha256
from operator import getitem

from pipelines import (
    allocation,
    budgets,
    invoices,
    native_totals,
    optimisations,
    prices,
    trades,
)
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
    onprem,
    openai,
    openrouter,
    prepaid,
)
from pipelines.settings import Settings
from pipelines.telemetry import (
    anthropic_usage,
    bedrock_logs,
    business_values,
    call_log,
    claude_code,
    deployments,
    kubeflow,
    langfuse,
    litellm,
    mlflow,
    model_variants,
    openai_usage,
    opencost,
    openrouter_usage,
    openshift,
    otel_genai,
    pipeline_runs,
    prometheus,
    ray,
    run_plans,
    sagemaker,
    slurm,
    storage_access,
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
    prepaid.SOURCE,
    anthropic.SOURCE,
)
USAGE_SOURCES = (
    openai_usage.SOURCE,
    anthropic_usage.SOURCE,
    claude_code.SOURCE,
    *bedrock_logs.SOURCES,
    *openrouter_usage.SOURCES,
    *litellm.SOURCES,
    *langfuse.SOURCES,
    *otel_genai.SOURCES,
    *call_log.SOURCES,
    slurm.SOURCE,
    *mlflow.SOURCES,
    run_plans.SOURCE,
    deployments.SOURCE,
    model_variants.SOURCE,
    *prometheus.SOURCES,
    opencost.SOURCE,
    *openshift.SOURCES,
    sagemaker.SOURCE,
    ray.SOURCE,
    kubeflow.SOURCE,
    business_values.SOURCE,
    storage_access.SOURCE,
    pipeline_runs.SOURCE,
)


def all_sources(settings: Settings) -> tuple[Source, ...]:
    """Give every source: shipped ones with the user's overlays, then user plans."""
    every = (
        *with_overlays(COST_SOURCES, settings),
        *plan_sources(settings),
        *USAGE_SOURCES,
        *allocation.SOURCES,
        budgets.SOURCE,
        optimisations.SOURCE,
        trades.SOURCE,
        prices.SOURCE,
        invoices.SOURCE,
        native_totals.SOURCE,
    )
    return tuple(replace(source, chosen=_chosen(source, settings)) for source in every)


def _chosen(source: Source, settings: Settings) -> str:
    """Hash the settings that a source's rows depend on."""
    values = settings.model_dump(mode="json")
    said = [
        f"{name}={reduce(getitem, name.split('.'), values)}"
        for name in (*source.uses, "landing.personal_data")
    ]
    return "+" + sha256("\n".join(said).encode()).hexdigest()[:8]
