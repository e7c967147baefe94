"""The lists that Lumenloop's own people write: copied, as they lie here.

Belongs here: what somebody decided, counted or promised, row by row. Does not belong
here: a list whose rows follow from bills or telemetry; that is a module beside them.

budgets: the marketing chatbot's plan is 2,000 USD a month; the pot of search is for
what is left of the year, and how long it lasts is its runway.
business_values: in October the chatbot talked five times as much and sold hardly more;
the shops count in euros; `insights` is sold before it runs, so no cost stands against
its revenue.
contract_prices: a tenth off Google's list; the list's cache price changed after the
contract was signed, so it is written out.
model_variants: fewer bits are faster and less exact, guessing ahead is faster and as
exact; nobody has tried how fast the shops' labels would be in four bits.
optimizations: one row per state of a change.
ownership_rules: `is_ai` is the last word where nothing on a bill shows it.
run_plans: one sweep shares a plan, two plan only hours, one never began, and two
experiments have caps of their own.
shared_cost_rules: what the payer account pays follows what the teams spend; the sites
follow the machines that stand in them.
migration_scenarios: the first node that would go to Ferrum is under a Savings Plan,
which is paid for all the same.
"""

from pathlib import Path

from sample_company.files import write_bytes

# The folder of the exports that each list is put into.
FOLDERS = {
    "budgets": "budgets",
    "business_values": "business_values",
    "contract_prices": "contracts",
    "model_variants": "model_variants",
    "optimizations": "optimizations",
    "ownership_rules": "ownership",
    "run_plans": "run_plans",
    "shared_cost_rules": "ownership",
    "migration_scenarios": "migration_scenarios",
}


def write_lists(out: Path) -> None:
    """Copy each list to its place below the folder of the exports."""
    for name, folder in FOLDERS.items():
        content = Path(__file__).with_name(f"{name}.csv").read_bytes()
        write_bytes(out / folder / f"{name}.csv", content)
