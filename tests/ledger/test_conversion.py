"""One bad delivery is one bad delivery: the others of its month are in the ledger."""

import duckdb
import pytest
from in_memory import asked

from pipelines.landing.deliveries import record, scan
from pipelines.ledger.conversion import convert, forget_refused, refused_in
from pipelines.ledger.stale import stale_partitions


@pytest.fixture
def converted(settings, of_costs):
    """Land and convert; give the costs in the ledger, and what was refused."""

    def costs():
        landing = scan(settings, [of_costs])
        record(settings.deliveries_file, landing, [of_costs])
        forget_refused(settings.ledger_dir, of_costs)
        for item in stale_partitions(settings.ledger_dir, landing, [of_costs]):
            convert(settings, item)
        refused = {one.names: one.reason for one in refused_in(settings.ledger_dir)}
        files = f"{settings.ledger_dir}/focus/acme/*/*.parquet"
        if not list(settings.ledger_dir.glob("focus/acme/*/*.parquet")):
            return [], refused
        with asked() as db:
            rows = db.execute(f"select BilledCost from '{files}' order by 1").fetchall()
        return [int(cost) for (cost,) in rows], refused

    return costs


def test_a_bad_delivery_is_refused_and_the_others_are_converted(put, converted):
    put("acme-1.csv", "cost,x\n1,\n")
    put("acme-2.csv", "cost,x\ntwo,\n")
    put("acme-3.csv", "cost,x\n4,\n")

    costs, refused = converted()

    assert costs == [1, 4]
    assert refused == {
        (
            "acme-2.csv",
        ): "acme 2026-08: acme-2.csv, row 1: cost is two, expected a number"
    }


def test_it_is_tried_again_and_forgotten_when_it_is_right(put, converted):
    put("acme-1.csv", "cost,x\n1,\n")
    put("acme-2.csv", "cost,x\ntwo,\n")
    assert converted()[0] == [1]
    assert converted()[0] == [1]
    put("acme-2.csv", "cost,x\n2,\n")

    assert converted() == ([1, 2], {})


def test_a_month_whose_only_delivery_is_bad_stays_as_it_was(put, converted):
    put("acme-1.csv", "cost,x\n1,\n", hour=1)
    assert converted()[0] == [1]
    put("acme-1.csv", "cost,x\none,\n", hour=2)

    costs, refused = converted()

    assert costs == [1]
    assert list(refused) == [("acme-1.csv",)]


def test_a_conversion_that_is_interrupted_refuses_no_file(put, settings, invent):
    def select(*_):
        raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")

    acme = invent(select=select)
    put("acme-1.csv", "cost\n1\n")
    landing = scan(settings, [acme])
    (item,) = stale_partitions(settings.ledger_dir, landing, [acme])

    with pytest.raises(duckdb.InterruptException):
        convert(settings, item)

    assert refused_in(settings.ledger_dir) == []
