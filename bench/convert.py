"""What converting each provider's bill costs, as a share of copying the same files.

Run ``python -m bench.convert --exports gcp oci --rows 100000``. Two yardsticks know not
what a column means: the copy reads every column and writes it back as zstd Parquet; the
rewrite reads every column as text and writes as many columns as the ledger has, in its
types, because a copy of a narrow export writes less than any conversion must. Belongs
here: measuring. The data comes from ``bench.exports``, the code under test from
``pipelines``.
"""

import argparse
import gzip
import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import duckdb

from bench.exports import EXPORTS, Export
from bench.measuring import MEMORY_LIMIT, best, child, ratio, row, spend, table
from pipelines.focus.schema import ledger_types
from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings

MODULE = "bench.convert"
WAYS = ("copy", "rewrite", "convert", "peer")
YARDS = WAYS[:2]
# What the peer calls the sources that it has plans for.
PROVIDERS = {"aws": "aws", "azure": "azure", "gcp": "gcp", "oci": "oci"}
GOAL = 0.8
WIDE_GOAL = 1.5


def convert(export: Export, exports: Path, home: Path) -> None:
    """Write the ledger partition of one export; looking for it is not counted."""
    settings = Settings(exports=exports, home=home, memory_limit=MEMORY_LIMIT)
    landing = scan(settings, [export.source])
    assert not landing.refusals, landing.refusals
    deliveries = landing.of(export.source, export.period)
    spend(partial(write_partition, settings, export.source, deliveries, export.period))


def copy(export: Export, exports: Path, home: Path) -> None:
    """Write the same rows and columns as they are."""
    _written(export, exports, home, lambda _: "*")


def rewrite(export: Export, exports: Path, home: Path) -> None:
    """Write the same rows as wide as the ledger, in its types."""
    _written(export, exports, home, as_wide_as_the_ledger)


def as_wide_as_the_ledger(columns: Sequence[str]) -> str:
    """Give texts of the ledger from the cells of an export, all else as constants."""
    types = ledger_types()
    texts = [name for name, kind in types.items() if kind == "VARCHAR"]
    picked = []
    for name, kind in types.items():
        value = "'2026-08-01'" if kind == "TIMESTAMP" else "1"
        if kind == "VARCHAR":
            # Every cell is read, also where the export has more columns of text.
            read = columns[texts.index(name) % len(columns) :: len(texts)]
            value = ", ".join(f'cast("{column}" as varchar)' for column in read)
            value = f"coalesce({value})"
        picked.append(f'cast({value} as {kind}) as "{name}"')
    return ", ".join(picked)


def _written(
    export: Export, exports: Path, home: Path, picked: Callable[[Sequence[str]], str]
) -> None:
    """Read the files and write what is picked of their columns."""
    home.mkdir(exist_ok=True)
    files = {"files": [str(p) for p in sorted(exports.rglob("*")) if p.is_file()]}
    config = {
        "memory_limit": MEMORY_LIMIT,
        "threads": 2,
        "temp_directory": str(home),
    }
    with duckdb.connect(config=config) as db:
        described = db.execute(f"describe from {export.reader}", files).fetchall()
        columns = [str(name) for name, *_ in described]
        spend(
            lambda: db.execute(
                f"copy (select {picked(columns)} from {export.reader}) to "
                f"'{home}/copy.parquet' (format parquet, compression zstd)",
                files,
            )
        )


def peer(export: Export, exports: Path, home: Path) -> None:
    """Convert with the FinOps Foundation's own engine, as it is installed here.

    It reads no gzip as a stream, so what is packed is unpacked first, uncounted.
    """
    from focus_converter.converter import FocusConverter  # noqa: PLC0415
    from focus_converter.data_loaders.data_loader import (  # noqa: PLC0415
        DataFormats,
        ParquetDataFormat,
    )

    home.mkdir(exist_ok=True)
    (path,) = (path for path in exports.rglob("*") if path.is_file())
    is_parquet = path.suffix == ".parquet"
    if path.suffix == ".gz":
        unpacked = exports.parent / f"{path.stem}.unpacked"
        with gzip.open(path) as packed, unpacked.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
        path = unpacked

    def run() -> None:
        engine = FocusConverter(column_prefix=None)
        engine.load_provider_conversion_configs()
        engine.load_data(
            data_path=str(path),
            data_format=DataFormats.PARQUET if is_parquet else DataFormats.CSV,
            parquet_data_format=ParquetDataFormat.FILE if is_parquet else None,
        )
        engine.configure_data_export(
            export_path=str(home),
            export_include_source_columns=False,
        )
        engine.prepare_horizontal_conversion_plan(
            provider=PROVIDERS[export.source.name]
        )
        engine.convert()

    spend(run)


def make(export: Export, exports: Path, rows: int) -> None:
    """Write the export; a child does, because its peak memory is inherited."""
    exports.mkdir()
    spend(partial(export.make, exports, rows))


def work(way: str, name: str, folder: str, rows: str = "0") -> None:
    """Do the work of a child, in a folder that holds the exports."""
    export, exports = EXPORTS[name], Path(folder, "exports")
    if way == "make":
        make(export, exports, int(rows))
        return
    with tempfile.TemporaryDirectory(dir=folder) as home:
        ways = {"copy": copy, "rewrite": rewrite, "convert": convert, "peer": peer}
        ways[way](export, exports, Path(home, "home"))


def report(
    names: Sequence[str], rows: int | None, ways: Sequence[str], repeat: int
) -> None:
    """Print one line per export and way; the best of some runs counts."""
    shares = [f"share of the {yard}" for yard in YARDS]
    table("export", "rows", "way", "CPU s", "peak MiB", *shares)
    for name in names:
        row_count = rows or EXPORTS[name].rows
        with tempfile.TemporaryDirectory() as folder:
            made = child(MODULE, "make", name, folder, row_count)
            assert not made.failed, made.failed
            limits = dict.fromkeys(YARDS, 0.0)
            for way in ways:
                cost = best(repeat, MODULE, way, name, folder)
                if cost.failed:
                    row(name, row_count, way, cost.failed, "", *[""] * len(YARDS))
                    continue
                if way in limits:
                    limits[way] = cost.cpu
                row(
                    name,
                    row_count,
                    way,
                    f"{cost.cpu:.1f}",
                    f"{cost.memory:.0f}",
                    *(ratio(cost.cpu, limit) for limit in limits.values()),
                )
    print(
        f"\nThe goal is {GOAL} of the copy for AWS, {WIDE_GOAL} of the rewrite for all."
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--exports", nargs="+", choices=EXPORTS, default=list(EXPORTS))
    parser.add_argument(
        "--rows", type=int, help="per export, instead of its own number"
    )
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=[*YARDS, "convert"])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        work(*chosen.child)
    else:
        report(chosen.exports, chosen.rows, chosen.ways, chosen.repeat)


if __name__ == "__main__":
    main()
