"""CSV files opened alike by every source, whatever their dialect; nothing is guessed.

Belongs here: the one call that reads a CSV, its columns as text by position or by name.
Does not belong here: bringing a dialect into the one that is read
(``landing.plain_csv``), and what a column means.
"""

from collections.abc import Iterable, Sequence

from pipelines.landing.plain_csv import plain
from pipelines.landing.source import Candidate, quoted


def by_position(file: Candidate, numbers: Iterable[int] = ()) -> str:
    """Give the FROM clause of a file whose columns are ``c0``, ``c1``, ...: all text.

    By position, since headers may differ only in case, which SQL cannot see.

    Args:
        file: a CSV.
        numbers: the places of columns of numbers, which may have decimal commas.

    Raises:
        ExportError: a row is longer or shorter than the header, or a number may be two.
    """
    return read([plain(file, numbers)], positions(file.columns))


def by_name(file: Candidate, numbers: Iterable[int] = ()) -> str:
    """Give the FROM clause of a file whose columns have the names of its header.

    Raises:
        ExportError: a row is longer or shorter than the header, or a number may be two.
    """
    names = unique(file.columns)
    rows = read([plain(file, numbers)], names)
    unnamed = [
        f'"{name}"'
        for name, header in zip(names, file.columns, strict=True)
        if not header
    ]
    # A delimiter behind the last cell makes a column of nothing.
    return f"(select * exclude ({', '.join(unnamed)}) from {rows})" if unnamed else rows


def read(files: Sequence[Candidate], names: Sequence[str]) -> str:
    """Give the call that reads plain files of the same columns and compression."""
    paths = ", ".join(quoted(file.path) for file in files)
    shape = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv([{paths}], auto_detect = false, header = true, delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', "
        f"compression = '{files[0].compression or 'none'}', columns = {{{shape}}})"
    )


def positions(headers: Sequence[str]) -> list[str]:
    """Name columns by their places: ``c0``, ``c1``, ..."""
    return [f"c{place}" for place in range(len(headers))]


def unique(headers: Sequence[str]) -> list[str]:
    """Name columns by their headers; one that differs only in case gets a number."""
    found: dict[str, str] = {}
    for place, header in enumerate(headers):
        name, again = header or f"column{place}", 0
        while name.lower() in found:
            again += 1
            name = f"{header}_{again}"
        found[name.lower()] = name
    return list(found.values())
