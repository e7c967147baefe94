"""A version in Postgres is the version in its file: values, words, keys, and whole."""

import os
import signal
import subprocess
import sys
import time

import adbc_driver_postgresql.dbapi as postgresql
import pytest
from postgres_client import SPEND

from pipelines.settings import PROJECT_DIR
from pipelines.targets.postgres import TargetError, copy_version, session

WORDS = """
select
    obj_description('marts.spend'::regclass),
    col_description('marts.spend'::regclass, 2),
    col_description('marts.spend'::regclass, 1)
"""
NOVEMBER_1 = "marts_20261101t060000z_0000000000000001"
# Type in DuckDB, value there; type in Postgres, value there as text.
TYPES = {
    "is_final": ("boolean", "true", "boolean", "true"),
    "part": ("tinyint", "-128", "smallint", "-128"),
    "parts": ("utinyint", "255", "smallint", "255"),
    "small": ("smallint", "-32768", "smallint", "-32768"),
    "port": ("usmallint", "65535", "integer", "65535"),
    "day_of_week": ("integer", "7", "integer", "7"),
    "hits": ("uinteger", "4294967295", "bigint", "4294967295"),
    "size_bytes": ("bigint", str(2**63 - 1), "bigint", str(2**63 - 1)),
    "unsigned": ("ubigint", str(2**64 - 1), "numeric(20,0)", str(2**64 - 1)),
    "token_count": ("hugeint", "9" * 38, "numeric(38,0)", "9" * 38),
    "cost": (
        *("decimal(38, 12)", "-12345678901234567890123456.123456789012"),
        *("numeric(38,12)", "-12345678901234567890123456.123456789012"),
    ),
    "pue": ("decimal(18, 6)", "1.58", "numeric(18,6)", "1.580000"),
    "ratio": ("float", "0.25", "real", "0.25"),
    "metric_value": ("double", "0.1", "double precision", "0.1"),
    "charge_date": ("date", "'2026-02-28'", "date", "2026-02-28"),
    "at": ("time", "'23:59:59.123456'", "time without time zone", "23:59:59.123456"),
    "delivered_at": (
        *("timestamp", "'2026-10-25 02:30:00.123456'"),
        *("timestamp without time zone", "2026-10-25 02:30:00.123456"),
    ),
    "second": (
        *("timestamp_s", "'2026-10-25 02:30:00'"),
        *("timestamp without time zone", "2026-10-25 02:30:00"),
    ),
    # 02:30 in Berlin, in the hour that this night has twice: the second one.
    "moment": (
        *("timestamptz", "'2026-10-25 02:30:00+01'"),
        *("timestamp with time zone", "2026-10-25 01:30:00+00"),
    ),
    "took": (
        "interval",
        "'1 month 2 days 3 seconds'",
        "interval",
        "1 mon 2 days 00:00:03",
    ),
    "hash": ("blob", r"'\x00\xff'", "bytea", r"\x00ff"),
    "name": ("varchar", "'Gr\u00fc\u00dfe, \u2603'", "text", "Gr\u00fc\u00dfe, \u2603"),
    "tag": ("varchar", "'a' || chr(0) || 'b'", "text", "a\ufffdb"),
    "files": (
        "varchar[]",
        """['a', null, 'b,"c']""",
        "text[]",
        """{a,NULL,"b,\\"c"}""",
    ),
    "none": ("varchar[]", "[]", "text[]", "{}"),
    "days": ("date[]", "['2026-10-01']", "date[]", "{2026-10-01}"),
    "costs": ("decimal(38, 12)[]", "[1.5]", "numeric(38,12)[]", "{1.500000000000}"),
    "counts": ("hugeint[]", "[1, 2]", "numeric(38,0)[]", "{1,2}"),
    "grid": ("integer[][]", "[[1], [2]]", "text", "[[1],[2]]"),
    "tags": (
        "json",
        """'{"b": 1.10, "a": null}'""",
        "text",
        """{"b": 1.10, "a": null}""",
    ),
    "labels": ("map(varchar, integer)", "map {'a': 1}", "text", '{"a":1}'),
    "node": ("struct(a integer)", "{'a': 1}", "text", '{"a":1}'),
    "kind": ("enum('x', 'y')", "'y'", "text", "y"),
    "id": (
        *("uuid", "'aa7b159a-8a61-4762-86c1-7dc40b400266'"),
        *("text", "aa7b159a-8a61-4762-86c1-7dc40b400266"),
    ),
}


