"""What converting an AWS bill costs, as a share of copying the same file unchanged.

Run ``python -m bench.convert_aws --rows 1000000``. Each measurement is a process of
its own, so CPU time and peak memory are its alone; the copy is the physical limit:
DuckDB reads every column and writes it back. Belongs here: measuring. The data comes
from ``pipelines.samples.bench``, the code under test from ``pipelines``.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from pipelines.landing.candidates import sniff
from pipelines.landing.source import Delivery
from pipelines.ledger.partitions import write_partition
from pipelines.providers.aws import SOURCE
from pipelines.samples.bench import write_cur
from pipelines.settings import Settings

SUFFIXES = {"parquet": ".snappy.parquet", "csv.gz": ".csv.gz"}
WAYS = ("copy", "convert", "peer")
MEMORY_LIMIT = "1500MB"
PATIENCE = 900


def convert(path: Path, folder: Path) -> None:
    """Write the ledger partition of one report."""
    (drop,) = SOURCE.drops([sniff(path, path.parent)])
    delivery = Delivery(
        delivery_id="bench",
        source="aws",
        table="focus",
        scope=drop.scope,
        periods=drop.periods,
        delivered_at=drop.delivered_at,
        files=(path,),
        names=(path.name,),
        batch="",
        size=drop.files[0].size,
    )
    settings = Settings(exports=path.parent, home=folder, memory_limit=MEMORY_LIMIT)
    write_partition(settings, SOURCE, [delivery], drop.periods[0])


def copy(path: Path, folder: Path) -> None:
    """Write the same rows and columns as they are."""
    reader = "read_parquet($path)"
    if path.suffix == ".gz":
        reader = "read_csv($path, all_varchar = true)"
    with duckdb.connect(
        config={
            "memory_limit": MEMORY_LIMIT,
            "threads": 2,
            "temp_directory": str(folder),
        }
    ) as db:
        db.execute(
            f"copy (from {reader}) to '{folder}/copy.parquet' "
            "(format parquet, compression zstd)",
            {"path": str(path)},
        )


def peer(path: Path, folder: Path) -> None:
    """Convert with the FinOps Foundation's own engine, as it is installed here."""
    from focus_converter.converter import FocusConverter  # noqa: PLC0415
    from focus_converter.data_loaders.data_loader import (  # noqa: PLC0415
        DataFormats,
        ParquetDataFormat,
    )

    engine = FocusConverter(column_prefix=None)
    engine.load_provider_conversion_configs()
    is_parquet = path.suffix == ".parquet"
    engine.load_data(
        data_path=str(path),
        data_format=DataFormats.PARQUET if is_parquet else DataFormats.CSV,
        parquet_data_format=ParquetDataFormat.FILE if is_parquet else None,
    )
    engine.configure_data_export(
        export_path=str(folder),
        export_include_source_columns=False,
    )
    engine.prepare_horizontal_conversion_plan(provider="aws-cur")
    engine.convert()


def measure(way: str, path: Path) -> dict[str, float | str]:
    """Run one way in a child process; give its CPU seconds and peak memory."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        command = [sys.executable, "-m", "bench.convert_aws", "--child", way]
        child = subprocess.Popen(
            [*command, str(path), folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            output, errors = child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return {"failed": f"no result after {PATIENCE} s"}
    if child.returncode:
        last = errors.strip().splitlines()[-1] if errors.strip() else "no message"
        return {"failed": last[:60].replace("|", "/")}
    return json.loads(output.splitlines()[-1])


def work(way: str, path: Path, folder: Path) -> None:
    """Do the work of a child; say what it cost, without the imports before it."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    {"copy": copy, "convert": convert, "peer": peer}[way](path, folder)
    after = resource.getrusage(resource.RUSAGE_SELF)
    forked = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        json.dumps(
            {
                "cpu": cpu + forked.ru_utime + forked.ru_stime,
                "memory": max(after.ru_maxrss, forked.ru_maxrss) / 1024,
            }
        )
    )


def report(rows: int, formats: list[str], ways: list[str], repeat: int) -> None:
    """Print one line per format and way; the best of some runs counts."""
    print("| rows | format | way | CPU s | peak MiB | ratio |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for kind in formats:
            path = Path(folder, f"cur-1{SUFFIXES[kind]}")
            write_cur(path, rows, kind)
            limit = None
            for way in ways:
                runs = [measure(way, path) for _ in range(repeat)]
                good = [run for run in runs if "failed" not in run]
                if not good:
                    print(f"| {rows} | {kind} | {way} | {runs[0]['failed']} | | |")
                    continue
                best = min(good, key=lambda run: run["cpu"])
                limit = best["cpu"] if way == "copy" else limit
                ratio = f"{best['cpu'] / limit:.2f}" if limit else ""
                print(
                    f"| {rows} | {kind} | {way} | {best['cpu']:.1f} "
                    f"| {best['memory']:.0f} | {ratio} |",
                    flush=True,
                )
            path.unlink()


def main() -> None:
    """Read the command line."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--formats", nargs="+", default=list(SUFFIXES))
    asked.add_argument("--ways", nargs="+", choices=WAYS, default=["copy", "convert"])
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.child:
        way, path, folder = chosen.child
        try:
            work(way, Path(path), Path(folder))
        except BaseException as error:  # noqa: BLE001 (a panic is no Exception)
            # The peer's writers wait for ever when their reader fails: end them too.
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os.killpg(0, signal.SIGKILL)
        return
    report(chosen.rows, chosen.formats, chosen.ways, chosen.repeat)


if __name__ == "__main__":
    main()
