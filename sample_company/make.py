"""Writes every sample export below one folder.

Belongs here: the order, and the places of files. What is in them is decided in the
module of each system.
"""

import shutil
from pathlib import Path

from sample_company.agents import write_claude_code, write_traces
from sample_company.anthropic import write_anthropic
from sample_company.aws.cur2 import write_cur2
from sample_company.aws.legacy import write_legacy
from sample_company.aws.rows import Delivery, delivered, month_lines
from sample_company.azure.details import write_azure
from sample_company.azure.focus import write_azure_focus
from sample_company.bedrock_logs import write_bedrock_logs
from sample_company.cluster_jobs import write_kubeflow, write_ray
from sample_company.coding_lists import write_coding_lists
from sample_company.coding_logs import write_claude_code_logs, write_codex_logs
from sample_company.cursor import write_cursor
from sample_company.databricks import write_databricks
from sample_company.deployments import write_deployments
from sample_company.driftbase import write_driftbase
from sample_company.ferrum import write_ferrum
from sample_company.files import write_text
from sample_company.gcp import write_gcp
from sample_company.github import write_github
from sample_company.invoices import invoices, write_invoices, write_planted
from sample_company.kiosks import write_call_log, write_langfuse
from sample_company.lists import write_lists
from sample_company.litellm import write_litellm
from sample_company.mlflow import write_mlflow
from sample_company.months import AUGUST, MONTHS, OCTOBER, SEPTEMBER, at
from sample_company.native_totals import write_native_totals
from sample_company.oci import write_oci
from sample_company.onprem import write_onprem
from sample_company.openai_pages import write_openai
from sample_company.opencost import write_opencost
from sample_company.openrouter import write_openrouter
from sample_company.openshift import write_openshift
from sample_company.pipeline_runs import write_pipeline_runs
from sample_company.prepaid import write_prepaid
from sample_company.prometheus import write_prometheus
from sample_company.readme import README
from sample_company.sagemaker import write_sagemaker
from sample_company.slurm import write_slurm
from sample_company.storage_access import write_storage_access

# Oldest first: the last legacy assembly is the one that its month's manifest names.
LEGACY = (
    Delivery(AUGUST, "20260816T031500Z", at("08-16 00:00")),
    Delivery(AUGUST, "20260903T061200Z"),
)
CUR2 = (
    Delivery(SEPTEMBER, "20261004T050000Z-3fa1c2d4-90be-4e0d-8a6b-57c1d20e9b31"),
    Delivery(
        OCTOBER,
        "20261020T040000Z-8c7713e0-1d2b-4f6a-b0c5-e94d63a7f215",
        at("10-20 00:00"),
    ),
    Delivery(OCTOBER, "20261104T050000Z-e25b90a6-7c44-4b1f-9d83-0a6f1c8e5d72"),
)
_WRITTEN = (
    "aws",
    "azure",
    "gcp",
    "oci",
    "onprem",
    "openai",
    "openrouter",
    "prepaid",
    "anthropic",
    "databricks",
    "driftbase",
    "ferrum",
    "slurm",
    "mlflow",
    "run_plans",
    "sagemaker",
    "ray",
    "kubeflow",
    "deployments",
    "model_variants",
    "prometheus",
    "opencost",
    "openshift",
    "bedrock_logs",
    "litellm",
    "otel_genai",
    "claude_code",
    "langfuse",
    "call_log",
    "budgets",
    "optimizations",
    "migration_scenarios",
    "business_values",
    "storage_access",
    "pipeline_runs",
    "contracts",
    "ownership",
    "native_totals",
    "github",
    "cursor",
    "claude_code_logs",
    "codex_logs",
    "coding_seats",
    "pull_requests",
    "invoices",
)


def write_samples(out: Path) -> None:
    """Write the samples; the folders that they own are made again.

    Raises:
        FileExistsError: the folder holds exports that are not samples.
    """
    old = [out / name for name in _WRITTEN if (out / name).exists()]
    if old and not (out / "PLANTED.csv").exists():
        raise FileExistsError(
            f"{old[0]} is not a sample (no {out / 'PLANTED.csv'}); "
            "samples are written to an empty folder or over older samples"
        )
    for folder in old:
        shutil.rmtree(folder)
    bills = {month: month_lines(month) for month in MONTHS}
    for parts, delivery in enumerate(LEGACY, start=1):
        write_legacy(out / "aws" / "legacy", delivery, bills[delivery.month], parts)
    for delivery in CUR2:
        write_cur2(out / "aws" / "cur2", delivery, bills[delivery.month])
    write_azure(out / "azure")
    write_azure_focus(out / "azure")
    write_gcp(out / "gcp")
    write_oci(out / "oci")
    write_onprem(out / "onprem")
    write_openai(out / "openai")
    write_openrouter(out / "openrouter")
    write_prepaid(out / "prepaid")
    write_anthropic(out / "anthropic")
    write_databricks(out / "databricks")
    write_driftbase(out / "driftbase")
    write_ferrum(out / "ferrum")
    write_slurm(out / "slurm")
    write_mlflow(out / "mlflow")
    write_deployments(out / "deployments")
    write_prometheus(out / "prometheus")
    write_opencost(out / "opencost")
    write_openshift(out / "openshift")
    write_sagemaker(out / "sagemaker")
    write_ray(out / "ray")
    write_kubeflow(out / "kubeflow")
    write_bedrock_logs(out / "bedrock_logs")
    write_litellm(out / "litellm")
    write_traces(out / "otel_genai")
    write_claude_code(out / "claude_code")
    write_langfuse(out / "langfuse")
    write_call_log(out / "call_log")
    write_lists(out)
    write_storage_access(out / "storage_access")
    write_pipeline_runs(out / "pipeline_runs")
    write_native_totals(
        out / "native_totals", bills[OCTOBER], delivered(CUR2[1], bills[OCTOBER])
    )
    write_github(out / "github")
    write_cursor(out / "cursor")
    write_claude_code_logs(out / "claude_code_logs")
    write_codex_logs(out / "codex_logs")
    write_coding_lists(out)
    asked = invoices(bills)
    write_invoices(out / "invoices", asked)
    write_planted(out / "PLANTED.csv", asked)
    write_text(out / "README.md", README)
