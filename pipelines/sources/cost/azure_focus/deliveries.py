"""Recognize FOCUS exports of Azure by their columns.

Belongs here: how they differ from FOCUS exports of others. How files become drops is
the same for all exports of Azure (``azure_exports.drops``).
"""

from collections.abc import Mapping, Sequence

from pipelines.landing.source import Candidate, Drop, ExportError
from pipelines.sources.cost.azure_exports import manifests
from pipelines.sources.cost.azure_exports.drops import Reader, group
from pipelines.sources.cost.azure_exports.files import Table, known, normal, present
from pipelines.sources.cost.azure_exports.reading import FactColumns, facts_of
from pipelines.sources.cost.azure_exports.rows import Facts

TYPES = ("FocusCost",)
COLUMNS = known("pipelines.sources.cost.azure_focus")
FOCUS = {"billedcost", "chargecategory"}
# Columns of this export that no other vendor's FOCUS data has.
MICROSOFT = {"x_billingprofileid", "x_invoicesectionid", "x_skumeterid"}


def claims(candidate: Candidate) -> bool:
    """Return whether a file is a FOCUS export of Azure, or the manifest of one."""
    if candidate.format in ("csv", "parquet"):
        headers = set(map(normal, candidate.columns))
        return headers >= FOCUS and bool(headers & MICROSOFT)
    return manifests.is_manifest(candidate, TYPES)


def drops(candidates: Sequence[Candidate]) -> list[Drop]:
    """Group claimed files into drops, oldest first.

    Raises:
        ExportError: a needed column, a named file or rows are missing, a leftover
            lies beside the files of a manifest, or two exports bill the same.
    """
    for file in candidates:
        if file.format != "json":
            _refuse_missing(file)
    return group(READER, candidates)


def _refuse_missing(file: Candidate) -> None:
    found = present(COLUMNS, file.columns)
    missing = [c.name for c in COLUMNS if c.required and c.name not in found]
    if missing:
        raise ExportError(
            f"azure_focus: {file.name}: a FOCUS export without {', '.join(missing)}; "
            "expected version 1.0, 1.0r2 or 1.2 with all of its columns"
        )


def _marks(_: Table) -> Mapping[str, str]:
    return {}


def _cost_type(_kind: str, _facts: Facts, _place: str) -> str:
    return ""


FACTS = FactColumns(
    columns=COLUMNS,
    day="ChargePeriodStart",
    start="BillingPeriodStart",
    others=("BillingPeriodEnd", "ChargePeriodEnd"),
    account=("BillingAccountId",),
    subscription="SubAccountId",
    words=(
        "x_SkuMeterCategory",
        "x_SkuMeterSubcategory",
        "SkuMeter",
        "x_PricingUnitDescription",
    ),
    marks=_marks,
)
READER = Reader("azure_focus", lambda candidate: facts_of(FACTS, candidate), _cost_type)
