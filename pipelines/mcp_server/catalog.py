"""Which tables and columns the version has, and what they mean.

Belongs here: finding them. Does not belong here: their meaning, which the published
file says in its comments.
"""

from pipelines.mcp_server.answers import AskError, Published, nearest, plain
from pipelines.publishing.reading import Rows

TABLES = """
select table_name, coalesce(comment, '') as comment, estimated_size
from duckdb_tables()
where database_name = current_database() and schema_name = 'main' and not internal
order by table_name
"""
COLUMNS = """
select column_name, data_type, comment
from duckdb_columns()
where
    database_name = current_database()
    and schema_name = 'main'
    and table_name = $name
order by column_index
"""
GRAIN = "One row per "


def tables(source: Published, word: str) -> Rows:
    """Give each mart and table of the ledger: what it answers, its grain, its rows.

    Args:
        source: the version.
        word: a part of the name or of the question; empty for all.

    Raises:
        AskError: no table has the word.
    """
    marts = source.version.manifest.get("row_counts")
    found: list[tuple[object, ...]] = []
    for name, comment, count in source.ask(TABLES).rows:
        if word.lower() in f"{name} {comment}".lower():
            question, grain, per = str(comment).partition(GRAIN)
            is_mart = isinstance(marts, dict) and name in marts
            kind = "mart" if is_mart else "ledger"
            found.append((name, kind, question.strip(), f"{grain}{per}", count))
    if not found:
        raise AskError(f"no table has {word!r}; call `marts` without a word for all")
    return Rows(["name", "kind", "question", "grain", "rows"], [], found, len(found))


def columns(source: Published, name: str) -> dict[str, tuple[str, str | None]]:
    """Give the columns of a table: their types and meanings, by name.

    Raises:
        AskError: there is no such table.
    """
    found = source.ask(COLUMNS, {"name": name}).rows
    if not found:
        known = [str(row[0]) for row in source.ask(TABLES).rows]
        raise AskError(
            f"no table {name!r}; {nearest(name, known)} `marts` lists them all"
        )
    return {
        str(column): (str(kind), None if comment is None else str(plain(comment)))
        for column, kind, comment in found
    }
