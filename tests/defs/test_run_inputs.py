"""A run looks once: however many assets read what it is of."""

from collections import Counter

import dagster as dg
import pytest

from pipelines.defs import inputs as defs_inputs
from pipelines.defs.convert import convert_assets
from pipelines.defs.home import home_resource
from pipelines.defs.inputs import inputs_resource
from pipelines.defs.landing import landing_asset
from pipelines.landing.deliveries import record
from pipelines.ledger.files import partition_path
from pipelines.ledger.inputs import scan_inputs


@pytest.fixture
def sources(invent):
    return (invent("acme"), invent("other"))


@pytest.fixture
def calls(monkeypatch):
    """Count how often a run looks at the exports, and reads the record of a look."""
    counted = Counter()
    for name in ("scan_inputs", "load_inputs"):
        made = getattr(defs_inputs, name)

        def count(*arguments, name=name, made=made):
            counted[name] += 1
            return made(*arguments)

        monkeypatch.setattr(defs_inputs, name, count)
    return counted


@pytest.fixture
def run(settings, sources):
    """Run these assets, all of them unless said."""

    def once(selection=None, given=None):
        assets = [landing_asset(settings), *convert_assets(settings, sources)]
        keys = {key for asset in assets for key in asset.keys}
        inputs = inputs_resource(settings, sources, given)
        result = dg.materialize(
            assets,
            instance=dg.DagsterInstance.ephemeral(),
            resources={"home": home_resource(settings, keys), "inputs": inputs},
            selection=selection,
        )
        assert result.success

    return once


@pytest.fixture
def delivered(put):
    put("acme-1.csv", "a\n1\n")
    put("other-1.csv", "a\n1\n")


def test_a_run_that_lands_scans_once_and_converts_what_it_saw(
    settings, sources, delivered, run, calls
):
    run()

    assert calls == {"scan_inputs": 1}
    for source in sources:
        assert partition_path(settings.ledger_dir, source, "2026-08").exists()


def test_a_build_that_has_looked_already_is_not_looked_for_again(
    settings, sources, delivered, run, calls
):
    run(given=scan_inputs(settings, sources))

    assert calls == {}
    for source in sources:
        assert partition_path(settings.ledger_dir, source, "2026-08").exists()


def test_a_run_that_does_not_land_reads_the_record_once(
    settings, sources, delivered, run, calls
):
    seen = scan_inputs(settings, sources)
    record(settings.deliveries_file, seen.landing, sources)

    run(convert_assets(settings, sources))

    assert calls == {"load_inputs": 1}
    for source in sources:
        assert partition_path(settings.ledger_dir, source, "2026-08").exists()


def test_each_run_looks_anew(delivered, run, calls, put):
    run()
    put("acme-1.csv", "a\n22\n", hour=2)
    run()

    assert calls == {"scan_inputs": 2}
