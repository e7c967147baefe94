"""Benchmark data is deterministic and has the mix that it promises."""

import gzip

import duckdb
import pytest

from bench.cur import write_cur


def content(path):
    """Give a file's bytes; what compression adds to a text is not ours to promise."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


@pytest.mark.parametrize("fmt", ["parquet", "csv.gz"])
def test_benchmark_data_is_the_same_every_time(tmp_path, fmt):
    first, second = tmp_path / f"first.{fmt}", tmp_path / f"second.{fmt}"
    write_cur(first, 10_000, fmt)
    write_cur(second, 10_000, fmt)
    assert content(first) == content(second)


def test_benchmark_data_has_pairs_that_cancel_and_untagged_rows(tmp_path):
    path = tmp_path / "cur.parquet"
    write_cur(path, 10_000, "parquet")
    with duckdb.connect() as db:
        rows, tagged, left = db.execute(
            f"""
            select count(*), avg(cast(cardinality(resource_tags) > 0 as integer)),
                sum(line_item_unblended_cost) filter (line_item_line_item_type in
                    ('SavingsPlanCoveredUsage', 'SavingsPlanNegation'))
            from '{path}'
            """
        ).fetchone()
    assert rows == 10_000
    assert tagged == pytest.approx(0.7, abs=0.02)
    assert left == pytest.approx(0)
