"""A metric: two sums and their division, valid at any grain that is asked for.

Belongs here: the rule by which a metric is divided again, in SQL that DuckDB and
Postgres both read. Does not belong here: where it is declared (``declared``).
"""

import re
from dataclasses import dataclass

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Metric:
    """A sum, or a ratio of two sums, over rows of one mart.

    Attributes:
        metric: its name, once among all metrics.
        mart: the table that holds its parts.
        column: the column that is the same at the mart's own grain.
        numerator: SQL of a row of the mart.
        denominator: the same; None for a sum.
        per: what a ratio is multiplied by, such as 1000 tokens.
        filter: SQL of the rows that count; None for all.
        time_column: the date or timestamp by which it is followed; None without one.
        currency_column: the column that says the currency of its amounts; None where it
            is no amount and not made of amounts.
        description: what it means, in one line.
        trap: how it is easily misread; None where nothing is known.
    """

    metric: str
    mart: str
    column: str
    numerator: str
    denominator: str | None
    per: int
    filter: str | None
    time_column: str | None
    currency_column: str | None
    description: str
    trap: str | None = None

    @property
    def unit(self) -> str:
        """What it is measured in: ``ratio``, or an amount by how much of what."""
        if self.denominator is None:
            return self.currency_column or self.column
        if self.is_ratio:
            return "ratio"
        amount = self.currency_column or self.numerator
        times = f"{self.per:,} " if self.per != 1 else ""
        return f"{amount} per {times}{self.denominator}"

    @property
    def is_ratio(self) -> bool:
        """Whether it is a share or a factor and no amount by a quantity."""
        return self.denominator is not None and "per_" not in self.column

    @property
    def counted(self) -> str:
        """SQL of the rows that count: both parts are known, and the filter holds."""
        parts = [self.numerator, *([self.denominator] if self.denominator else [])]
        known = [f"{bracketed(part)} is not null" for part in parts]
        return " and ".join(
            known + ([bracketed(self.filter)] if self.filter is not None else [])
        )

    @property
    def expression(self) -> str:
        """SQL of the metric over any rows of the mart, for DuckDB and Postgres.

        Sums are exact; the division alone is in double, as in the mart. Unknown, and
        so NULL, where no row counts or nothing was bought.
        """
        if self.denominator is None:
            if self.filter is None:
                return f"sum({self.numerator})"
            return self._sum(self.numerator)
        times = f" * {self.per}" if self.per != 1 else ""
        return (
            f"cast({self._sum(self.numerator)} as double precision){times} / "
            f"nullif(cast({self._sum(self.denominator)} as double precision), 0)"
        )

    def _sum(self, part: str) -> str:
        return f"sum(case when {self.counted} then {part} end)"


def bracketed(sql: str) -> str:
    """Put SQL of a row into brackets, unless it is a column."""
    return sql if _NAME.fullmatch(sql) else f"({sql})"
