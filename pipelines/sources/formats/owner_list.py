"""Lists that an owner writes: a CSV is columns, a key and checks, and all else follows.

Belongs here: how such a list becomes a source, deliveries and rows, and which table and
staging model it makes. What its columns are called and mean belongs to the list, which
gives them as an ``OwnerList``.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pipelines.landing.candidates import sniffed
from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    Format,
    Source,
    counted,
    quoted,
)
from pipelines.schema.table import ORIGIN, Column, Table
from pipelines.sources.formats import csv_cells
from pipelines.sources.formats.csv_cells import (
    PLACE,
    TYPES,
    Check,
    Checks,
    positions,
    refuse_missing,
)
from pipelines.sources.formats.months import DatedRows, months_of
from pipelines.sources.formats.parts import ordered_by_names
from pipelines.sources.formats.records import opened

_PLACE = f"age, {PLACE}"


@dataclass(frozen=True, slots=True)
class ListColumn(csv_cells.Column):
    """One column of a list.

    Attributes:
        blank: SQL of what a blank cell means, applied in staging; '' means unknown.
        stored_as: the table's column; '' means the same name. None: it is not stored.
        staged_as: the name from staging on; '' means that of the table.
        in_reporting_currency: whether a currency must be the reporting one.
        in_header: whether the header that is shown has it; a file may have it anyway.
    """

    blank: str = field(default="", kw_only=True)
    stored_as: str | None = field(default="", kw_only=True)
    staged_as: str = field(default="", kw_only=True)
    in_reporting_currency: bool = field(default=False, kw_only=True)
    in_header: bool = field(default=True, kw_only=True)


@dataclass(frozen=True, slots=True)
class Derived:
    """A column of the table that is worked out from cells of the same row."""

    name: str
    type: str
    sql: str
    meaning: str


# An entry begins on valid_from and ends before valid_to.
FROM = ListColumn("valid_from", TYPES["date"], "Its first day.", required=True)
TO = ListColumn(
    "valid_to", TYPES["date"], "The day before which it ends; NULL where it is open."
)
_ENDS = {"valid_to": Check("valid_to > valid_from", "a day after valid_from")}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerList:
    """One kind of list.

    Attributes:
        name: the source's name, and the table's unless ``table_name`` says another.
        description: what a FinOps analyst reads in the Dagster UI.
        grain: what one row of the table is.
        columns: those that the owner writes, in the order of the header.
        key: the columns that identify a row.
        checks: what must hold between the cells of a row, or of the rows of a month.
        restates: what a newer file does: 'period' - it replaces the months that it has,
            and a key stands once a day; 'rows' - its rows replace those of their key.
        month_of: the column that says which month a row is in.
        recognized_by: the headers that only this list has; the required ones if empty.
        formats: what such a file may be.
        derived: further columns of the table.
        refuse: looks at a whole file and raises ExportError where it cannot hold.
        replaced: why an older row of a key is left out, as a user reads it.
        newest: SQL of the order of a key's rows, the one that counts first.
        version: raise it when a row is read differently than before.
    """

    name: str
    description: str
    grain: str
    columns: tuple[ListColumn, ...]
    key: tuple[str, ...] = ()
    checks: Checks = field(default_factory=dict)
    restates: Literal["period", "rows"] = "period"
    month_of: str = "valid_from"
    recognized_by: tuple[str, ...] = ()
    formats: tuple[Format, ...] = ("csv",)
    derived: tuple[Derived, ...] = ()
    refuse: Callable[[Candidate], None] | None = None
    replaced: str = "a newer row has the same key"
    newest: str = "age desc, row_number desc"
    table_name: str = ""
    version: int = 1

    @property
    def header(self) -> str:
        """The columns as a CSV's header names them."""
        return ",".join(column.name for column in self.columns if column.in_header)

    @property
    def table(self) -> Table:
        """The table that the list fills."""
        own = [
            Column(column.stored_as or column.name, column.type.stored, column.meaning)
            for column in self.columns
            if column.stored_as is not None
        ]
        made = [Column(one.name, one.type, one.meaning) for one in self.derived]
        name = self.table_name or self.name
        return Table(name, self.description, self.grain, (*own, *made, *ORIGIN))

    def as_source(self) -> Source:
        """Give the source of such a list."""
        return Source(
            name=self.name,
            table=self.table_name or self.name,
            description=self.description,
            expected=f"a CSV with the header {self.header}",
            claims=self.claims,
            drops=self.drops,
            select=self.select,
            tally=self.tally,
            restates=self.restates,
            version=self._rows_version(),
            is_list=True,
        )

    def _rows_version(self) -> int:
        """Number how rows are read: a home with other columns reads its lists again."""
        stored = [(c.name, c.type.stored, c.stored_as) for c in self.columns]
        made = [(one.name, one.type, one.sql) for one in self.derived]
        said = repr((self.version, stored, made))
        return int(hashlib.sha256(said.encode()).hexdigest()[:7], 16)

    def claims(self, candidate: Candidate) -> bool:
        """Claim files with the columns that only this list has."""
        required = {column.name for column in self.columns if column.required}
        recognized_by = set(self.recognized_by) or required
        if candidate.format not in self.formats:
            return False
        return positions(candidate.columns).keys() >= recognized_by

    def drops(self, candidates: Sequence[Candidate]) -> Iterator[Drop]:
        """Take each file as a drop.

        Raises:
            ExportError: a column is missing, a row is in no month, or the list as a
                whole cannot hold.
        """
        yield from ordered_by_names([self._drop(file) for file in candidates])

    def _drop(self, file: Candidate) -> Drop:
        dated = next(one for one in self.columns if one.name == self.month_of)
        refuse_missing(self.name, file, self.columns)
        months = DatedRows(
            source=self.name,
            file=file.name,
            rows=opened(file, self.columns),
            month=_month(dated.type.of(dated.name)),
            cell=dated.name,
            column=dated.name,
            expected=dated.type.expected,
        )
        found = months_of(months, file)
        if self.refuse:
            self.refuse(file)
        return Drop((file,), found, "", file.modified)

    def select(
        self, _context: Context, deliveries: Sequence[Delivery], period: str
    ) -> str:
        """Give the rows of a month that count, under the names of the table."""
        picked = [
            f"{column.name} as {column.stored_as or column.name}"
            for column in self.columns
            if column.stored_as is not None
        ]
        picked += [f"{one.sql} as {one.name}" for one in self.derived]
        rows = self.rows(deliveries, period)
        counting = f"select * from ({rows}) where left_out is null"
        return (
            f"select {', '.join(picked)}, {quoted(self.name)} as source_name, "
            f"delivery_id, row_number as source_row_number "
            f"from ({csv_cells.checked(counting, self.all_checks)})"
        )

    def tally(
        self, _context: Context, deliveries: Sequence[Delivery], period: str
    ) -> str:
        """Count the rows of a month, by why they are left out."""
        return counted(self.rows(deliveries, period), "left_out")

    @property
    def all_checks(self) -> Checks:
        """The list's own checks, and those that its form brings along."""
        found: dict[str, Check] = {}
        if any(column.name == "valid_to" for column in self.columns):
            found |= _ENDS
        if self.restates == "period" and self.key:
            days = ", ".join((*self._keys(), "valid_from"))
            named = "one" if len(self.key) == 1 else " and ".join(self.key)
            found[self.key[0]] = Check(
                f"count(*) over (partition by {days}) = 1",
                f"{named} that no other row of that day has",
            )
        return {**found, **self.checks}

    def _keys(self) -> list[str]:
        """Give the SQL of the key: a blank cell and what it means are one key."""
        blanks = {column.name: column.blank for column in self.columns}
        return [
            f"coalesce({name}, {blanks[name]})" if blanks[name] else name
            for name in self.key
        ]

    def rows(self, deliveries: Sequence[Delivery], period: str) -> str:
        """Give the typed rows of a month with ``left_out``, NULL where one counts."""
        files = " union all ".join(
            f"select {age} as age, {quoted(delivery.delivery_id)} as delivery_id, "
            f"{quoted(name)} as file_name, * "
            f"from ({opened(sniffed(path, name), self.columns)})"
            for age, delivery in enumerate(deliveries)
            for path, name in zip(delivery.files, delivery.names, strict=True)
        )
        typed = csv_cells.typed(files, self.columns, {}, _PLACE)
        left_out = "cast(null as varchar)"
        if self.restates == "rows":
            # What a newer file corrects may be wrong; the newest file may not.
            older = f"age < {len(deliveries) - 1}"
            checks = {
                name: Check(f"{older} or ({check.holds})", check.expected)
                for name, check in self.all_checks.items()
            }
            typed = csv_cells.checked(typed, checks)
            left_out = (
                f"case when row_number() over (partition by {', '.join(self._keys())} "
                f"order by {self.newest}) > 1 then {quoted(self.replaced)} end"
            )
        return (
            f"select *, {left_out} as left_out from ({typed}) "
            f"where {_month(self.month_of)} = {quoted(period)}"
        )


def _month(cell: str) -> str:
    return f"left(cast({cell} as varchar), 7)"
