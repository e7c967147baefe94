"""How assets look: icons, groups, tags, columns, and where to read on.

Belongs here: what Dagster draws beside an asset. Does not belong here: what an asset
does, and the names of dbt's models (``translator``).
"""

import warnings
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.landing.source import Source
from pipelines.settings import PROJECT_DIR
from pipelines.sources.registry import COST_SOURCES, LIST_SOURCES, USAGE_SOURCES
from pipelines.sources.tables import meanings_of, types_of

PARQUET = {"duckdb", "parquet"}
# Whose icon a source has: the first word of its name, and Dagster's name of the icon.
# A vendor of whom Dagster ships no icon is not here.
ICONS = {
    "anthropic": "claude",
    "aws": "aws",
    "azure": "azure",
    "bedrock": "aws",
    "claude": "claude",
    "databricks": "databricks",
    "gcp": "googlecloud",
    "kubeflow": "kubernetes",
    "langfuse": "langfuse",
    "mlflow": "mlflow",
    "oci": "oracle",
    "openai": "openai",
    "opencost": "kubernetes",
    "openshift": "kubernetes",
    "ray": "ray",
    "sagemaker": "sagemaker",
    "slurm": "slurm",
}
DOMAINS = {
    **{source.name: "cost" for source in COST_SOURCES},
    **{source.name: "usage" for source in USAGE_SOURCES},
    **{source.name: "lists" for source in LIST_SOURCES},
}
DOCS = PROJECT_DIR / "docs"
# Which files of a source an expert opens.
CODE = ("convert.sql", "__init__.py")
SOURCES = Path(__file__).parent.parent / "sources"


def domain_of(source: Source) -> str:
    """Give what a source tells of: cost, usage, lists; or that a plan maps it."""
    return DOMAINS.get(source.name, "plans")


def kinds_of(source: Source) -> set[str]:
    """Give the icons of a source: its vendor's, where there is one, and the tools'."""
    if domain_of(source) == "lists":
        return PARQUET | {"csv"}
    icon = ICONS.get(source.name.partition("_")[0])
    return PARQUET | ({icon} if icon else set())


def tags_of(layer: str, domain: str) -> dict[str, str]:
    """Give the tags by which assets are found: `tag:layer=marts`."""
    return {"layer": layer, "domain": domain}


def columns_of(table: str) -> dg.TableSchema:
    """Give the columns of a table of the ledger, with what they say."""
    meanings = meanings_of(table)
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name, kind.lower(), description=meanings[name])
            for name, kind in types_of(table).items()
        ]
    )


def described(source: Source) -> dict[str, Any]:
    """Give what the page of a source shows before anything is converted."""
    name = source.family or source.name
    domain = domain_of(source)
    folder = SOURCES / domain / name
    files = [path for name in CODE if (path := folder / name).is_file()]
    return {
        "dagster/column_schema": columns_of(source.table),
        **page(f"sources/{domain}/{name}.md"),
        **_code(files),
    }


def _code(files: Sequence[Path]) -> dict[str, Any]:
    if not files:
        return {}
    with warnings.catch_warnings():
        # Beta in Dagster 1.13; each of 60 sources would warn.
        warnings.simplefilter("ignore", dg.BetaWarning)
        references = [
            dg.LocalFileCodeReference(file_path=str(path), label=path.name)
            for path in files
        ]
        return {
            "dagster/code_references": dg.CodeReferencesMetadataValue(
                code_references=[*references]
            )
        }


def with_code(assets: Sequence[dg.AssetsDefinition]) -> list[Any]:
    """Point from each asset to the function that makes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        return [*dg.with_source_code_references(assets)]


def page(name: str, heading: str = "") -> dict[str, dg.MetadataValue]:
    """Point to a page of the documentation; an installation may be without it."""
    if not (DOCS / name).is_file():
        return {}
    place = f"{DOCS / name}#{heading}" if heading else str(DOCS / name)
    return {"docs": dg.MetadataValue.path(place)}


def amounts(summary: Mapping[str, object]) -> dict[str, dg.MetadataValue]:
    """Show numbers to the cent, which Dagster draws over time, and the rest as text."""
    shown: dict[str, dg.MetadataValue] = {}
    for name, value in summary.items():
        if isinstance(value, int):
            shown[name] = dg.MetadataValue.int(value)
        elif isinstance(value, float | Decimal):
            shown[name] = dg.MetadataValue.float(round(float(value), 2))
        elif value is not None:
            shown[name] = dg.MetadataValue.text(str(value))
    return shown
