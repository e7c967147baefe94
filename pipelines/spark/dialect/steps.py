"""CTEs that are materialized: made by themselves, before what reads them.

Spark writes a CTE into each place that reads it. A chain in which each link reads the
one before three times grows as 3^n, and row numbers without an order would differ from
reader to reader. What is called materialized in DuckDB is a table here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

_VIEW: Final = "step__"


@dataclass(frozen=True, slots=True)
class Step:
    """One SELECT of Spark.

    Attributes:
        view: by which name later steps read its rows, once written; '' of the last.
        code: the SELECT.
    """

    view: str
    code: str


def in_steps(query: exp.Expr) -> tuple[Step, ...]:
    """Write a translated query as the steps that it is made in, the last of them it."""
    with_ = query.args.get("with_")
    ctes = list(with_.expressions) if with_ else []
    made = {cte.alias for cte in ctes if cte.args.get("materialized")}
    if not made:
        return (Step("", _written(query)),)
    for table in query.find_all(exp.Table):
        if not table.args.get("db") and table.name in made:
            table.set("this", exp.to_identifier(f"{_VIEW}{table.name}"))
    around = {cte.alias: cte for cte in ctes if cte.alias not in made}
    query.set("with_", None)
    steps = [(f"{_VIEW}{c.alias}", c.this) for c in ctes if c.alias in made]
    return tuple(
        Step(view, _written(_with_ctes(select, around)))
        for view, select in [*steps, ("", query)]
    )


def is_materialized(node: exp.Expr) -> bool:
    """Return whether a node is of a CTE whose rows are written once."""
    cte = node.find_ancestor(exp.CTE)
    return cte is not None and bool(cte.args.get("materialized"))


def _with_ctes(select: exp.Expr, around: dict[str, exp.Expr]) -> exp.Expr:
    """Put the CTEs that a SELECT reads, directly or not, before it."""
    needed = set(_read(select, around))
    whole = select.copy()
    own = whole.args.get("with_")
    ctes = [cte.copy() for name, cte in around.items() if name in needed]
    ctes += list(own.expressions) if own else []
    whole.set("with_", exp.With(expressions=ctes) if ctes else None)
    return whole


def _read(select: exp.Expr, around: dict[str, exp.Expr]) -> Iterator[str]:
    for table in select.find_all(exp.Table):
        if not table.args.get("db") and table.name in around:
            yield table.name
            yield from _read(around[table.name].this, around)


def _written(query: exp.Expr) -> str:
    return query.sql("spark", identify=True, comments=False, pretty=True)
