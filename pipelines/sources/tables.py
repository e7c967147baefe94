"""Every table of the ledger folder, by name: what tools write, and what owners write.

Belongs here: putting them together. The declarations stand in ``schema`` and in
``lists``; the ledger's own table, `focus`, in ``focus``.
"""

from collections.abc import Mapping

from pipelines.focus.schema import ledger_meanings, ledger_types
from pipelines.schema import FOCUS_CONFORMANCE, USAGE_TABLES, Table
from pipelines.sources.formats.owner_list import OwnerList
from pipelines.sources.lists.budgets import BUDGETS
from pipelines.sources.lists.business_values import BUSINESS_VALUES
from pipelines.sources.lists.coding_seats import CODING_SEATS
from pipelines.sources.lists.contract_prices import CONTRACT_PRICES
from pipelines.sources.lists.deployments import DEPLOYMENTS
from pipelines.sources.lists.invoices import INVOICES
from pipelines.sources.lists.migration_scenarios import MIGRATION_SCENARIOS
from pipelines.sources.lists.model_variants import MODEL_VARIANTS
from pipelines.sources.lists.native_totals import NATIVE_TOTALS
from pipelines.sources.lists.optimizations import OPTIMIZATIONS
from pipelines.sources.lists.ownership_rules import OWNERSHIP_RULES
from pipelines.sources.lists.pull_requests import PULL_REQUESTS
from pipelines.sources.lists.run_plans import RUN_PLANS
from pipelines.sources.lists.shared_cost_rules import SHARED_COST_RULES
from pipelines.sources.lists.storage_access import STORAGE_ACCESS

LISTS: tuple[OwnerList, ...] = (
    INVOICES,
    BUDGETS,
    OWNERSHIP_RULES,
    SHARED_COST_RULES,
    CONTRACT_PRICES,
    NATIVE_TOTALS,
    BUSINESS_VALUES,
    DEPLOYMENTS,
    MODEL_VARIANTS,
    RUN_PLANS,
    STORAGE_ACCESS,
    OPTIMIZATIONS,
    MIGRATION_SCENARIOS,
    CODING_SEATS,
    PULL_REQUESTS,
)
TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (*USAGE_TABLES, *(one.table for one in LISTS), FOCUS_CONFORMANCE)
}


def meanings_of(table: str) -> Mapping[str, str]:
    """Give what each column of a table of the ledger folder says."""
    if table == "focus":
        return ledger_meanings()
    return {column.name: column.meaning for column in TABLES[table].columns}


def types_of(table: str) -> Mapping[str, str]:
    """Give the columns that a table of the ledger folder must have."""
    return ledger_types() if table == "focus" else TABLES[table].types