def table_of(values):
    cells = (f"cast({v} as {kind}) as {name}" for name, (kind, v, *_) in values)
    nulls = (f"cast(null as {kind}) as {name}" for name, (kind, *_) in values)
    return (
        f"create table typed as select 1 as row_number, {', '.join(cells)} "
        f"union all select 2, {', '.join(nulls)}"
    )


def test_every_type_has_the_same_value_and_unknown_stays_unknown(copy, ask):
    """An element of a list, a moment's zone, a cost's last digit."""
    copy(1, table_of(TYPES.items()))

    ask("set time zone 'UTC'")
    cells = ", ".join(f"{name}::text, pg_typeof({name})::text" for name in TYPES)
    known, unknown = ask(f"select {cells} from marts.typed order by row_number")
    described = dict(
        ask(
            "select attname::text, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = 'marts.typed'::regclass and attnum > 1"
        )
    )

    assert dict(zip(TYPES, known[::2], strict=True)) == {
        name: value for name, (*_, value) in TYPES.items()
    }
    assert described == {name: kind for name, (_, _, kind, _) in TYPES.items()}
    assert set(unknown[::2]) == {None}


def test_a_sum_is_equal_to_the_last_digit(copy, ask):
    """12345678901234567890123456.123456789012 + 0.000000000001 - 0.1, by hand."""
    copy(
        1,
        """
        create table costs as select cost::decimal(38, 12) as cost
        from (
            values ('12345678901234567890123456.123456789012'), ('0.000000000001'),
            ('-0.1'), (null)
        ) as t(cost)
        """,
    )

    assert ask("select sum(cost)::text, count(*), count(cost) from marts.costs") == [
        ("12345678901234567890123456.023456789013", 4, 3)
    ]


def test_a_value_that_postgres_cannot_have_stops_the_copy_by_name(copy, ask):
    with pytest.raises(
        TargetError, match=r"typed cannot be copied.*\"until\" is infin"
    ):
        copy(1, "create table typed as select timestamp 'infinity' as until")

    assert ask("select to_regclass('marts.typed')::text") == [(None,)]


def test_a_name_that_postgres_would_cut_is_refused(copy):
    name = "c" * 64

    with pytest.raises(TargetError, match=f"spend: the name {name} has more than 63 b"):
        copy(1, f"create table spend as select 1 as {name}")


def test_words_are_those_of_the_file_and_follow_them(copy, ask):
    said = "comment on table spend is 'What it cost. It''s $1.'; "
    copy(1, SPEND + ";" + said + "comment on column spend.effective_cost is 'Cost.'")
    before = ask(WORDS)
    copy(2, SPEND + ";" + said + "comment on column spend.effective_cost is 'Net.'")

    assert before == [("What it cost. It's $1.", "Cost.", None)]
    assert ask(WORDS) == [("What it cost. It's $1.", "Net.", None)]


def test_the_version_has_a_name_in_the_database(copy, ask):
    copied = copy(1)

    assert copied.schema == NOVEMBER_1
    assert ask("select version, published_at::text from marts.published_version") == [
        ("20261101T060000Z-0000000000000001", "2026-11-01 06:00:00")
    ]


def test_the_grain_of_a_mart_is_kept_and_unknown_is_one_key(copy, ask):
    sql = "create table spend as select 'chat' as project, null::varchar as team"
    copy(1, sql, grains={"spend": ["project", "team"]})

    with pytest.raises(postgresql.IntegrityError, match="duplicate key"):
        ask(f"insert into {NOVEMBER_1}.spend values ('chat', null)")
    ask(f"insert into {NOVEMBER_1}.spend values ('chat', 'a')")


def test_an_expression_in_the_grain_is_no_index(copy, ask):
    copied = copy(1, grains={"spend": ["lower(project_name)"]})

    assert copied.notes == ()
    assert ask(f"select 1 from pg_indexes where schemaname = '{NOVEMBER_1}'") == []


def test_a_key_that_is_too_long_for_an_index_is_copied_and_said(copy, ask):
    """Hashes, so that Postgres cannot make the key shorter."""
    long = "(select string_agg(md5(i::varchar), '') from range(300) as t(i))"
    copied = copy(
        1, f"create table spend as select {long} as id", grains={"spend": ["id"]}
    )

    [note] = copied.notes
    assert note == "spend has no index of its grain, which is too long for Postgres"
    assert ask("select length(id) from marts.spend") == [(32 * 300,)]


