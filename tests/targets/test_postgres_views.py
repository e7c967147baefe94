"""Readers of Postgres see one whole version, and keep what they built on it."""

import re
import threading
import time

import adbc_driver_postgresql.dbapi as postgresql
import pytest
from postgres_client import SPEND, client

from pipelines.targets.postgres import TargetError, copy_version, views

WITH_TEAM = """
create table spend as
select 'chat' as project_name, 9.99::decimal(38, 12) as effective_cost, 'a' as team
"""
OTHER_MART = SPEND + "; create table usage as select 5 as tokens"
AGAIN = "then run: unitmill publish-to postgres"


@pytest.fixture
def of_analyst(ask):
    """Let an analyst have a view on the mart `spend`, in a schema of their own."""

    def make():
        ask("create schema bi")
        ask(
            "create view bi.total as "
            "select sum(effective_cost) as cost from marts.spend"
        )

    return make


def total(ask):
    return ask("select sum(effective_cost)::text from marts.spend")[0][0]


def costs(*values):
    rows = ", ".join(f"('chat', {value}::decimal(38, 12))" for value in values)
    return (
        "create table spend as "
        f"select * from (values {rows}) as t(project_name, effective_cost)"
    )


def test_a_view_of_an_analyst_shows_the_new_version(copy, ask, of_analyst):
    """1.10 + 2.25 in the first, 0.01 + 0.02 in the second."""
    copy(1)
    of_analyst()
    before = ask("select cost::text from bi.total")
    copy(2, costs("0.01", "0.02"))

    assert before == [("3.350000000000",)]
    assert ask("select cost::text from bi.total") == [("0.030000000000",)]


def test_new_columns_come_last_wherever_the_mart_has_them(copy, ask, of_analyst):
    copy(1)
    of_analyst()
    copy(
        2,
        "create table spend as select 'a' as team, 4.5::decimal(38, 12) as "
        "effective_cost, 'USD' as billing_currency, 'chat' as project_name",
    )

    columns = ask(
        "select attname::text from pg_attribute "
        "where attrelid = 'marts.spend'::regclass and attnum > 0 order by attnum"
    )
    assert [name for (name,) in columns] == [
        *("project_name", "effective_cost", "team", "billing_currency")
    ]
    assert ask("select project_name, team from marts.spend") == [("chat", "a")]
    assert ask("select cost::text from bi.total") == [("4.500000000000",)]


def test_a_removed_column_that_nothing_depends_on_goes(copy, ask):
    copy(1, WITH_TEAM)
    ask("drop role if exists finance")
    ask("create role finance")
    ask("grant select on marts.spend to finance with grant option")
    copy(2, SPEND + "; comment on column spend.project_name is 'Whose.'")

    granted = ask(
        "select has_table_privilege('finance', 'marts.spend', "
        "'select with grant option'), "
        "has_table_privilege('unitmill_reader', 'marts.spend', 'select'), "
        "col_description('marts.spend'::regclass, 1)"
    )
    ask("revoke select on marts.spend from finance")
    ask("drop role finance")

    with pytest.raises(postgresql.ProgrammingError, match='"team" does not exist'):
        ask("select team from marts.spend")
    assert granted == [(True, True, "Whose.")]
    assert total(ask) == "3.350000000000"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (SPEND, "the column team is gone"),
        (
            WITH_TEAM.replace("'a' as team", "1 as team"),
            "the column team was text and is integer",
        ),
        ("create table usage as select 5 as tokens", "the mart is gone"),
    ],
)
def test_what_a_view_of_an_analyst_needs_is_not_taken_away(
    copy, ask, of_analyst, sql, why
):
    """Whichever columns the view reads: Postgres cannot replace what it stands on."""
    copy(1, WITH_TEAM)
    of_analyst()

    with pytest.raises(TargetError) as caught:
        copy(2, sql)
    stays = ask("select version from marts.published_version")

    assert str(caught.value) == (
        f"marts in Postgres stays as it is: marts.spend: {why}, and this depends on "
        f"the view: bi.total; change or drop that first; {AGAIN}"
    )
    assert stays == [("20261101T060000Z-0000000000000001",)]
    assert ask("select cost::text from bi.total") == [("9.990000000000",)]
    assert ask("select to_regclass('marts.usage')::text") == [(None,)]

    ask("drop view bi.total")
    assert copy(3, sql).notes == ()
    assert ask("select version from marts.published_version") == [
        ("20261103T060000Z-0000000000000003",)
    ]


