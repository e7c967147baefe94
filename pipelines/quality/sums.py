"""The sums of the marts beside the ledger's, for the page of results.

Belongs here: reading ``fct_mart_sums`` of a build and laying it out. Which marts it has
and what each leaves out is decided in dbt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from itertools import groupby
from pathlib import Path

import duckdb

SUMS = """
select
    mart_name, cost_column, billing_currency, exclusion_reason, source_name,
    strftime(billing_period_start, '%Y-%m') as billing_period,
    ledger_cost, excluded_cost, mart_cost, difference
from marts.fct_mart_sums
order by all
"""
NUMBERS = ("ledger", "left out", "mart", "difference")


@dataclass(frozen=True, slots=True)
class MartSum:
    """One cost of a mart beside the ledger, of one source and month."""

    mart: str
    cost: str
    currency: str
    because: str
    source: str
    period: str
    ledger: Decimal
    left_out: Decimal
    held: Decimal
    difference: Decimal


def mart_sums(database: Path) -> list[MartSum]:
    """Read the sums of a build, in the order in which they are shown."""
    with duckdb.connect(str(database), read_only=True) as db:
        return [MartSum(*row) for row in db.execute(SUMS).fetchall()]


def section(sums: Sequence[MartSum]) -> str:
    """Lay out a row per mart, cost and currency, with its sources and months below."""
    return (
        "<h2>Sums of the marts</h2>"
        '<p class="muted">Does each mart hold the money of the ledger? What a mart '
        "leaves out on purpose is named; what is left must be 0, to the last digit. "
        "<code>marts.fct_mart_sums</code></p>"
        f"<table>{_head('mart', 'cost', 'currency')}"
        + "".join(
            _summary(tuple(rows))
            for _, rows in groupby(sums, lambda s: (s.mart, s.cost, s.currency))
        )
        + "</table>"
        + "".join(
            _details(mart, tuple(rows))
            for mart, rows in groupby(sums, lambda s: s.mart)
        )
    )


def _summary(rows: Sequence[MartSum]) -> str:
    first = rows[0]
    amounts = (
        sum((row.ledger for row in rows), Decimal(0)),
        sum((row.left_out for row in rows), Decimal(0)),
        sum((row.held for row in rows), Decimal(0)),
        sum((abs(row.difference) for row in rows), Decimal(0)),
    )
    why = (
        "" if first.because == "nothing" else f"<small>{escape(first.because)}</small>"
    )
    names = (f"{escape(first.mart)}<br>{why}", escape(first.cost), first.currency)
    return _line(names, amounts)


def _details(mart: str, rows: Sequence[MartSum]) -> str:
    lines = "".join(
        _line(
            (escape(row.source), row.period, f"{row.cost}, {row.currency}"),
            (row.ledger, row.left_out, row.held, row.difference),
        )
        for row in rows
    )
    return (
        f"<details><summary>{escape(mart)} by source and month</summary>"
        f"<table>{_head('source', 'month', 'cost')}{lines}</table></details>"
    )


def _head(*names: str) -> str:
    cells = [f"<th>{name}</th>" for name in names]
    cells += [f'<th class="n">{name}</th>' for name in NUMBERS]
    return "<tr>" + "".join(cells) + "</tr>"


def _line(names: Sequence[str], amounts: Sequence[Decimal]) -> str:
    return (
        "<tr>"
        + "".join((*(f"<td>{n}</td>" for n in names), *_cells(amounts)))
        + "</tr>"
    )


def _cells(amounts: Sequence[Decimal]) -> Iterator[str]:
    """Show cents, and every digit on hover; a difference in full."""
    *sums, difference = amounts
    for amount in sums:
        yield f'<td class="n" title="{_exact(amount)}">{amount:,.2f}</td>'
    verdict = "bad" if difference else "good"
    yield f'<td class="n {verdict}">{_exact(difference)}</td>'


def _exact(amount: Decimal) -> str:
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