def test_the_ledger_is_copied_where_it_is_chosen_and_added_where_it_is_later(
    chosen, version, address, ask
):
    made = version(
        1, SPEND + "; create table focus as select 5 as cost", ledger=["focus"]
    )

    first = copy_version(chosen(), made)
    absent = ask("select to_regclass('marts.focus')::text")
    second = copy_version(chosen(ledger=True), made)

    assert first.rows == {"spend": 2}
    assert absent == [(None,)]
    assert second.rows == {"focus": 1}
    assert ask("select cost from marts.focus") == [(5,)]


def test_the_metrics_are_copied_with_the_marts(copy):
    copied = copy(
        1,
        SPEND + "; create table metrics as select 'cost' as metric; "
        "create table focus as select 5 as cost",
        ledger=["focus", "metrics"],
    )

    assert copied.rows == {"metrics": 1, "spend": 2}


def test_the_same_version_is_copied_once(chosen, version, address, ask):
    made = version(1)

    first = copy_version(chosen(), made)
    oid = ask("select 'marts.spend'::regclass::oid::bigint")
    second = copy_version(chosen(), made)

    assert first.rows == {"spend": 2}
    assert second.rows == {}
    assert ask("select 'marts.spend'::regclass::oid::bigint") == oid


MANY = """
create table a_small as select 7 as cost;
create table b_large as
select i, repeat(md5(i::varchar), 8) as text from range(1000000) as t(i);
"""
KILLED = """
from pathlib import Path
from pipelines.publishing.versions import current
from pipelines.settings import Settings
from pipelines.targets.postgres import copy_version
settings = Settings(home=Path({home!r}))
copy_version(settings, current(settings))
"""


def test_a_load_that_is_killed_shows_nothing_and_goes_on_where_it_was(
    chosen, version, address, ask, schemas
):
    """Killed while the second table is being copied."""
    copy_version(chosen(), version(1, "create table a_small as select 3 as cost"))
    made = version(2, MANY)
    environment = os.environ | {
        "UNITMILL_PUBLISHING__POSTGRES__DATABASE_URL_VARIABLE": "WAREHOUSE_DATABASE_URL"
    }
    code = KILLED.format(home=str(chosen().home_dir))
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, cwd=PROJECT_DIR
    )
    deadline = time.monotonic() + 60
    while not ask("select 1 from pg_stat_progress_copy where tuples_processed > 1000"):
        assert process.poll() is None
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    process.wait()

    shown = ask("select cost from marts.a_small")
    _, half = schemas()
    tables = ask(f"select tablename::text from pg_tables where schemaname = '{half}'")
    copied = copy_version(chosen(), made)

    assert shown == [(3,)]
    assert tables == [("a_small",)]
    assert copied.rows == {"b_large": 1_000_000}
    assert ask("select cost from marts.a_small") == [(7,)]
    # 0 + 1 + ... + 999,999, and 8 hashes of 32 letters each.
    assert ask("select count(*), sum(i)::bigint from marts.b_large") == [
        (1_000_000, 499_999_500_000)
    ]
    assert ask("select distinct length(text) from marts.b_large") == [(256,)]


def test_two_publishers_wait_for_each_other(copy, ask, monkeypatch):
    waiting = [s.replace("10min", "200ms") for s in session.SESSION]
    monkeypatch.setattr(session, "SESSION", waiting)
    ask("select pg_advisory_lock(hashtextextended('unitmill marts', 0))::text as l")

    with pytest.raises(TargetError, match="another process has been publishing to the"):
        copy(1)
    ask("select pg_advisory_unlock(hashtextextended('unitmill marts', 0))")

    assert copy(2).rows == {"spend": 2}


def test_an_empty_variable_is_named(chosen, version, monkeypatch):
    monkeypatch.delenv("WAREHOUSE_DATABASE_URL", raising=False)

    with pytest.raises(TargetError, match="variable WAREHOUSE_DATABASE_URL is empty"):
        copy_version(chosen(), version(1))


WRONG = {
    "the server refuses user, password or database": ("///warehouse", "///nowhere"),
    "no server answers there, or it is no address": ("host=/", "host=/nowhere/"),
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_address_is_said_without_a_part_of_it(copy, address, monkeypatch, why):
    wrong = address.replace(*WRONG[why]) + "&password=hush-hush"
    monkeypatch.setenv("WAREHOUSE_DATABASE_URL", wrong)

    with pytest.raises(TargetError, match=why) as caught:
        copy(1)

    assert "hush" not in str(caught.value)
    assert "nowhere" not in str(caught.value)