def test_a_function_and_a_table_of_a_view_s_rows_are_named_too(copy, ask):
    copy(1, WITH_TEAM)
    ask("create schema bi")
    ask("create table bi.saved (was marts.spend)")
    ask(
        "create function bi.cost() returns numeric "
        "begin atomic select sum(effective_cost) from marts.spend; end"
    )

    with pytest.raises(TargetError) as caught:
        copy(2)

    assert "column was of table bi.saved, function bi.cost(); " in str(caught.value)


def test_a_mart_that_is_gone_and_that_nothing_depends_on_goes(copy, ask):
    copy(1, OTHER_MART)
    copy(2)

    assert ask("select to_regclass('marts.usage')::text") == [(None,)]


def test_what_somebody_else_made_in_the_schema_stays(copy, ask):
    """A mart may not take its name, and no later version takes it away."""
    ask("create schema marts")
    ask("create table marts.usage as select 1 as mine")

    copy(1)
    with pytest.raises(TargetError, match=r"marts\.usage is there and is no view th"):
        copy(2, OTHER_MART)
    copy(3)

    assert ask("select mine from marts.usage") == [(1,)]
    assert total(ask) == "3.350000000000"


def test_readers_read_and_nothing_else(copy, ask, address):
    copy(1)

    with client(address) as reader:
        reader("set role unitmill_reader")
        assert total(reader) == "3.350000000000"
        # Another version is read in its schema.
        assert reader(
            "select count(*) from marts_20261101t060000z_0000000000000001.spend"
        ) == [(2,)]
        for forbidden in (
            "delete from marts.spend",
            "update marts.spend set effective_cost = 0",
            "insert into marts.spend values ('a', 1)",
            "truncate marts_20261101t060000z_0000000000000001.spend",
            "drop view marts.spend",
            "create table marts.mine (a int)",
        ):
            with pytest.raises(
                postgresql.ProgrammingError, match=r"permission denied|must be owner"
            ):
                reader(forbidden)
    assert total(ask) == "3.350000000000"


def test_a_user_who_may_make_no_role_is_told_what_to_run(
    copy, chosen, ask, address, monkeypatch
):
    ask("drop role if exists publisher")
    ask("create role publisher login")
    ask("grant create on database warehouse to publisher")
    monkeypatch.setenv(
        "WAREHOUSE_DATABASE_URL", address.replace("user=owner", "user=publisher")
    )

    with pytest.raises(TargetError, match="run: create role unitmill_reader nologin;"):
        copy(1)
    ask("create role unitmill_reader nologin")
    copy(2)
    without = copy(3, settings=chosen(reader_role=""))

    assert without.rows == {"spend": 2}
    assert total(ask) == "3.350000000000"
    ask("drop owned by publisher cascade")
    ask("drop role publisher")


FORTH = """
select
    (select version from marts.published_version),
    (select sum(effective_cost)::text from marts.spend),
    (select cost::text from bi.total),
    (select cost::text from marts.usage)
"""
BACK = """
select
    max(version), max(usage.cost)::text, max(total.cost)::text,
    sum(spend.effective_cost)::text
from marts.usage, bi.total, marts.spend, marts.published_version
"""


def test_no_read_mixes_two_versions(copy, ask, of_analyst, reading):
    """Two readers without a pause, who lock the views in opposite orders.

    Marts and the view on them in one statement; version n has n.00 in both marts.
    """

    def marts(number):
        return (
            costs(f"{number}.00")
            + f"; create table usage as select {number}.00::decimal(38, 12) as cost"
        )

    copy(1, marts(1))
    of_analyst()
    with reading(FORTH) as forth, reading(BACK) as back:
        for number in (2, 3, 4):
            copy(number, marts(number))
            seen = len(forth), len(back)
            while len(forth) < seen[0] + 20 or len(back) < seen[1] + 20:
                time.sleep(0.01)

    whole = [
        (f"2026110{n}T060000Z-{n:016x}", *[f"{n}.000000000000"] * 3)
        for n in (1, 2, 3, 4)
    ]
    rows = [row for [row] in [*forth, *back]]
    assert [row for row in rows if row not in whole] == []
    assert {row[0] for row in rows} == {row[0] for row in whole}


def test_a_transaction_that_began_before_keeps_its_version(copy, ask, address):
    """A report of several queries in `repeatable read` does not change in between."""
    copy(1, costs("1.00"))
    with client(address) as report:
        report("begin isolation level repeatable read")
        report("select 1 as began")
        copy(2, costs("2.00"))
        during = total(report)
        report("commit")
        after = total(report)

    assert during == "1.000000000000"
    assert after == "2.000000000000"


