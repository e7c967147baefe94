"""Prove a published version by itself: its files, its database, its ledger, its sums.

Belongs here: what of a version can be compared with what. Does not belong here: the
exports that its ledger was made of (``ledger.proof``), and what a terminal shows.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from pipelines.files import sha256_of
from pipelines.landing.landed import few_of
from pipelines.ledger.files import sql_files
from pipelines.ledger.proof import Finding
from pipelines.publishing.versions import DATABASE, MANIFEST, Version

_SHOWN = 3
# What the ledger says of a currency, and what the marts make of it.
_SUMS = """
with ledger as (
    select BillingCurrency as currency, sum(BilledCost) as billed_cost
    from focus group by all
),
marts as (
    select billing_currency as currency, sum(billed_cost) as billed_cost
    from fct_charges_daily group by all
)
select
    coalesce(ledger.currency, marts.currency) as currency,
    ledger.billed_cost,
    marts.billed_cost
from ledger
full join marts on ledger.currency is not distinct from marts.currency
order by all
"""


def verify(version: Version) -> Iterator[Finding]:
    """Compare a version with its manifest, and what is in it with each other."""
    yield from files_of(version)
    try:
        with duckdb.connect(str(version.database), read_only=True) as db:
            yield _name(version, db)
            yield _row_counts(version, db)
            yield _ledger(version, db)
            yield _sums(db)
    except (duckdb.Error, OSError) as error:
        first = str(error).strip().splitlines()[0]
        yield Finding(DATABASE, holds=False, detail=f"cannot be read: {first}")


def files_of(
    version: Version, content: Callable[[Path], str] = sha256_of
) -> Iterator[Finding]:
    """Compare each file's bytes with the manifest.

    Args:
        version: that version.
        content: hashes a file, or recalls the hash of one that looks unchanged.
    """
    files = _files(version)
    if files is None:
        there = version.database.is_file()
        said = (
            "an older Unitmill listed no files" if there else f"{DATABASE} is missing"
        )
        yield Finding(MANIFEST, holds=None if there else False, detail=said)
    else:
        yield _bytes(version, files, content)


def missing_files(version: Version) -> list[str]:
    """Name the files of a version that are gone, or of another size than they were."""
    files = _files(version) or {DATABASE: {}}
    return [
        name
        for name, known in files.items()
        if not _is_sized(version.folder / name, known.get("bytes"))
    ]


def _files(version: Version) -> dict[str, dict[str, object]] | None:
    files = version.manifest.get("files")
    if not isinstance(files, dict):
        return None
    # What is not said of a file is nothing that it can have.
    return {
        name: {"bytes": -1, "sha256": ""} | (of if isinstance(of, dict) else {})
        for name, of in files.items()
    }


def _is_sized(path: Path, size: object) -> bool:
    # A link may lead to what changes later.
    is_own = path.is_file() and not path.is_symlink()
    return is_own and size in {None, path.stat().st_size}


def _bytes(
    version: Version,
    files: dict[str, dict[str, object]],
    content: Callable[[Path], str],
) -> Finding:
    """Compare each file's bytes with the manifest, and name files that it lacks."""
    missing = missing_files(version)
    other = [
        name
        for name, known in files.items()
        if name not in missing and content(version.folder / name) != known["sha256"]
    ]
    paths = (path for path in version.folder.rglob("*") if path.is_file())
    there = {path.relative_to(version.folder).as_posix() for path in paths}
    added = sorted(there - {MANIFEST, *files})
    faults = [
        *(f"{name} is missing or cut off" for name in missing),
        *(f"{name} has other bytes" for name in other),
        *(f"{name} was added" for name in added),
    ]
    return Finding(
        f"{len(files)} files, each with the bytes that {MANIFEST} says",
        holds=not faults,
        detail=few_of(faults, _SHOWN),
    )


def _name(version: Version, db: duckdb.DuckDBPyConnection) -> Finding:
    found = db.execute("select version from published_version").fetchall()
    said = ", ".join(str(name) for (name,) in found)
    return Finding(
        f"{DATABASE} is of this version",
        holds=said == version.name,
        detail="" if said == version.name else f"it says {said or 'nothing'}",
    )


def _row_counts(version: Version, db: duckdb.DuckDBPyConnection) -> Finding:
    known = version.manifest.get("row_counts")
    if not isinstance(known, dict):
        return Finding(MANIFEST, holds=False, detail="it counts no rows of marts")
    faults = []
    for mart, count in known.items():
        [(found,)] = db.execute(f'select count(*) from "{mart}"').fetchall()
        if found != count:
            faults.append(f"{mart} has {found:,} rows of {count:,}")
    return Finding(
        f"{len(known)} marts with {sum(known.values()):,} rows",
        holds=not faults,
        detail=few_of(faults, _SHOWN),
    )


def _ledger(version: Version, db: duckdb.DuckDBPyConnection) -> Finding:
    """Compare the ledger's tables in the database with its Parquet files."""
    rows, faults = 0, []
    folders = sorted((version.folder / "ledger").iterdir())
    for folder in folders:
        listed = sql_files(folder.parent, folder.name)
        files = f"read_parquet({listed}, union_by_name = true)"
        sums = "select count(*), sum(hash(rows)::hugeint) from {} as rows"
        [(count, table)] = db.execute(sums.format(f'"{folder.name}"')).fetchall()
        [(_, parquet)] = db.execute(sums.format(files)).fetchall()
        rows += count
        if table != parquet:
            faults.append(f"{folder.name} differs")
    return Finding(
        f"{len(folders)} ledger tables with {rows:,} rows, row for row those of the "
        "Parquet files",
        holds=not faults,
        detail=few_of(faults, _SHOWN),
    )


def _sums(db: duckdb.DuckDBPyConnection) -> Finding:
    found = db.execute(_SUMS).fetchall()
    faults = [
        f"{currency}: ledger {ledger}, marts {marts}"
        for currency, ledger, marts in found
        if ledger != marts
    ]
    sums = ", ".join(f"{ledger:,.2f} {currency}" for currency, ledger, _ in found)
    return Finding(
        f"billed cost of ledger = marts: {sums or 'no charge'}",
        holds=not faults,
        detail=few_of(faults, _SHOWN),
    )
