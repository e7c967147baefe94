"""The sums that a chart's numbers are made of, as a version has them.

Belongs here: asking for exact sums of a chart's rows, narrowed down. Does not belong
here: the SQL of one sum (``answers``), and which of them are shown (``cells``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from pipelines.pages.answers import parts
from pipelines.pages.data import MONTHS, month_in, quoted_name, written
from pipelines.pages.definition import Chart, Measure, Page


@dataclass(frozen=True, slots=True)
class Sums:
    """A measure's numerator and denominator; what is unknown is None, never 0."""

    above: Decimal | None = None
    below: Decimal | None = None

    def __add__(self, other: "Sums") -> "Sums":
        """Sum both, so that a ratio of several is one sum by another."""
        return Sums(_added(self.above, other.above), _added(self.below, other.below))

    def value(self, measure: Measure) -> Decimal | None:
        """Give the measure: the sum, or the ratio; None where it is unknown."""
        if measure.of is None:
            return self.above
        if self.above is None or not self.below:
            return None
        return measure.per * self.above / self.below


class ChartRows:
    """The rows of a chart in a version, which are asked several times."""

    def __init__(
        self, db: duckdb.DuckDBPyConnection, page: Page, chart: Chart, month: date
    ) -> None:
        """Ask which columns the rows have.

        Args:
            db: a published version.
            page: whose rows.
            chart: what they are asked for.
            month: what ``$month`` is, its first day.
        """
        self.chart = chart
        self._db, self._month, self._rows = db, month, page.rows[chart.rows]
        found = db.execute(f"describe {self._rows}", month_in(self._rows, month))
        self.names = [str(name) for name, *_ in found.fetchall()]

    @property
    def is_of_one_month(self) -> bool:
        """Whether the month narrows the rows down."""
        return "month" in self.names and not self.chart.is_trend

    def currencies(self, preferred: str = "") -> list[str]:
        """Give the currencies of the rows: the preferred, then that of most rows."""
        if "currency" not in self.names:
            return []
        found = self._ask(
            "select currency from kept where currency is not null "
            "group by currency order by count(*) desc, currency",
            (),
        )
        names = [str(currency) for (currency,) in found]
        return sorted(names, key=lambda name: name != preferred)

    def sums(
        self, keys: Sequence[str], kept: Mapping[str, str], *, of_kind: bool = False
    ) -> dict[tuple[object, ...], Sums]:
        """Sum the measure's parts by columns.

        Args:
            keys: the columns.
            kept: of columns of the rows, the one value that counts.
            of_kind: whether rows that the measure does not count are left out; else
                what has only such is 0.
        """
        measure = self.chart.measure
        assert measure is not None
        above, below = parts(measure)
        chosen = ", ".join([*map(quoted_name, keys), above, below or "null"])
        width = len(keys)
        pairs = [*kept.items(), *(measure.where.items() if of_kind else ())]
        found = self._ask(f"select {chosen} from kept group by all", pairs)
        return {
            tuple(map(written, row[:width])): Sums(*map(_exact, row[width:]))
            for row in found
        }

    def band(self, kept: Mapping[str, str]) -> list[dict[str, object]]:
        """Give the rows of a band: `at` is a day, all others are numbers or None."""
        names = self.chart.band
        chosen = ", ".join(quoted_name(column) for column in names.values())
        order = quoted_name(names["at"])
        return [
            {
                name: written(value) if name == "at" else _exact(value)
                for name, value in zip(names, row, strict=True)
            }
            for row in self._ask(
                f"select {chosen} from kept order by {order}", [*kept.items()]
            )
        ]

    def _ask(
        self, select: str, kept: Sequence[tuple[str, str]]
    ) -> list[tuple[object, ...]]:
        where = [
            f"{quoted_name(name)} = $kept_{at}" for at, (name, _) in enumerate(kept)
        ]
        if "month" in self.names:  # as many as a page carries
            where.append(
                "(month is null or month in (select distinct month from found "
                f"order by month desc limit {MONTHS}))"
            )
        condition = f"where {' and '.join(where)}" if where else ""
        sql = (
            f"with found as ({self._rows}), "
            f"kept as (select * from found {condition}) {select}"
        )
        values = {f"kept_{at}": text for at, (_, text) in enumerate(kept)}
        return self._db.execute(sql, values | month_in(sql, self._month)).fetchall()


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    known = [value for value in (one, other) if value is not None]
    return sum(known, Decimal()) if known else None


def _exact(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
