"""Recognize the owner's files, and find the months that they speak of.

Belongs here: which files are claimed or refused, and their months. A power or running
costs file has the months that its rows name. Machines have every month from the first
purchase through the last month that any of these files names: that is how far the
owner has counted, and no clock is asked.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import duckdb

from pipelines.landing.source import LOOK_INSIDE, Candidate, Drop, ExportError
from pipelines.sources.cost.onprem import columns
from pipelines.sources.cost.onprem.columns import Table
from pipelines.sources.formats.csv_cells import TYPES, refuse_missing, scan
from pipelines.sources.formats.months import DatedRows, months_of


def claims(candidate: Candidate) -> bool:
    """Return whether a file is one of the owner's three."""
    if candidate.format != "csv":
        return False
    return columns.table_of(candidate.columns) is not None


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Give the drops; a newer file of a folder replaces the months that it names.

    A machine has charges in many months, and row numbers of a delivery must not name
    two charges; so a machines file is a drop for each month, all of them for the same
    months, and another file is one drop.

    Raises:
        ExportError: a file lacks a column, a row has no month or date, or a newer
            machines file lacks a machine of the one that it replaces.
    """
    machines = [file for file in candidates if _table(file) == "machines"]
    costs = [file for file in candidates if file not in machines]
    _refuse_lost_machines(machines)
    bought = [month for file in machines for month in _months(file)]
    named = [month for file in costs for month in _months(file)]
    if machines:
        for month in _through(min(bought + named), max(named or bought)):
            for file in machines:
                yield Drop((file,), (month,), _scope(file), file.modified)
    for file in costs:
        yield Drop((file,), _months(file), _scope(file), file.modified)


def _table(file: Candidate) -> Table:
    table = columns.table_of(file.columns)
    assert table is not None
    return table


def _scope(file: Candidate) -> str:
    return f"{_table(file)} of {PurePosixPath(file.name).parent}"


def _months(file: Candidate) -> tuple[str, ...]:
    """Give the months that a file names, in order.

    Raises:
        ExportError: a column is missing, there are no rows, or one has no month.
    """
    table = _table(file)
    refuse_missing("onprem", file, columns.known(table))
    column, month = columns.month(table)
    dated = DatedRows(
        source="onprem",
        file=file.name,
        rows=scan(file, columns.known(table)),
        month=month,
        cell=column,
        column=column,
        expected=TYPES["date" if table == "machines" else "month"].expected,
    )
    months = months_of(dated, file)
    if not months:
        raise ExportError(
            f"onprem: {file.name}: no rows; expected one of {table} at least"
        )
    return months


def _through(first: str, last: str) -> list[str]:
    """Give the months from the first through the last, '2026-08'."""
    start, end = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last))
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(start, end + 1)]


def _refuse_lost_machines(files: Sequence[Candidate]) -> None:
    """Refuse a newer file of a folder without a machine of the older one.

    What was bought stays in the ledger; a machine leaves it by its ``retired_on``.
    """
    newest_first = sorted(files, key=lambda file: file.modified, reverse=True)
    for place, newer in enumerate(newest_first):
        folder = PurePosixPath(newer.name).parent
        for older in newest_first[place + 1 :]:
            if PurePosixPath(older.name).parent != folder:
                continue
            lost = sorted(_ids(older) - _ids(newer))
            if lost:
                raise ExportError(
                    f"onprem: {newer.name}: lacks machine {lost[0]!r} of {older.name}, "
                    "which it replaces; expected every machine, sold ones with "
                    "retired_on, or the files of two fleets in two folders"
                )


def _ids(file: Candidate) -> set[str]:
    with duckdb.connect(config=LOOK_INSIDE) as db:
        scanned = scan(file, columns.known("machines"))
        return {
            row[0]
            for row in db.execute(f"select machine_id from ({scanned})").fetchall()
        }
