"""Lists that say a thing again: of the rows of one key the newest counts.

Belongs here: how such a list becomes drops and rows. What its columns mean belongs to
the source, which gives them as ``Restated``.
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
from pipelines.sources.formats.csv_cells import (
    PLACE,
    Checks,
    Known,
    of_all,
    refuse_missing,
    scan,
    typed,
)
from pipelines.sources.formats.months import Dated, months_of


@dataclass(frozen=True, slots=True)
class Restated:
    """One kind of list.

    Attributes:
        source: the source's name, for messages.
        known: its columns.
        checks: what must hold between cells (``filled_in.typed``).
        dated: which column says the month of a row, as a month or a date.
        key: the columns that tell rows apart.
        replaced: why an older row of a key is left out, as a user reads it.
        newest: SQL of the order of a key's rows, the one that counts first.
    """

    source: str
    known: tuple[Known, ...]
    checks: Checks
    dated: str
    key: tuple[str, ...]
    replaced: str
    newest: str = "age desc, row_number desc"

    @property
    def header(self) -> str:
        """The columns as a CSV's header names them."""
        return ",".join(column.name for column in self.known)

    def drops(self, candidates: Sequence[Candidate]) -> Iterator[Drop]:
        """Take each file as a drop.

        Raises:
            ExportError: a column is missing, or a row has no month.
        """
        said = next(column for column in self.known if column.name == self.dated)
        for file in candidates:
            refuse_missing(self.source, file, self.known)
            dated = Dated(
                source=self.source,
                file=file.name,
                rows=scan(file.path, self.known),
                month=_month(said.type.of(said.name)),
                said=said.name,
                column=said.name,
                expected=said.type.wanted,
            )
            yield Drop((file,), months_of(dated, file), "", file.modified)

    def rows(self, deliveries: Sequence[Delivery], period: str) -> str:
        """Give the typed rows of a month with ``left_out``, NULL where one counts."""
        place = f"age, {PLACE}"
        rows = typed(of_all(deliveries, self.known), self.known, self.checks, place)
        return f"""
            select
                *,
                case when row_number() over (
                    partition by {", ".join(self.key)} order by {self.newest}
                ) > 1 then {quoted(self.replaced)} end as left_out
            from ({rows})
            where {_month(self.dated)} = {quoted(period)}
        """

    def tally(self, _: Context, deliveries: Sequence[Delivery], period: str) -> str:
        """Count the rows of a month, by why they are left out."""
        return counted(self.rows(deliveries, period), "left_out")


def _month(said: str) -> str:
    return f"left(cast({said} as varchar), 7)"
