"""Logs whose rows come again: of the rows of one key the newest counts.

A row that cannot be read, or cannot be true, is left out by name.

Belongs here: how such a log becomes drops and rows. What its columns mean belongs to
the source, in the ``convert.sql`` beside it, which takes ``{rows}``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    counted,
    quoted,
)
from pipelines.sources.formats import logs, odd_rows
from pipelines.sources.formats.package_files import text_beside


@dataclass(frozen=True, slots=True)
class LatestByKey:
    """One kind of log.

    Attributes:
        log: its columns.
        package: the package of the source, where its SQL lies.
        key: SQL of what identifies a row, columns or expressions.
        replaced: why an older row of a key is left out, as a user reads it.
        reason: SQL of why a row cannot count whatever came later; '' for none.
        sql: the file with the SELECT.
    """

    log: logs.Log
    package: str
    key: str
    replaced: str
    reason: str = ""
    sql: str = "convert.sql"

    def drops(self, candidates: Sequence[Candidate]) -> Iterator[Drop]:
        """Take each file as a drop.

        Raises:
            ExportError: a file cannot be read, or has no row with a time.
        """
        return odd_rows.drops(self.log, candidates)

    def select(self, _: Context, deliveries: Sequence[Delivery], period: str) -> str:
        """Give the rows of a month, each key as its newest row has it."""
        sql = text_beside(self.package, self.sql)
        return sql.format(rows=self._with_left_out(deliveries, period))

    def tally(self, _: Context, deliveries: Sequence[Delivery], period: str) -> str:
        """Count the rows of a month, by why they are left out."""
        return counted(self._with_left_out(deliveries, period), "left_out")

    def _with_left_out(self, deliveries: Sequence[Delivery], period: str) -> str:
        """Give the typed rows of a month with ``left_out``, NULL where one counts."""
        return f"""
            select
                * exclude (odd, own_reason),
                coalesce(own_reason, case when row_number() over (
                    partition by {self.key}, own_reason is null
                    order by age desc, row_number desc
                ) > 1 then {quoted(self.replaced)} end) as left_out
            from (
                select *, coalesce(odd, {self.reason or "null"}) as own_reason
                from ({odd_rows.rows(self.log, deliveries, period)})
            )
        """
