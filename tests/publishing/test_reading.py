"""SQL of others reads one version, and nothing else."""

import subprocess
import sys
import time

import duckdb
import pytest

from pipelines.publishing.reading import (
    QueryError,
    TimeLimit,
    ask,
    find_marts,
    locked,
)


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as db:
        db.execute("create table spent as select unnest([1.5, 2.25, 4.0]) as cost")
    return path


@pytest.fixture
def reader(database):
    with locked(database) as db:
        yield db


def test_the_first_rows_come_with_the_count_of_all(reader):
    answer = ask(reader, "select cost from spent order by cost", limit=2)

    assert [float(cost) for (cost,) in answer.rows] == [1.5, 2.25]
    assert (answer.columns, answer.types, answer.count) == (
        ["cost"],
        ["DECIMAL(3,2)"],
        3,
    )


def test_several_read_one_file_at_once_each_locked(database, reader):
    with locked(database) as second:
        assert ask(second, "select count(*) from spent").rows == [(3,)]
        for db in (reader, second):
            with pytest.raises(duckdb.InvalidInputException, match="been locked"):
                db.execute("set memory_limit = '90GB'")

    assert ask(reader, "select count(*) from spent").rows == [(3,)]


def test_what_needs_more_memory_than_that_leaves_no_file(database):
    with locked(database, memory="20MB") as db:
        with pytest.raises(QueryError, match="needs more memory"):
            ask(db, "select random() as x from range(20_000_000) order by x")

        assert list(database.parent.iterdir()) == [database]


def test_values_are_bound_and_those_without_a_parameter_left_out(reader):
    answer = ask(
        reader,
        "select sum(cost) from spent where cost > $over",
        {"over": 2, "month": "2026-10"},
    )

    assert float(answer.rows[0][0]) == 6.25


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/hostname')",
        "select * from '/etc/hostname'",
        "select * from read_csv('{folder}/other.csv')",
        "select * from glob('{folder}/*')",
        "select getenv('HOME')",
        "select * from duckdb_secrets()",
        "from '{folder}/other.duckdb'",
        "select * from read_text('{folder}/warehouse.duckdb')",
        "select * from query('copy (select 1) to ''{folder}/mine.csv''')",
        "attach ':memory:' as m",
        "create temp table mine as select 1",
        "with gone as (delete from spent returning *) select * from gone",
        "prepare p as select 1",
        "select * from read_parquet('https://127.0.0.1/x.parquet')",
        "copy spent to '{folder}/mine.csv'",
        "attach '{folder}/mine.duckdb'",
        "set memory_limit = '90GB'",
        "pragma threads = 9",
        "install httpfs",
        "load httpfs",
        "select 1; select 2",
        "delete from spent",
        "create table mine as select 1",
        "call enable_logging()",
        "checkpoint",
        "",
    ],
)
def test_nothing_but_the_tables_is_read_and_nothing_written(reader, sql, tmp_path):
    (tmp_path / "other.csv").write_text("a\n1\n")
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("create table secret as select 1 as s")
    before = sorted(tmp_path.iterdir())

    with pytest.raises(QueryError):
        ask(reader, sql.format(folder=tmp_path))

    assert sorted(tmp_path.iterdir()) == before


def test_what_takes_too_long_is_stopped_and_the_next_query_answered(reader):
    with pytest.raises(QueryError, match=r"longer than 0\.2 s"):
        ask(
            reader,
            "select count(*) from range(1000000) a, range(1000000) b",
            seconds=0.2,
        )

    assert ask(reader, "select 1").rows == [(1,)]


def test_what_was_interrupted_between_two_parts_is_not_read_on(reader):
    limit = TimeLimit(reader, 0.05)
    with limit.running():
        reader.execute("select * from range(10)")
        time.sleep(0.1)

    with pytest.raises(QueryError, match=r"longer than 0\.05 s"):
        limit.require_time()


def test_a_refused_file_is_said_in_one_sentence(reader):
    with pytest.raises(QueryError) as refused:
        ask(reader, "select * from read_csv('/etc/passwd')")

    assert str(refused.value) == (
        'Permission Error: Cannot access file "/etc/passwd": '
        "a query reads the tables of the published version, and nothing else"
    )


def test_only_the_output_may_be_written(database, tmp_path):
    with locked(database, output=tmp_path / "it's.parquet") as db:
        copy = "copy spent to '{}' (format parquet, use_tmp_file false)"
        db.execute(copy.format(tmp_path / "it''s.parquet"))
        with pytest.raises(duckdb.PermissionException):
            db.execute(copy.format(tmp_path / "other.parquet"))


ENDLESS = """
import sys
from pathlib import Path
from pipelines.publishing import reading

reading.GRACE_SECONDS = 0.2
reading.bound_process("100MB")
with reading.locked(Path(sys.argv[1])) as db:
    reading.ask(db, sys.argv[2], seconds=0.2, ends_process=True)
"""


WITHOUT_A_PAUSE = (
    "select sum(levenshtein(repeat('a', 20000), repeat('b', 20000) || i)) "
    "from range(2048) as t (i)"
)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (WITHOUT_A_PAUSE, "nothing but the end of this process could stop it"),
        ("select length(repeat('x', 3_900_000_000))", "needs more memory"),
    ],
)
def test_what_no_interrupt_and_no_limit_of_duckdb_stops_is_stopped(database, sql, said):
    words = [sys.executable, "-c", ENDLESS, str(database), sql]

    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert said in done.stderr


def test_a_build_is_asked_by_the_names_of_a_version(tmp_path):
    with duckdb.connect(str(tmp_path / "build.duckdb")) as db:
        db.execute("create schema marts")
        db.execute("create table marts.fct_x as select 7 as cost")
        db.execute("create table main.other as select 8 as cost")
        find_marts(db)

        assert db.execute("select cost from fct_x").fetchall() == [(7,)]
        assert db.execute("select cost from other").fetchall() == [(8,)]
