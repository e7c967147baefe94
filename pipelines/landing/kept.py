"""What is remembered of a file and of a drop, as JSON and back.

Of a file: its state, what it is, its columns, whose it is. Of a drop: what the record
of deliveries says of it, too. Belongs here: the form. Does not belong here: when it may
be believed (``looks``).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pipelines.landing.bills import Bill
from pipelines.landing.source import Candidate, Compression, Drop, Format

Values = dict[str, Any]


class File(NamedTuple):
    """A file that was looked at.

    Attributes:
        state: size, times and inode (``identity``).
        content: SHA-256 of a small one; '' of others.
        format: what its first bytes are.
        compression: how it is packed.
        columns: its header.
        owners: names of the sources that claim it.
    """

    state: tuple[int, int, int, int]
    content: str
    format: Format
    compression: Compression
    columns: tuple[str, ...]
    owners: tuple[str, ...]


def table_of(files: Mapping[str, File]) -> Values:
    """Give files as JSON; most have the columns and owners of another one."""
    lists: dict[tuple[str, ...], int] = {}

    def place(names: tuple[str, ...]) -> int:
        return lists.setdefault(names, len(lists))

    rows = {
        name: [*file.state, *file[1:4], place(file.columns), place(file.owners)]
        for name, file in files.items()
    }
    return {"lists": list(lists), "files": rows}


def files_of(values: Values) -> dict[str, File]:
    """Read files back.

    Raises:
        ValueError, TypeError, KeyError, IndexError: they are not what was written.
    """
    lists = [tuple(map(str, names)) for names in values["lists"]]
    return {name: _file_of(row, lists) for name, row in values["files"].items()}


def _file_of(row: list[Any], lists: list[tuple[str, ...]]) -> File:
    size, modified, changed, inode, content, kind, packed, columns, owners = row
    state = (size, modified, changed, inode)
    return File(state, content, kind, packed, lists[columns], lists[owners])


def values_of(drop: Drop) -> Values:
    """Give a drop as JSON."""
    return {
        "files": [file.name for file in drop.files],
        "periods": list(drop.periods),
        "scope": drop.scope,
        "delivered_at": drop.delivered_at.isoformat(),
        "manifest": drop.manifest.name if drop.manifest else None,
        "batch": drop.batch,
        "bills": [_values_of_bill(bill) for bill in drop.bills],
        "ordered_by": drop.ordered_by,
        "complete_by": drop.complete_by,
        "appends": drop.appends,
    }


def drop_of(values: Values, files: Mapping[str, Candidate]) -> Drop:
    """Read a drop back.

    Args:
        values: what was written.
        files: the files of its source by their names.
    """
    manifest = values["manifest"]
    return Drop(
        files=tuple(files[name] for name in values["files"]),
        periods=tuple(values["periods"]),
        scope=values["scope"],
        delivered_at=datetime.fromisoformat(values["delivered_at"]),
        manifest=files[manifest] if manifest is not None else None,
        batch=values["batch"],
        bills=tuple(map(_bill_of, values["bills"])),
        ordered_by=values["ordered_by"],
        complete_by=values["complete_by"],
        appends=values["appends"],
    )


def _values_of_bill(bill: Bill) -> list[Any]:
    first, last = (
        at.isoformat() if at else None for at in (bill.first_at, bill.last_at)
    )
    accounts, below = sorted(bill.accounts), sorted(bill.sub_accounts)
    return [bill.period, accounts, below, first, last, bill.report]


def _bill_of(values: list[Any]) -> Bill:
    period, accounts, below, first, last, report = values
    first_at, last_at = (
        datetime.fromisoformat(at) if at else None for at in (first, last)
    )
    return Bill(
        period, frozenset(accounts), frozenset(below), first_at, last_at, report
    )
