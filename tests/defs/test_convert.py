"""An asset of a source: it converts what is stale, and shows every month."""

import dagster as dg
import pytest

from pipelines.defs.convert import convert_assets, source_key, table_key, unchanged
from pipelines.defs.home import PART, home_resource
from pipelines.defs.inputs import inputs_resource
from pipelines.defs.landing import landing_asset
from pipelines.landing.deliveries import load
from pipelines.landing.source import Drop
from pipelines.ledger.files import record_of
from pipelines.publishing.audit import waiting


@pytest.fixture
def acme(invent):
    """Invent a source: a file is named after its month, `acme-2026-08.csv`."""

    def drops(candidates):
        for file in candidates:
            month = file.name.removeprefix("acme-").removesuffix(".csv")
            yield Drop((file,), (month,), "", file.modified)

    amounts = """
        select 1.5 as BilledCost, 1.25 as EffectiveCost, 'USD' as BillingCurrency
        union all select 2, 2, 'USD'
    """
    return invent(drops=drops, select=lambda *_: amounts)


def job_of(settings, source):
    """Give the job that lands, and converts one source."""
    assets = [landing_asset(settings), *convert_assets(settings, [source])]
    keys = {key for asset in assets for key in asset.keys}
    definitions = dg.Definitions(
        assets=assets,
        resources={
            "home": home_resource(settings, keys),
            "inputs": inputs_resource(settings, [source]),
        },
        executor=dg.in_process_executor,
    )
    return definitions.resolve_implicit_global_asset_job_def()


@pytest.fixture
def run(settings, acme):
    """Land and convert; give the result."""

    def once(again=(), selection=()):
        return job_of(settings, acme).execute_in_process(
            instance=dg.DagsterInstance.ephemeral(),
            asset_selection=selection,
            run_config={
                "ops": {"focus__acme": {"config": {"convert_again": list(again)}}}
            },
            raise_on_error=False,
        )

    return once


def shown(result):
    [made] = result.asset_materializations_for_node("focus__acme")
    return {name: value.value for name, value in made.metadata.items()}


def test_each_month_is_a_row_the_newest_first_and_the_whole_source_is_counted(run, put):
    put("acme-2026-08.csv", "a\n1\n")
    put("acme-2025-12.csv", "a\n2\n")

    told = shown(run())

    assert told["months"].splitlines() == [
        "| month | rows | billed_cost | effective_cost | currency |",
        "| --- | --- | --- | --- | --- |",
        "| 2026-08 | 2 | 3.5 | 3.25 | USD |",
        "| 2025-12 | 2 | 3.5 | 3.25 | USD |",
    ]
    assert told["dagster/row_count"] == 4
    assert (told["first month"], told["last month"]) == ("2025-12", "2026-08")
    assert told["converted"] == "2025-12, 2026-08"


def test_only_a_month_whose_delivery_changed_is_converted(run, put):
    put("acme-2026-07.csv", "a\n1\n")
    put("acme-2026-08.csv", "a\n2\n")
    run()

    assert shown(run())["converted"] == "none"

    put("acme-2026-08.csv", "a\n22\n", hour=2)

    assert shown(run())["converted"] == "2026-08"


def test_a_source_without_deliveries_says_so_and_counts_no_rows(run):
    assert shown(run()) == {"note": "no delivery of this source has arrived"}


def test_a_source_that_is_converted_alone_says_that_it_is_a_part(run, put):
    put("acme-2026-08.csv", "a\n1\n")

    assert "note" not in shown(run())
    assert shown(run(selection=[dg.AssetKey(["focus", "acme"])]))["note"] == PART


@pytest.mark.parametrize(
    ("again", "converted"),
    [(["2026-07"], "2026-07"), (["all"], "2026-07, 2026-08")],
)
def test_a_run_may_be_told_to_convert_months_that_did_not_change(
    run, put, settings, again, converted
):
    put("acme-2026-07.csv", "a\n1\n")
    put("acme-2026-08.csv", "a\n2\n")
    run()
    july = record_of(settings.ledger_dir / "focus" / "acme" / "2026-07")
    before = july.stat().st_ino

    assert shown(run(again))["converted"] == converted
    assert july.stat().st_ino != before


def test_a_month_that_the_source_does_not_have_is_refused(run, put):
    put("acme-2026-07.csv", "a\n1\n")
    put("acme-2026-08.csv", "a\n2\n")

    result = run(["2026-09"])

    [failure] = [e for e in result.all_node_events if e.is_step_failure]
    assert failure.step_failure_data.error.cause.message.strip().endswith(
        "acme: convert_again names '2026-09', which no delivery of the source is of; "
        "the months there are: 2026-07, 2026-08"
    )


def test_what_may_be_told_to_a_source_needs_not_be_told(settings, acme):
    """Else "Materialize all" would ask for the configuration of every source."""
    [asset] = convert_assets(settings, [acme])

    assert not asset.op.config_field.is_required


@pytest.mark.parametrize("choice", ["block", "warn"])
def test_the_owner_chooses_whether_a_bad_delivery_stops_a_run(
    put, of_costs, settings, choice
):
    put("acme-1.csv", "cost,x\n1,\n")
    put("acme-2.csv", "cost,x\ntwo,\n")
    landing = settings.landing.model_copy(update={"unrecognized": choice})
    chosen = settings.model_copy(update={"landing": landing})

    result = job_of(chosen, of_costs).execute_in_process(
        instance=dg.DagsterInstance.ephemeral(), raise_on_error=False
    )

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


def test_a_run_leaves_out_idle_sources_and_tables_that_none_but_these_fill(invent):
    acme, bolt = invent("acme"), invent("bolt")

    assert unchanged([acme, bolt], set()) == set()
    assert unchanged([acme, bolt], {"acme"}) == {source_key(acme)}
    assert unchanged([acme, bolt], {"acme", "bolt"}) == {
        source_key(acme),
        source_key(bolt),
        table_key("focus"),
        table_key("focus_conformance"),
    }
