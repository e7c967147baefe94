"""`unitmill query`: where SQL comes from, where rows go, and that nothing changes."""

import json

import duckdb
import pytest

from pipelines.publishing.versions import current

pytestmark = pytest.mark.slow

ONE = "select 1.5 as x, 'a,b' as y"


@pytest.fixture
def query(command, sample_settings):
    def call(*words, given=None):
        return command("query", *words, settings=sample_settings, given=given)

    return call


def test_sql_comes_from_the_argument_a_file_or_a_pipe(query, tmp_path):
    file = tmp_path / "one.sql"
    file.write_text(ONE)

    calls = [
        query("--format", "csv", ONE),
        query("--format", "csv", "-f", str(file)),
        query("--format", "csv", "-", given=ONE),
        query("--format", "csv", given=ONE),
    ]

    assert [call.stdout for call in calls] == ['x,y\n1.5,"a,b"\n'] * 4


def test_a_pipe_gets_every_row_and_every_column_whole(query):
    done = query("select * from fct_charges_daily limit 1000")

    lines = done.stdout.splitlines()
    assert len(lines) > 1000
    assert "…" not in done.stdout
    assert lines[1].split()[0] == "source_name"
    assert lines[1].split()[-1] == "billing_period_start"


def test_the_suffix_of_a_new_file_says_its_format(query, tmp_path):
    names = [tmp_path / f"rows.{suffix}" for suffix in ("csv", "json", "parquet")]

    said = [query(ONE, "--output", str(name)).stdout for name in names]

    assert said == [f"1 row: {name}\n" for name in names]
    assert names[0].read_text() == 'x,y\n1.5,"a,b"\n'
    assert json.loads(names[1].read_text()) == [{"x": "1.5", "y": "a,b"}]
    assert duckdb.sql(f"select y from '{names[2]}'").fetchall() == [("a,b",)]
    assert sorted(tmp_path.iterdir()) == sorted(names)


def test_rows_that_there_are_none_of_are_an_empty_list(query):
    assert json.loads(query("--format", "json", "select 1 limit 0").stdout) == []


def test_what_is_no_number_is_null_in_json(query):
    done = query("--format", "json", "select 'nan'::double as x, 0.5::double as y")

    assert json.loads(done.stdout) == [{"x": None, "y": 0.5}]


def test_the_token_costs_of_the_questions_page_have_their_digits(query):
    """4o-mini costs 0.15 a million tokens, which is 0.00015 a thousand."""
    done = query(
        "select any_value(cost_per_1k_tokens) as per_1k from fct_token_costs_daily "
        "where model_id = 'gpt-4o-mini-2024-07-18' and sku_meter = 'Input Tokens' "
        "and processing_tier = 'standard' and charge_date = '2026-09-10'"
    )

    assert done.stdout.split()[-1] == "0.00015"


def test_a_file_that_exists_is_not_written_over(query, tmp_path):
    file = tmp_path / "kept.csv"
    file.write_text("mine")

    done = query(ONE, "--output", str(file))

    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert file.read_text() == "mine"


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_a_query_that_breaks_off_leaves_no_file(query, tmp_path, suffix):
    sql = "select if(i = 99999, error('stop'), i) as i from range(100000) as t (i)"

    done = query(sql, "--output", str(tmp_path / f"rows.{suffix}"))

    assert done.returncode == 2
    assert "stop" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "create table mine as select 1",
        "drop table fct_charges_daily",
        "copy (select 1) to 'mine.csv'",
        "explain analyze copy (select 1) to 'mine.csv'",
        "explain copy (select 1) to 'mine.csv'",
        "attach 'mine.duckdb'",
        "set threads = 1",
        "select 1; select 2",
        "",
    ],
)
def test_a_query_only_reads(query, sql, tmp_path, monkeypatch):
    done = query(sql)

    assert done.returncode == 2
    assert "expected" in done.stderr
    assert done.stdout == ""


def test_a_read_may_be_explained_pivoted_and_described(query):
    for sql in (
        "explain select 1",
        "explain analyze select 1",
        "describe fct_charges_daily",
        "pivot (select 1 as a, 'x' as b) on b using sum(a)",
        "-- a comment\nwith t as (select 1 as a) from t -- and another",
    ):
        done = query("-", given=sql)
        assert done.returncode == 0, sql
        assert "unitmill:" not in done.stderr


def test_an_error_is_one_message_with_its_place_in_the_sql(query):
    done = query("select\n  nope from fct_charges_daily")

    assert done.returncode == 2
    assert done.stderr.count("unitmill:") == 1
    assert 'column "nope" not found' in done.stderr
    assert "LINE 2:   nope from" in done.stderr


def test_a_table_that_is_not_there_leads_to_the_list_of_tables(query):
    done = query("select * from fct_charge")

    assert "fct_charges_daily" in done.stderr
    assert "`unitmill tables`" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["select 1", "-f", "x.sql"], "twice"),
        (["-f", "no/such.sql"], "no/such.sql: No such file"),
        (
            ["select 1", "-o", "rows.xlsx"],
            "expected .csv, .json or .parquet",
        ),
        (["select 1", "-o", "rows", "--format", "table"], "a table is no file"),
        (["select 1", "--format", "parquet"], "--output"),
        (["select 1", "-o", "no/such/rows.csv"], "no/such/rows.csv"),
        (["select 1", "-o", "no/such/rows.parquet"], "no/such/rows.parquet"),
    ],
)
def test_a_call_that_cannot_be_answered_says_what_to_write(query, words, said):
    done = query(*words, given="")

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_published_file_is_the_same_after_a_query(query, sample_settings):
    before = current(sample_settings).database.stat()

    query("select count(*) from focus")

    after = current(sample_settings).database.stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size)


def test_the_month_of_sql_is_the_newest_reconciled_or_the_one_named(query, tmp_path):
    sql = "select $month as month, count(*) > 0 as has_rows from fct_charges_daily "
    sql += "where billing_period_start = $month"
    file = tmp_path / "month.parquet"

    newest = query("--format", "csv", sql)
    named = query("--format", "csv", "--month", "2026-09", sql)
    query("--month", "2026-08", sql, "-o", str(file))

    assert newest.stdout == "month,has_rows\n2026-10-01,True\n"
    assert "$month is 2026-10-01, the newest reconciled month\n" in newest.stderr
    assert named.stdout == "month,has_rows\n2026-09-01,True\n"
    assert "$month" not in named.stderr
    assert duckdb.sql(f"select month::varchar from '{file}'").fetchall() == [
        ("2026-08-01",)
    ]


def test_what_is_no_month_is_refused_and_sql_without_one_ignores_it(query):
    refused = query("--month", "October", "select $month")

    assert refused.returncode == 2
    assert "'October' is no month; expected one like 2026-10" in refused.stderr
    assert query("--month", "2026-09", "select 1 as x").returncode == 0