def test_a_long_query_holds_up_the_swap_and_no_other_reader(
    copy, ask, address, monkeypatch
):
    """Its transaction keeps the view; the swap gives up, and says who it was."""
    monkeypatch.setattr(views, "PATIENCE_SECONDS", 0.0)
    copy(1)
    with client(address, autocommit=False) as slow:
        slow("set application_name = 'Power BI'")
        assert total(slow) == "3.350000000000"
        with pytest.raises(TargetError) as caught:
            copy(2, costs("0.01"))
        began = time.monotonic()
        during = total(ask)
        waited = time.monotonic() - began

    assert re.search(
        r"now by process \d+ of owner, Power BI; Postgres shows what it did before",
        str(caught.value),
    )
    assert during == "3.350000000000"
    assert waited < 0.5
    copy(3, costs("0.02"))
    assert total(ask) == "0.020000000000"


def test_a_swap_waits_for_a_query_that_ends(copy, ask, address, monkeypatch):
    monkeypatch.setattr(views, "PAUSE_SECONDS", 0.1)
    copy(1)
    with client(address) as slow:
        slow("begin")
        total(slow)
        # Long after the copy, whose views then wait for it on a busy machine, too.
        ends = threading.Timer(4.0, slow, ["rollback"])
        ends.start()
        copied = copy(2, costs("0.01"))
        ends.join()

    assert copied.swap_seconds > 0.5
    assert total(ask) == "0.010000000000"


def test_old_versions_go_but_for_those_that_somebody_reads_from(
    copy, chosen, ask, schemas
):
    """Two are kept; an analyst's view of the first keeps that one too."""
    two = chosen(keep_versions=2)
    copy(1, settings=two)
    ask("create schema bi")
    first = "marts_20261101t060000z_0000000000000001"
    ask(f"create view bi.as_of as select * from {first}.spend")
    copy(2, costs("2.00"), settings=two)
    copy(3, costs("3.00"), settings=two)
    last = copy(4, costs("4.00"), settings=two)

    assert schemas() == [
        first,
        "marts_20261103t060000z_0000000000000003",
        "marts_20261104t060000z_0000000000000004",
    ]
    assert last.retired == ("marts_20261102t060000z_0000000000000002",)
    assert last.notes == (f"{first} is kept, because bi.as_of depends on it",)
    assert ask("select sum(effective_cost)::text from bi.as_of") == [
        ("3.350000000000",)
    ]
    ask("drop view bi.as_of")
    assert copy(5, costs("5.00"), settings=two).retired == (
        first,
        "marts_20261103t060000z_0000000000000003",
    )


def test_what_somebody_put_into_an_old_version_keeps_it(copy, chosen, ask, schemas):
    two = chosen(keep_versions=2)
    copy(1, settings=two)
    first = "marts_20261101t060000z_0000000000000001"
    ask(f"create view {first}.mine as select 1 as a")
    copy(2, settings=two)
    copied = copy(3, settings=two)

    assert first in schemas()
    assert copied.notes == (
        (
            f"{first} is kept: cannot drop schema {first} because other objects depend "
            "on it (SQLSTATE 2BP01)"
        ),
    )
    assert ask(f"select a from {first}.mine") == [(1,)]
    # Its tables are there still: the drop was one transaction.
    assert ask(f"select count(*) from {first}.spend") == [(2,)]


def test_an_old_version_is_shown_again(copy, chosen, version, ask):
    """The version that is shown stays, however old it is."""
    first = version(1, costs("1.00"))
    copy_version(chosen(), first)
    copy(2, costs("2.00"))
    copy(3, costs("3.00"))
    back = copy_version(chosen(keep_versions=2), first)

    assert back.rows == {}
    assert back.retired == ()
    assert total(ask) == "1.000000000000"


def test_two_schemas_of_one_database_know_nothing_of_each_other(
    copy, chosen, ask, schemas
):
    copy(1, costs("1.00"))
    other = chosen(schema_name="marts_test", keep_versions=2)
    for day in (2, 3, 4):
        copy(day, costs("9.00"), settings=other)

    assert schemas() == ["marts_20261101t060000z_0000000000000001"]
    assert total(ask) == "1.000000000000"
    assert ask("select sum(effective_cost)::text from marts_test.spend") == [
        ("9.000000000000",)
    ]
