"""Recognize cost details, and distinguish actual from amortized ones by their rows.

Belongs here: what a file is by its columns of cost details. How files become
drops is the same for all exports of Azure (``azure_exports.drops``).
"""

from collections.abc import Mapping, Sequence

from pipelines.landing.source import Candidate, Drop, ExportError
from pipelines.sources.cost.azure_exports import manifests
from pipelines.sources.cost.azure_exports.drops import Reader, group
from pipelines.sources.cost.azure_exports.files import (
    Table,
    known,
    normal,
    number,
    present,
    text,
)
from pipelines.sources.cost.azure_exports.reading import FactColumns, facts_of
from pipelines.sources.cost.azure_exports.rows import Facts

# The data sets of exports that are cost details, and the cost type that they are.
BOOKS = {"ActualCost": "actual", "AmortizedCost": "amortized", "Usage": "actual"}
COLUMNS = known("pipelines.sources.cost.azure")
# Every kind of agreement has these three; price sheets and FOCUS exports do not.
TELLING = {"consumed_service", "meter_category", "subscription_id"}
CORE = ("date", "quantity", "cost", "billing_currency")


def claims(candidate: Candidate) -> bool:
    """Return whether a file is cost details, or the manifest of their export."""
    if candidate.format in ("csv", "parquet"):
        is_focus = "billedcost" in map(normal, candidate.columns)
        return not is_focus and present(COLUMNS, candidate.columns).keys() >= TELLING
    return manifests.is_manifest(candidate, BOOKS)


def drops(candidates: Sequence[Candidate]) -> list[Drop]:
    """Group claimed files into drops, oldest first.

    Raises:
        ExportError: a core column, a named file or rows are missing, a leftover lies
            beside the files of a manifest, or two exports bill the same subscription.
    """
    for file in candidates:
        if file.format != "json":
            _refuse_missing_core(file)
    return group(READER, candidates)


def cost_type(kind: str, facts: Facts, place: str) -> str:
    """Return the cost type of a run: by its manifest, else by its rows.

    Without any commitment both are the same; it then counts as the actual one.

    Raises:
        ExportError: the rows are of both cost types.
    """
    named = {name.lower(): found for name, found in BOOKS.items()}
    if kind:
        return named[kind.lower()]
    is_amortized = facts.marked("unused") + facts.marked("spread") > 0
    if is_amortized and facts.marked("bought"):
        raise ExportError(
            f"{place}: has purchases of commitments, as actual costs have, and the "
            "share of commitments that usage took, as amortized costs have; expected "
            "one of the two in a file"
        )
    return "amortized" if is_amortized else "actual"


def _refuse_missing_core(file: Candidate) -> None:
    found = present(COLUMNS, file.columns)
    missing = [c.headers[0] for c in COLUMNS if c.name in CORE and c.name not in found]
    if missing:
        raise ExportError(
            f"azure: {file.name}: cost details without {', '.join(missing)}; let the "
            "export include the missing columns"
        )


def _marks(table: Table) -> Mapping[str, str]:
    charge = f"lower(coalesce({text(table, 'charge_type')}, 'usage'))"
    model = f"lower(replace(coalesce({text(table, 'pricing_model')}, ''), ' ', ''))"
    committed = f"{model} in ('reservation', 'savingsplan')"
    return {
        "unused": f"{charge} in ('unusedreservation', 'unusedsavingsplan')",
        "spread": f"{charge} = 'usage' and {committed} "
        f"and {number(table, 'cost')} <> 0",
        "bought": f"{charge} = 'purchase' and {committed}",
    }


FACTS = FactColumns(
    columns=COLUMNS,
    day="date",
    start="billing_period_start",
    others=("billing_period_end",),
    account=("billing_profile_id", "billing_account_id", "subscription_id"),
    subscription="subscription_id",
    words=("meter_category", "meter_subcategory", "meter_name", "unit_of_measure"),
    marks=_marks,
)
READER = Reader("azure", lambda candidate: facts_of(FACTS, candidate), cost_type)
