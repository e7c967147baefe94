"""How a node becomes a relation of the build database, and how a test is asked.

The statements are those of dbt's materializations for DuckDB: a table with a contract
has exactly its columns, and descriptions are comments. Belongs here: making one node.
Does not belong here: which nodes are made (``runner``).
"""

import types
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.landing.source import quoted
from pipelines.transform.graph import Node, Question
from pipelines.transform.months import Span

# What is made of a node; another materialization would need what only dbt itself has.
MATERIALIZED = ("table", "view", "seed", "test")


class NodeError(Exception):
    """A node cannot be made or asked; the message says why, as DuckDB does."""


def make(
    db: duckdb.DuckDBPyConnection, node: Node, project: Path, query: str = ""
) -> None:
    """Make a seed or a model, in place of what is there.

    Args:
        db: the build database.
        node: what is made.
        project: the folder of the dbt project, where the files of seeds are.
        query: what its rows are, where it is not its code.

    Raises:
        NodeError: it cannot be made; the relation of its name is gone or as before.
    """
    with _transaction(db):
        # With its comments in one: each alone would wait for the disk.
        _make(db, node, project, query or node.code)
        for comment in comments(node):
            db.execute(comment)


def make_again(
    db: duckdb.DuckDBPyConnection, node: Node, span: Span, query: str = ""
) -> None:
    """Make some months of a table, in place of what it has of them.

    Args:
        db: the build database.
        node: what is made.
        span: the months.
        query: their rows; without it they have none.

    Raises:
        NodeError: they cannot be made, or have rows of other months; the table is as
            before.
    """
    with _transaction(db):
        where = span.condition(node.months[node.made_by])
        db.execute(f"delete from {node.relation} where {where}")
        if not query:
            return
        columns = ", ".join(node.columns) if node.is_contract else "*"
        made = db.execute(
            f"insert into {node.relation} select {columns} from (\n{query}\n)"
        ).fetchone()
        there = db.execute(
            f"select count(*) from {node.relation} where {where}"
        ).fetchone()
        if made != there:
            raise NodeError(_strange(node, span))


def require_months(db: duckdb.DuckDBPyConnection, node: Node, span: Span) -> None:
    """Require that all rows of a table are of some months.

    Raises:
        NodeError: some are not, or have no month.
    """
    where = span.condition(node.months[node.made_by])
    strange = f"from {node.relation} where not coalesce({where}, false) limit 1"
    if db.execute(f"select 1 {strange}").fetchone():
        raise NodeError(_strange(node, span))


def _strange(node: Node, span: Span) -> str:
    return (
        f"not all of its rows of {span} have a {node.months[node.made_by]} of that "
        "time; correct the model, or leave made_by_month out of its meta"
    )


@contextmanager
def _transaction(db: duckdb.DuckDBPyConnection) -> Iterator[None]:
    db.execute("begin")
    try:
        yield
    except (duckdb.Error, NodeError) as error:
        db.execute("rollback")
        raise NodeError(str(error)) from error
    db.execute("commit")


def _make(db: duckdb.DuckDBPyConnection, node: Node, project: Path, query: str) -> None:
    if node.kind == "seed":
        _seed(db, node, project)
    elif node.language == "python":
        _python(db, node)
    elif node.materialized == "view":
        db.execute(f"create or replace view {node.relation} as\n{node.code}")
    else:
        _table(db, node, query)


def ask(db: duckdb.DuckDBPyConnection, node: Node, query: str = "") -> tuple[str, int]:
    """Ask a test; the rows that fail are kept as a table, where there are any.

    Args:
        db: the build database.
        node: the test.
        query: the rows that fail, where it is not its code.

    Returns:
        pass, warn or fail, and the number that it was judged by.

    Raises:
        NodeError: it cannot be asked.
    """
    assert node.question
    query = query or node.code
    try:
        db.execute(f"drop table if exists {node.relation}")
        row = db.execute(statement(node.question, query)).fetchone()
        status, count = judged(node.question, row)
        if row and (row[1] or row[2]):
            db.execute(f"create table {node.relation} as\n{query}")
    except duckdb.Error as error:
        raise NodeError(str(error)) from error
    return status, count


