"""One bad delivery is one bad delivery: the others of its month are in the ledger."""

import dagster as dg
import duckdb
import pytest

from pipelines.defs.convert import convert_assets
from pipelines.defs.home import home_resource
from pipelines.defs.inputs import inputs_resource
from pipelines.defs.landing import landing_asset
from pipelines.landing.deliveries import load, record, scan
from pipelines.landing.source import Drop
from pipelines.ledger.conversion import convert, forget_refused, refused_in
from pipelines.ledger.stale import stale_partitions
from pipelines.publishing.audit import waiting


@pytest.fixture
def acme(invent):
    """Invent a source: a file holds costs, and each file is a scope of its own."""

    def drops(candidates):
        for file in candidates:
            yield Drop((file,), ("2026-08",), file.name, file.modified)

    def select(_context, deliveries, _period):
        return " union all ".join(
            f"select '{delivery.delivery_id}' as x_DeliveryId, "
            "row_number() over () as x_SourceRowNumber, 1 as x_SourceRowPart, "
            "coalesce(try_cast(cost as decimal(38, 12)), "
            f"error('{name}, row 1: cost is ' || cost || ', expected a number')) "
            "as BilledCost, "
            "'USD' as BillingCurrency "
            f"from read_csv('{path}', all_varchar = true)"
            for delivery in deliveries
            for path, name in zip(delivery.files, delivery.names, strict=True)
        )

    return invent(drops=drops, select=select)


@pytest.fixture
def converted(settings, acme):
    """Land and convert; give the costs in the ledger, and what was refused."""

    def costs():
        landing = scan(settings, [acme])
        record(settings.deliveries_file, landing, [acme])
        forget_refused(settings.ledger_dir, acme)
        for item in stale_partitions(settings.ledger_dir, landing, [acme]):
            convert(settings, item)
        refused = {one.names: one.reason for one in refused_in(settings.ledger_dir)}
        files = f"{settings.ledger_dir}/focus/acme/*.parquet"
        if not list(settings.ledger_dir.glob("focus/acme/*.parquet")):
            return [], refused
        with duckdb.connect() as db:
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


@pytest.fixture
def run(acme):
    """Run the assets of a source; give the result."""

    def once(settings):
        assets = [landing_asset(settings), *convert_assets(settings, [acme])]
        keys = {key for asset in assets for key in asset.keys}
        definitions = dg.Definitions(
            assets=assets,
            resources={
                "home": home_resource(settings, keys),
                "inputs": inputs_resource(settings, [acme]),
            },
            executor=dg.in_process_executor,
        )
        job = definitions.resolve_implicit_global_asset_job_def()
        return job.execute_in_process(
            instance=dg.DagsterInstance.ephemeral(), raise_on_error=False
        )

    return once


@pytest.mark.parametrize("choice", ["block", "warn"])
def test_the_owner_chooses_whether_it_stops_a_run(put, run, settings, choice):
    put("acme-1.csv", "cost,x\n1,\n")
    put("acme-2.csv", "cost,x\ntwo,\n")
    landing = settings.landing.model_copy(update={"unrecognized": choice})
    chosen = settings.model_copy(update={"landing": landing})

    result = run(chosen)

    assert result.success == (choice == "warn")
    reasons = waiting(chosen, "")
    assert bool(reasons) == (choice == "block")
    assert all(
        "acme-2.csv, row 1: cost is two, expected a number" in reason
        for reason in reasons
    )
    assert {d.names for d in load(chosen).deliveries} == {
        ("acme-1.csv",),
        ("acme-2.csv",),
    }
