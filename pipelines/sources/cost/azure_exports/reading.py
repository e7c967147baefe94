"""Read deliveries: first what their rows say in sum, then the rows themselves.

Belongs here: the two passes over a file that both kinds of export make. Which columns
there are is each source's ``columns.csv``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from pipelines.landing.faults import message_of
from pipelines.landing.source import LOOK_INSIDE, Candidate, Delivery, ExportError
from pipelines.sources.cost.azure_exports.files import (
    Column,
    Table,
    opened,
    text,
    typed,
)
from pipelines.sources.cost.azure_exports.rows import Facts, merged, month_rule

# A scan of the exports folder asks for the same files that a conversion asks for.
REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class FactColumns:
    """What to find out about a file: columns, and SQL over columns.

    Attributes:
        columns: the columns that the source reads.
        day: the column with the day of a charge.
        start: the column with the first day of a billing period.
        others: other columns with dates.
        account: who is billed.
        subscription: the subscription that used it.
        words: columns whose values the conversion needs a table for.
        marks: SQL that is true for rows that speak for something, by its name.
    """

    columns: Sequence[Column]
    day: str
    start: str
    others: tuple[str, ...]
    account: tuple[str, ...]
    subscription: str
    words: tuple[str, ...]
    marks: Callable[[Table], Mapping[str, str]]


def facts_of(fact_columns: FactColumns, candidate: Candidate) -> Facts:
    """Return what the rows of a file say; a file that did not change is read once.

    Raises:
        ExportError: it cannot be read.
    """
    stat = candidate.path.stat()
    try:
        size, modified = stat.st_size, stat.st_mtime_ns
        return _facts(fact_columns, candidate.path, candidate.name, size, modified)
    except duckdb.Error as error:
        raise ExportError(message_of("", candidate, error)) from error


@lru_cache(maxsize=REMEMBERED)
def _facts(
    fact_columns: FactColumns, path: Path, name: str, _size: int, _modified: int
) -> Facts:
    table = opened(path, name, fact_columns.columns)
    account = f"coalesce({', '.join(text(table, c) for c in fact_columns.account)})"
    marks = fact_columns.marks(table)
    picked = [
        "count(*)",
        _distinct(text(table, fact_columns.day)),
        _distinct(text(table, fact_columns.start)),
        *(_distinct(text(table, name)) for name in fact_columns.others),
        _distinct(f"lower({account})"),
        _distinct(
            f"lower(coalesce({text(table, fact_columns.subscription)}, {account}))"
        ),
        _distinct(f"[{', '.join(_word(table, name) for name in fact_columns.words)}]"),
        *(f"count(*) filter ({mark})" for mark in marks.values()),
    ]
    with duckdb.connect(config=LOOK_INSIDE) as db:
        found = db.execute(f"select {', '.join(picked)} from ({table.scan})").fetchone()
    assert found is not None
    others = len(fact_columns.others)
    sets = [frozenset(value or ()) for value in found[1 : 5 + others]]
    return Facts(
        rows=int(found[0]),
        dates=sets[0],
        starts=sets[1],
        others=frozenset().union(*sets[2 : 2 + others]),
        accounts=sets[2 + others],
        subscriptions=sets[3 + others],
        words=frozenset(tuple(words) for words in found[5 + others] or ()),
        marks=frozenset(zip(marks, map(int, found[6 + others :]), strict=True)),
    )


def facts_of_delivery(fact_columns: FactColumns, delivery: Delivery) -> list[Facts]:
    """Return what the rows of each file of a delivery say."""
    found = []
    for path, name in zip(delivery.files, delivery.names, strict=True):
        stat = path.stat()
        size, modified = stat.st_size, stat.st_mtime_ns
        found.append(_facts(fact_columns, path, name, size, modified))
    return found


def rows(
    source: str,
    fact_columns: FactColumns,
    delivery: Delivery,
    period: str,
    more: Mapping[str, str],
) -> Iterator[str]:
    """Give a SELECT of the rows of each file, with ``row_number`` and more columns.

    How dates are written, and which month a row is of, all files of a delivery say.
    """
    facts = facts_of_delivery(fact_columns, delivery)
    whole = merged(facts)
    if not whole.rows:
        return
    place = f"{source}: {delivery.names[0]}"
    months = month_rule(place, whole, delivery.periods)
    for nth in delivery.places:
        before = sum(cell.rows for cell in facts[:nth])
        name = delivery.names[nth]
        table = opened(delivery.files[nth], name, fact_columns.columns)
        values = typed(table, fact_columns.columns, months.style, before)
        picked = [f"row_number + {before} as row_number"]
        picked += [f'{value} as "{column}"' for column, value in values.items()]
        picked += [f'{value} as "{column}"' for column, value in more.items()]
        select = f"select {', '.join(picked)} from ({table.scan})"
        if len(delivery.periods) > 1:
            by = values[fact_columns.day if months.is_by_day else fact_columns.start]
            select += f" where strftime({by}, '%Y-%m') = '{period}'"
        yield select


def _distinct(expression: str) -> str:
    return f"list(distinct {expression}) filter ({expression} is not null)"


def _word(table: Table, name: str) -> str:
    return f"coalesce({text(table, name)}, '')"
