"""Which files a partition of the ledger is made of, and where they lie.

A partition is of a table, a source and a period: ``focus/aws/2026-09``. Its parts are
Parquet files in the folder of that name, and it is of exactly those that the record
beside it names (``2026-09.sha256``, in the form that ``sha256sum --check`` reads). So a
partition is replaced by one rename, that of its record, however many files it has. An
older Unitmill wrote one file beside the record, ``2026-09.parquet``, which is read
where it lies until its month is converted again. Belongs here: naming and finding
partitions and their files, in Python and in SQL. Does not belong here: whether the
files are those that were written (``content``), and what is in them (``partitions``).
"""

from collections.abc import Iterable
from pathlib import Path

from pipelines.landing.source import Source, quoted

RECORD = ".sha256"
PARQUET = ".parquet"
COMMENT = "# "
# The folder of a table's partition without rows, so that every column is found.
NO_SOURCE = "_none"
_PART = r"[/\\]\d+-of-\d+-[0-9a-f]+"


def partition_path(ledger_dir: Path, source: Source, period: str) -> Path:
    """Give the place of a partition: the folder of its parts."""
    return ledger_dir / source.table / source.name / period


def record_of(place: Path) -> Path:
    """Give the place of a partition's record."""
    return place.with_name(place.name + RECORD)


def file_of_before(place: Path) -> Path:
    """Give the place of the one file that an older Unitmill wrote."""
    return place.with_name(place.name + PARQUET)


def place_and_record(place: Path) -> str:
    """Name what a person has to remove for a partition to be gone."""
    before = file_of_before(place)
    is_of_before = before.exists() or record_of(before).exists()
    there = before if is_of_before and not record_of(place).exists() else place
    return f"{there} and {record_of(there).name}"


def part_name(number: int, count: int, sha256: str) -> str:
    """Name a part by its place among all, from 1, and by its content."""
    return f"{number:04}-of-{count:04}-{sha256[:16]}{PARQUET}"


def lines_of(place: Path) -> list[str]:
    """Read a partition's record; none where there is none that can be read."""
    for record in (record_of(place), record_of(file_of_before(place))):
        try:
            return record.read_text("utf-8").splitlines()
        except (FileNotFoundError, UnicodeDecodeError):
            continue
    return []


def listed(place: Path) -> dict[Path, set[str]]:
    """Give the files of a partition in order, each with the hashes that it may have.

    Of one without a record, which an older Unitmill wrote, no hash is known.
    """
    found: dict[Path, set[str]] = {}
    for line in lines_of(place):
        sha256, _, name = line.partition("  ")
        if name and not line.startswith(COMMENT):
            found.setdefault(place.parent / name, set()).add(sha256)
    before = file_of_before(place)
    return found or ({before: set()} if before.is_file() else {})


def parts(place: Path) -> list[Path]:
    """Give the files of a partition in order; none where there is no partition."""
    return [*listed(place)]


def partitions(ledger_dir: Path, table: str = "*", source: str = "*") -> list[Path]:
    """Give the places of all partitions of a ledger, a table or a source, in order.

    Args:
        ledger_dir: of a home, or of a published version.
        table: its name; '*': of all tables.
        source: its name; '*': of all sources.
    """
    found = set()
    for path in ledger_dir.glob(f"{table}/{source}/*"):
        name = path.name.removesuffix(RECORD)
        if name != path.name or name.endswith(PARQUET):
            found.add(path.with_name(name.removesuffix(PARQUET)))
    return sorted(found)


def with_leftovers(ledger_dir: Path, source: Source) -> set[str]:
    """Name the periods of a source of which there is anything, be it without record."""
    folder = partition_path(ledger_dir, source, "").parent / source.name
    left = {path.name for path in folder.glob("*") if path.is_dir()}
    return left | {p.name for p in partitions(ledger_dir, source.table, source.name)}


def sql_files(ledger_dir: Path, table: str = "*", source: str = "*") -> str:
    """Give the files of all partitions as a SQL list, as ``read_parquet`` takes it."""
    return sql_list(
        path for place in partitions(ledger_dir, table, source) for path in parts(place)
    )


def sql_list(paths: Iterable[Path]) -> str:
    """Give paths as a SQL list."""
    return "[" + ", ".join(quoted(path) for path in paths) + "]"


def period_of(file: str) -> str:
    """Give the SQL of the period that a file is a part of.

    Args:
        file: SQL of its path.
    """
    pattern = rf"([^/\\]+?)(?:{_PART})?\.parquet$"
    return f"regexp_extract({file}, {quoted(pattern)}, 1)"
