"""Staging of owners' lists, which is generated: it runs, and a blank has a meaning."""

import importlib.util

import duckdb
import pytest

from pipelines.settings import PROJECT_DIR
from pipelines.sources.tables import LISTS

FILE = PROJECT_DIR / "dbt_project" / "generate.py"
SPEC = importlib.util.spec_from_file_location("generate_dbt", FILE)
GENERATED = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(GENERATED)
FILES = GENERATED.files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_generated_file_is_what_the_lists_say(path):
    assert path.read_text("utf-8") == FILES[path]


@pytest.fixture
def staged():
    """Give the staged columns of one row of a list, the cells not named blank."""

    def row(one, **cells):
        sql = FILES[GENERATED.STAGING / "lists" / f"{GENERATED.staging_name(one)}.sql"]
        columns = ", ".join(
            f"cast({literal(cells.get(name))} as {kind}) as {name}"
            for name, kind in one.table.types.items()
        )
        call = f"{{{{ source('ledger', '{one.table.name}') }}}}"
        with duckdb.connect() as db:
            found = db.execute(sql.replace(call, f"(select {columns})"))
            names = [column[0] for column in found.description]
            return dict(zip(names, found.fetchone(), strict=True))

    return row


def literal(value):
    return "null" if value is None else f"'{value}'"


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)
def test_staging_has_every_stored_column_once(one, staged):
    row = staged(one)

    stored = [c for c in one.columns if c.stored_as is not None]
    assert len(row) == len(stored) + len(one.derived) + 2


def test_a_blank_means_what_the_list_says(staged):
    by_name = {one.name: one for one in LISTS}

    assert staged(by_name["business_values"])["confidence"] == "assumed"
    assert staged(by_name["invoices"])["tax_amount"] == 0
    budget = staged(by_name["budgets"], budget_id="chatbot")
    assert (budget["budget_name"], budget["cost_basis"]) == ("chatbot", "effective")
    invoice = staged(by_name["invoices"], billing_currency="EUR", ledger_source="aws")
    assert (invoice["invoice_currency"], invoice["source_name"]) == ("EUR", "aws")
