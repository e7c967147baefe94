"""Dated lists of rules: one CSV row is one rule from its first day on.

Belongs here: how such a list becomes drops and rows. What its columns mean belongs to
the source, which gives them as ``Rules``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    Source,
    counted,
    quoted,
)
from pipelines.sources.formats.csv_cells import (
    TYPES,
    Checks,
    Known,
    refuse_missing,
    scan,
    typed,
)
from pipelines.sources.formats.months import Dated, months_of

# A rule begins on valid_from and ends before valid_to; blank: it is still valid.
DAYS = (
    Known("valid_from", TYPES["date"], is_needed=True),
    Known("valid_to", TYPES["date"], is_needed=False),
)
_ENDS = {"valid_to": ("valid_to > valid_from", "a day after valid_from")}


@dataclass(frozen=True, slots=True)
class Rules:
    """One kind of list.

    Attributes:
        source: the source's name, for messages and rows.
        known: its columns, the days apart.
        checks: what must hold between cells (``filled_in.typed``).
    """

    source: str
    known: tuple[Known, ...]
    checks: Checks

    @property
    def columns(self) -> tuple[Known, ...]:
        """Every column, the days last."""
        return (*self.known, *DAYS)

    @property
    def header(self) -> str:
        """The columns as a CSV's header names them."""
        return ",".join(column.name for column in self.columns)

    def as_source(self, description: str) -> Source:
        """Give the source of such a list, whose table has its name.

        Args:
            description: what a FinOps analyst reads in the Dagster UI.
        """
        return Source(
            name=self.source,
            table=self.source,
            description=description,
            expected=f"a CSV with the header {self.header}",
            claims=self.claims,
            drops=self.drops,
            select=self.select,
            tally=self.tally,
            restates="period",
            is_list=True,
        )

    def claims(self, candidate: Candidate) -> bool:
        """Claim CSV files with the columns that only this list has."""
        named = {column.strip().lower() for column in candidate.columns}
        telling = {column.name for column in self.known if column.is_needed}
        return candidate.format == "csv" and named >= telling

    def drops(self, candidates: Sequence[Candidate]) -> Iterator[Drop]:
        """Take each file as a drop; a newer one replaces the months that it has again.

        Raises:
            ExportError: a column is missing, or a rule has no first day.
        """
        for file in candidates:
            refuse_missing(self.source, file, self.columns)
            dated = Dated(
                source=self.source,
                file=file.name,
                rows=scan(file.path, self.columns),
                month=f"left({TYPES['date'].of('valid_from')}::varchar, 7)",
                said="valid_from",
                column="valid_from",
                expected=TYPES["date"].wanted,
            )
            yield Drop((file,), months_of(dated, file), "", file.modified)

    def select(
        self, _context: Context, deliveries: Sequence[Delivery], period: str
    ) -> str:
        """Give the rules that begin in a month."""
        return (
            f"select * exclude (row_number, file_name), {quoted(self.source)} as "
            f"source_name, row_number as source_row_number "
            f"from ({self._rows(deliveries, period)})"
        )

    def tally(
        self, _context: Context, deliveries: Sequence[Delivery], period: str
    ) -> str:
        """Count the rules that begin in a month; none is left out."""
        return counted(self._rows(deliveries, period))

    def _rows(self, deliveries: Sequence[Delivery], period: str) -> str:
        # A file is checked whole, so that a check may look at all of its rows.
        checks = {**_ENDS, **self.checks}
        parts = " union all ".join(
            typed(
                f"select {quoted(delivery.delivery_id)} as delivery_id, "
                f"{quoted(delivery.names[0])} as file_name, * "
                f"from ({scan(delivery.files[0], self.columns)})",
                self.columns,
                checks,
            )
            for delivery in deliveries
        )
        return f"select * from ({parts}) where strftime(valid_from, '%Y-%m') = " + (
            quoted(period)
        )
