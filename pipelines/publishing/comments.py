"""Comments of a published database: what each table and column means.

Belongs here: taking the words to where BI tools, notebooks and `unitmill describe` read
them. Does not belong here: the words. Those of a mart are in its yml, and dbt writes
them into the build; those of the ledger's tables are in ``schema``, ``sources.lists``
and ``focus``.
"""

from collections.abc import Mapping

import duckdb

from pipelines.focus.schema import columns, ledger_meanings
from pipelines.landing.source import quoted
from pipelines.sources.tables import TABLES

FOCUS = "The ledger: every charge of every source. One row per charge, FOCUS 1.4."
VIEWS = {
    "focus_v1_2": "The ledger as FOCUS 1.2 for tools that know no newer one.",
    "focus_v1_5": "The ledger as FOCUS 1.5, with properties of models and requesters.",
    "sku_price": "The price book's prices of billed SKUs of tokens, as FOCUS 1.5.",
    "billing_period": "The billing periods of each invoice issuer, as FOCUS 1.4.",
}
RENAMED_IN_1_3 = {
    "ProviderName": "FOCUS 1.3 calls it ServiceProviderName.",
    "PublisherName": "FOCUS 1.3 calls it HostProviderName.",
}
NEW_IN_1_5 = {
    "CredentialId": "The API key or other credential that asked; NULL where unknown.",
    "PrincipalId": "The user or role that asked; NULL where the bill names none.",
    "RequesterDetails": "Which of both is known; bills say no more of them.",
}
SKU_PRICE_MEANINGS = {
    "ContractId": "The contract that states the price; NULL for the public list.",
    "PricingCurrencyCategory": "Payable: the price is in money, not in credits.",
    "PricingServiceName": "The service that the SKU is billed for.",
    "SkuPriceCreated": "NULL: no price list says when it wrote a price down.",
    "SkuPriceDescription": "Model, meter and processing tier.",
    "SkuPriceEffectiveEnd": "From when it holds no more; NULL while it does.",
    "SkuPriceEffectiveStart": "From when the price holds.",
    "SkuPriceEligibility": "For which accounts a contract states the price.",
    "SkuPriceLastUpdated": "NULL: no price list says when it changed a price.",
    "UnitPrice": "The price of a PricingUnit in PricingCurrency.",
    "UnitPriceType": "List, or Contracted.",
}
PUBLISHED_VERSION = (
    "Which version of the warehouse this file is. One row.",
    {
        "version": "The name of the version, and of its folder.",
        "published_at": "When it was published, in UTC.",
        "build_id": "The id of the build that was checked and became this version.",
        "code_version": "The release of Unitmill that made it.",
    },
)


def write_comments(db: duckdb.DuckDBPyConnection) -> None:
    """Give the tables and views of `version` the comments that they have elsewhere."""
    marts = _mart_comments(db)
    db.execute("begin")  # one transaction: each would wait for the disk
    for mart, (text, meanings) in marts.items():
        _comment(db, "table", f'version."{mart}"', text, meanings)
    _comment_ledger(db)
    _comment_views(db, marts["dim_billing_periods"][1])
    _comment(db, "table", "version.published_version", *PUBLISHED_VERSION)
    _comment_vendor_columns(db)
    db.execute("commit")


def _mart_comments(
    db: duckdb.DuckDBPyConnection,
) -> dict[str, tuple[str | None, dict[str, str]]]:
    """Read what dbt wrote of each mart: its own comment, and those of its columns."""
    of_marts = "where database_name = 'build' and schema_name = 'marts'"
    # Of what a Spark made the build has a view.
    tables = db.execute(
        f"select table_name, comment from duckdb_tables() {of_marts} union all "
        f"select view_name, comment from duckdb_views() {of_marts}"
    ).fetchall()
    found: dict[str, tuple[str | None, dict[str, str]]] = {
        name: (comment, {}) for name, comment in tables
    }
    for name, column, comment in db.execute(
        "select table_name, column_name, comment from duckdb_columns() "
        f"{of_marts} and comment is not null"
    ).fetchall():
        found[name][1][column] = comment
    return found


def _comment_ledger(db: duckdb.DuckDBPyConnection) -> None:
    """Say what the tables of the ledger mean, those that `version` has."""
    tables = db.execute(
        "select table_name from duckdb_tables() where database_name = 'version'"
    ).fetchall()
    for (name,) in tables:
        if name in TABLES:
            table = TABLES[name]
            meanings = {column.name: column.meaning for column in table.columns}
            text = f"{table.description} {table.grain}"
            _comment(db, "table", f'version."{name}"', text, meanings)
        elif name == "focus":
            _comment(db, "table", "version.focus", FOCUS, _focus_columns())


def _comment_views(
    db: duckdb.DuckDBPyConnection, billing_periods: Mapping[str, str]
) -> None:
    """Say of each column of a view what the column means that it shows."""
    periods = {
        "".join(map(str.capitalize, name.split("_"))): meaning
        for name, meaning in billing_periods.items()
    }
    meanings = {
        "focus_v1_2": ledger_meanings() | RENAMED_IN_1_3,
        "focus_v1_5": ledger_meanings() | NEW_IN_1_5,
        "billing_period": periods,
        "sku_price": ledger_meanings() | SKU_PRICE_MEANINGS,
    }
    shown: dict[str, dict[str, str]] = {}
    for view, column in db.execute(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = 'version' and list_contains($views, table_name)",
        {"views": list(VIEWS)},
    ).fetchall():
        said = shown.setdefault(view, {})
        if column in meanings[view]:
            said[column] = meanings[view][column]
    for view, said in shown.items():
        _comment(db, "view", f'version."{view}"', VIEWS[view], said)


def _comment_vendor_columns(db: duckdb.DuckDBPyConnection) -> None:
    """Say of a column that only one vendor has that it is the vendor's own."""
    for table, column in db.execute(
        "select table_name, column_name from duckdb_columns() "
        "where database_name = 'version' and comment is null "
        "and starts_with(column_name, 'x_')"
    ).fetchall():
        words = f"{column.removeprefix('x_')}, as the vendor's own export has it."
        _comment(db, "table", f'version."{table}"', None, {column: words})


def _focus_columns() -> dict[str, str]:
    """Say what each column means and, of those that FOCUS has, its rule."""
    said = dict(ledger_meanings())
    for column in columns():
        values = " | ".join(column.allowed_values)
        listed = f"; one of: {values}" if values else ""
        rule = f"FOCUS {column.introduced} and later, {column.level}{listed}."
        said[column.name] += f" {rule}"
    return said


def _comment(
    db: duckdb.DuckDBPyConnection,
    kind: str,
    relation: str,
    text: str | None,
    meanings: Mapping[str, str],
) -> None:
    """Comment a relation and its columns; dbt's lines are folded into one."""
    if text:
        words = quoted(" ".join(text.split()))
        db.execute(f"comment on {kind} {relation} is {words}")
    for column, meaning in meanings.items():
        words = quoted(" ".join(meaning.split()))
        db.execute(f'comment on column {relation}."{column}" is {words}')
