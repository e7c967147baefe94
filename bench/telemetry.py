"""What summing up single calls costs, in plain scans and groupings of their Parquet.

Run ``python -m bench.telemetry --rows 100000000``. The yardsticks read every column of
the same file, and sum up the same keys in SQL that checks nothing. The way under test
is the conversion of the owner's call log to hourly ``model_usage``, duplicates found by
id, rows counted in and out.
"""

import argparse
import tempfile
from pathlib import Path

import duckdb

from bench.measuring import Cost, best, checked, child, ratio, row, spend, table
from pipelines.landing.candidates import sniff
from pipelines.landing.source import Delivery
from pipelines.ledger.connection import connect
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings
from pipelines.sources.usage.call_log import SOURCES

MODULE = "bench.telemetry"
MEMORY_LIMIT = "3GB"
GOAL_MIB = 4096
CALLS = """
copy (
    select
        timestamp '2026-10-01' + interval (n * 2592000 // {rows}) second
            as requested_at,
        'r' || n as request_id,
        'OpenAI' as provider_name,
        'proj_' || (n % 3) as sub_account_id,
        'feature_' || (hash(n) % 20) as feature_name,
        'tenant_' || (hash(n + 1) % 50) as tenant_id,
        'production' as environment_name,
        ['gpt-4o-2024-08-06', 'gpt-4o-mini-2024-07-18'][n % 2 + 1] as model_id,
        'standard' as processing_tier,
        hash(n + 2) % 4000 as input_uncached_tokens,
        hash(n + 3) % 1000 as input_cache_read_tokens,
        0 as input_cache_write_tokens,
        hash(n + 4) % 800 as output_tokens,
        n % 97 = 0 as is_failed,
        200 + hash(n + 5) % 5000 as latency_ms
    from range({rows}) as t (n)
) to '{path}' (format parquet, compression zstd, row_group_size 1000000)
"""
# What no conversion to hours can do without.
GROUPED = """
copy (
    select
        date_trunc('hour', requested_at) as window_start,
        provider_name,
        sub_account_id,
        feature_name,
        tenant_id,
        environment_name,
        model_id,
        processing_tier,
        count(*) as request_count,
        count_if(is_failed) as failed_request_count,
        sum(input_uncached_tokens) as input_uncached_tokens,
        sum(input_cache_read_tokens) as input_cache_read_tokens,
        sum(input_cache_write_tokens) as input_cache_write_tokens,
        sum(output_tokens) as output_tokens,
        sum(latency_ms) as latency_ms
    from '{path}'
    group by all
) to '{path}.grouped' (format parquet, compression zstd)
"""


def make(rows: int, path: Path) -> None:
    """Write a month of calls."""
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as db:
        db.execute(CALLS.format(rows=rows, path=path))


def scan(path: Path) -> None:
    """Read every value of every column."""
    with connect(_settings(path)) as db:
        described = db.execute(f"describe from '{path}'").fetchall()
        cheap = ", ".join(
            f'sum(strlen("{name}"))' if kind == "VARCHAR" else f'max("{name}")'
            for name, kind, *_ in described
        )
        db.execute(f"select {cheap} from '{path}'").fetchall()


def group(path: Path) -> None:
    """Sum up the same keys and counters, with their types and without a check."""
    with connect(_settings(path)) as db:
        db.execute(GROUPED.format(path=path)).fetchall()


def convert(path: Path) -> None:
    """Write the month's partition of hourly model_usage."""
    source = SOURCES[0]
    (drop,) = source.drops([sniff(path, path.parent)])
    delivery = Delivery(
        delivery_id="bench",
        source=source.name,
        table=source.table,
        scope=drop.scope,
        periods=drop.periods,
        delivered_at=drop.delivered_at,
        files=(path,),
        names=(path.name,),
        batch="",
        size=drop.files[0].size,
    )
    write_partition(_settings(path), source, [delivery], "2026-10")


def _settings(path: Path) -> Settings:
    return Settings(home=path.parent, memory_limit=MEMORY_LIMIT)


WAYS = {"scan": scan, "group": group, "convert": convert}


def report(rows: int, repeat: int) -> None:
    """Print one line per way."""
    table("calls", "way", "CPU s", "peak MiB", "scans", "groupings")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.parquet"
        made = child(MODULE, "make", rows, path)
        assert not made.failed, made.failed
        costs: dict[str, Cost] = {}
        for way in WAYS:
            cost = costs[way] = checked(best(repeat, MODULE, way, path))
            shares = [
                ratio(cost.cpu, costs[yard].cpu) if yard in costs else ""
                for yard in ("scan", "group")
            ]
            row(rows, way, f"{cost.cpu:.1f}", f"{cost.memory:.0f}", *shares)
    print(f"\nThe goal is a peak below {GOAL_MIB} MiB.")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if not chosen.child:
        report(chosen.rows, chosen.repeat)
    elif chosen.child[0] == "make":
        spend(lambda: make(int(chosen.child[1]), Path(chosen.child[2])))
    else:
        spend(lambda: WAYS[chosen.child[0]](Path(chosen.child[1])))


if __name__ == "__main__":
    main()
