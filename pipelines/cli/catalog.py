"""`unitmill tables` and `describe`: which tables and columns the version has.

Belongs here: finding a table and saying what is in it. Does not belong here: what a
table or a column means; the comments of the published database say that.
"""

from difflib import get_close_matches
from fnmatch import fnmatch
from typing import Annotated

import duckdb
import typer
from rich.text import Text

from pipelines.cli.answers import opened
from pipelines.cli.calling import Home, Project, console, fail, published, settings_of
from pipelines.cli.cells import cell, counted
from pipelines.cli.tables import print_grid
from pipelines.settings import DBT_DIR

MARTS = DBT_DIR / "models" / "marts"
# In the order in which a reader meets them; others follow by name.
DOMAINS = (
    "costs",
    "allocation",
    "unit_costs",
    "training",
    "planning",
    "rates",
    "usage",
    "optimization",
    "value",
    "reconciliation",
    "dimensions",
)
# Marts of the workspace's own models have none of those folders.
OTHER_MARTS = "other marts"
LEDGER = "ledger"
TABLES = """
select table_name as name, comment
from duckdb_tables()
where schema_name = 'main' and database_name = current_database()
union all
select view_name, comment
from duckdb_views()
where not internal and schema_name = 'main' and database_name = current_database()
order by name
"""
COLUMNS = """
select column_name, data_type, comment
from duckdb_columns()
where
    schema_name = 'main'
    and table_name = $name
    and database_name = current_database()
order by column_index
"""
# What says when a row is from, the best first.
MOMENTS = (
    "billing_period_start",
    "BillingPeriodStart",
    "charge_date",
    "month",
    "as_of_date",
    "window_start",
    "calendar_date",
)
# What may be summed over the rows of any mart that has it, the best first.
COSTS = ("reporting_effective_cost", "effective_cost")


def list_tables(
    pattern: Annotated[
        str, typer.Argument(help="A part of the name, or a pattern with *.")
    ] = "",
    home: Home = None,
    project: Project = None,
) -> None:
    """List the tables you can query: each mart with its question, then the ledger."""
    version = published(settings_of(home, project=project))
    with opened(version.database) as db:
        comments = dict(db.execute(TABLES).fetchall())
        names = [name for name in comments if _matches(name, pattern)]
        if not names:
            fail(f"no table matches {pattern!r}; {_nearest(pattern, comments)}", 2)
        marts = version.manifest["row_counts"]
        domains = {name: _domain(name, marts) for name in names}
        for domain in sorted(set(domains.values()), key=_place):
            rows = [
                (name, f"{_row_count(db, name):,}", _question(comments[name]))
                for name in names
                if domains[name] == domain
            ]
            console.print(domain.replace("_", " "), style="bold")
            print_grid(console, rows, right={1})
            console.print()
    console.print("unitmill describe TABLE shows a table's columns.")


def describe(
    table: Annotated[str, typer.Argument(help="A name that `unitmill tables` lists.")],
    home: Home = None,
    project: Project = None,
) -> None:
    """Show what a table answers, its columns, months and rows, and a query to start."""
    version = published(settings_of(home, project=project))
    with opened(version.database) as db:
        comments = dict(db.execute(TABLES).fetchall())
        name = table.removeprefix("marts.")
        if name not in comments:
            fail(f"no table {table!r}; {_nearest(name, comments)}", 2)
        columns = db.execute(COLUMNS, {"name": name}).fetchall()
        kinds = {column: kind for column, kind, _ in columns}
        facts = [counted(_row_count(db, name), "row"), *_months(db, name, kinds)]
        console.print(Text.assemble((name, "bold"), f": {', '.join(facts)}"))
        if comments[name]:
            console.print(comments[name], soft_wrap=True)
        console.print()
        print_grid(
            console,
            [(column, kind.lower(), text or "") for column, kind, text in columns],
        )
        console.print(f"\n{_example(db, name, kinds)}")


def _matches(name: str, pattern: str) -> bool:
    wanted = pattern.lower()
    return fnmatch(name.lower(), wanted if "*" in wanted else f"*{wanted}*")


def _nearest(name: str, known: dict[str, str | None]) -> str:
    near = get_close_matches(name, known, 3, 0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else ""
    return f"{hint} `unitmill tables` lists them all".strip()


def _domain(name: str, marts: object) -> str:
    """Give the folder of a mart, or say that the table is of the ledger."""
    folders = [path.parent.name for path in MARTS.glob(f"*/{name}.sql")]
    if folders:
        return folders[0]
    return OTHER_MARTS if isinstance(marts, dict) and name in marts else LEDGER


def _place(domain: str) -> tuple[bool, int, str]:
    place = DOMAINS.index(domain) if domain in DOMAINS else len(DOMAINS)
    return domain == LEDGER, place, domain


def _question(comment: str | None) -> str:
    """Give the first sentence."""
    text = comment or ""
    ends = [text.find(mark) + 1 for mark in ("? ", ". ") if mark in text]
    return text[: min(ends)] if ends else text


def _row_count(db: duckdb.DuckDBPyConnection, name: str) -> int:
    [(count,)] = db.execute(f'select count(*) from "{name}"').fetchall()
    return int(count)


def _months(
    db: duckdb.DuckDBPyConnection, name: str, kinds: dict[str, str]
) -> list[str]:
    moment = next((column for column in MOMENTS if column in kinds), None)
    if moment is None:
        return []
    [(first, last)] = db.execute(
        f"select strftime(min(\"{moment}\"), '%Y-%m'), "
        f'strftime(max("{moment}"), \'%Y-%m\') from "{name}"'
    ).fetchall()
    return [] if first is None else [first if first == last else f"{first} to {last}"]


def _example(db: duckdb.DuckDBPyConnection, name: str, kinds: dict[str, str]) -> str:
    """Write a query that sums the newest month by what tells its rows apart."""
    cost = next((column for column in COSTS if column in kinds), None)
    if cost is None or "billing_period_start" not in kinds:
        return f"select * from {name} limit 10"
    texts = [column for column, kind in kinds.items() if kind == "VARCHAR"]
    currency = "reporting_currency" if cost == COSTS[0] else "billing_currency"
    each = ", ".join(f"count(distinct {text})" for text in texts)
    counts = db.execute(f"select {each} from {name}").fetchone()
    several = [t for t, n in zip(texts, counts or (), strict=True) if n > 1]
    told = {"service_provider_name"} if "source_name" in several else set()
    names = [t for t in several if not t.endswith("_currency") and t not in told][:2]
    names += [currency] if currency in kinds else []
    [(month,)] = db.execute(f"select max(billing_period_start) from {name}").fetchall()
    chosen = ", ".join([*names, f"sum({cost}) as effective_cost"])
    where = f"where billing_period_start = '{cell(month)}'\n" if month else ""
    return (
        f"select {chosen}\n"
        f"from {name}\n{where}group by all\norder by effective_cost desc\nlimit 10"
    )