def statement(question: Question, query: str) -> str:
    """Give the query of a test's number, whether it warns and whether it fails.

    Args:
        question: how it is judged.
        query: the rows that fail.
    """
    limit = "" if question.limit is None else f"limit {question.limit}"
    return (
        f"select failures, failures {question.warn_if} as warns, "
        f"failures {question.error_if} as fails "
        f"from (select {question.fail_calc} as failures "
        f"from (select * from (\n{query}\n) {limit}))"
    )


def judged(question: Question, answer: Sequence[Any] | None) -> tuple[str, int]:
    """Give pass, warn or fail, and the number, of the row that ``statement`` gives."""
    count, warns, fails = answer or (0, False, False)
    if fails and question.severity == "error":
        return "fail", int(count)
    return "warn" if warns else "pass", int(count or 0)


def _table(db: duckdb.DuckDBPyConnection, node: Node, query: str) -> None:
    db.execute(f"create or replace table {node.relation} as\n{query}")
    if not node.is_contract:
        return
    described = db.execute(f"describe {node.relation}").fetchall()
    found = {str(name): str(kind) for name, kind, *_ in described}
    require_contract(node, found)
    if [*found] != [*node.columns]:
        columns = ", ".join(node.columns)
        db.execute(
            f"create or replace table {node.relation} as "
            f"select {columns} from {node.relation}"
        )


def require_contract(node: Node, found: Mapping[str, str]) -> None:
    """Require that a model has the columns of its contract and no other.

    Args:
        node: the model.
        found: its columns with their types.

    Raises:
        NodeError: one is missing, is not in the contract or is of another type.
    """
    for name, (said, _) in node.columns.items():
        if name not in found:
            raise NodeError(f"it lacks the column {name} of its contract")
        if found[name] != (wanted := _type(said)):
            raise NodeError(
                f"its column {name} is {found[name]}, its contract says {wanted}"
            )
    if strange := [name for name in found if name not in node.columns]:
        raise NodeError(f"its column {strange[0]} is not in its contract")


@cache
def _type(said: str) -> str:
    """Give a type as DuckDB calls it: int is INTEGER."""
    with duckdb.connect() as db:  # the module's own connection is its user's
        row = db.execute(f"select typeof(cast(null as {said}))").fetchone()
    assert row
    return str(row[0])


def _seed(db: duckdb.DuckDBPyConnection, node: Node, project: Path) -> None:
    """Read a seed as dbt does: text, empty is NULL, the types that its yml names."""
    path = project / node.code
    head = path.read_text("utf-8").partition("\n")[0].strip().split(",")
    kinds = {name: node.types.get(name, "varchar") for name in head}
    columns = ", ".join(
        f"{quoted(name)}: {quoted(kind)}" for name, kind in kinds.items()
    )
    db.execute(
        f"create or replace table {node.relation} as select * from read_csv("
        f"{quoted(path)}, header = true, delim = ',', quote = '\"', nullstr = '', "
        f"allow_quoted_nulls = true, columns = {{{columns}}})"
    )


def _python(db: duckdb.DuckDBPyConnection, node: Node) -> None:
    """Call a Python model with the object that dbt compiled for it."""
    module = types.ModuleType(node.name)
    exec(compile(node.code, node.name, "exec"), module.__dict__)  # noqa: S102
    given = module.dbtObj(lambda relation: db.query(f"select * from {relation}"))
    try:
        made = module.model(given, db)
    except duckdb.Error:
        raise
    except Exception as error:
        raise NodeError(f"{type(error).__name__}: {error}") from error
    db.register("made_by_python", made)
    try:
        _table(db, node, "select * from made_by_python")
    finally:
        db.unregister("made_by_python")


def comments(node: Node, kind: str = "") -> Iterator[str]:
    """Give the statements that describe a relation and its columns.

    Args:
        node: what it is of.
        kind: view or table, where it is another than the node is materialized as.
    """
    kind = kind or ("view" if node.materialized == "view" else "table")
    if node.description:
        yield f"comment on {kind} {node.relation} is {quoted(node.description)}"
    for name, (_, description) in node.columns.items():
        if description:
            yield f"comment on column {node.relation}.{name} is {quoted(description)}"
