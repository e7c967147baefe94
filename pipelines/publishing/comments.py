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
OTHER_VIEWS = {
    "focus_v1_2": "The ledger as FOCUS 1.2 for tools that know no newer one.",
    "billing_period": "The billing periods of each invoice issuer, as FOCUS 1.4.",
}


def write_comments(db: duckdb.DuckDBPyConnection) -> None:
    """Give the tables and views of `version` the comments that they have elsewhere."""
    marts = _mart_comments(db)
    db.execute("begin")  # one transaction: each would wait for the disk
    for mart, (text, meanings) in marts.items():
        _comment(db, "table", f'version.marts."{mart}"', text, meanings)
        _comment(db, "view", f'version.main."{mart}"', text, meanings)
    _comment_views(db)
    db.execute("commit")


def _mart_comments(
    db: duckdb.DuckDBPyConnection,
) -> dict[str, tuple[str | None, dict[str, str]]]:
    """Read what dbt wrote of each mart: its own comment, and those of its columns."""
    of_marts = "where database_name = 'build' and schema_name = 'marts'"
    tables = db.execute(
        f"select table_name, comment from duckdb_tables() {of_marts}"
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


def _comment_views(db: duckdb.DuckDBPyConnection) -> None:
    """Say what the views on the ledger mean, those that `version` has."""
    views = db.execute(
        "select view_name from duckdb_views() "
        "where database_name = 'version' and schema_name = 'main'"
    ).fetchall()
    for (name,) in views:
        if name in TABLES:
            table = TABLES[name]
            meanings = {column.name: column.meaning for column in table.columns}
            text = f"{table.description} {table.grain}"
            _comment(db, "view", f'version.main."{name}"', text, meanings)
        elif name == "focus":
            _comment(db, "view", "version.main.focus", FOCUS, _focus_columns())
        elif name in OTHER_VIEWS:
            text = OTHER_VIEWS[name]
            _comment(db, "view", f'version.main."{name}"', text, {})


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
