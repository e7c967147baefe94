"""One build looks once: at the exports folder, at each store, and at the registry."""

import shutil
from collections import Counter

import duckdb
import pytest

from pipelines.defs import inputs, run
from pipelines.landing import candidates, mirror
from pipelines.landing import deliveries as landing
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR
from pipelines.sources import registry

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]

CASE = PROJECT_DIR / "tests" / "cases" / "an-1h-cache-writes-block"


@pytest.fixture
def calls(monkeypatch):
    """Count calls of functions, which do what they always do."""
    counted = Counter()

    def watch(module, name):
        made = getattr(module, name)

        def count(*arguments):
            counted[name] += 1
            return made(*arguments)

        monkeypatch.setattr(module, name, count)

    watch(candidates, "files_below")  # the walk of a folder
    watch(mirror, "open_store")  # the listing of a store
    watch(registry, "plan_sources")  # a part of the registry
    watch(run, "scan_inputs")
    watch(inputs, "scan_inputs")
    watch(inputs, "load_inputs")
    watch(landing, "load")
    return counted


def test_one_build_of_a_folder_and_a_store_looks_once_and_publishes_a_correct_bill(
    s3, stored, new_home, build, calls
):
    """The bill of writes for an hour lies in the folder, what was metered in a store.

    10 million inputs at 3, 10 million writes for an hour at 6, a million out at 15:
    30 + 60 + 15 = 105 billed, and as much by what was metered.
    """
    settings = stored(s3)
    new_home(settings.home_dir)
    bill = "cost_report/20261004T020000Z"
    shutil.copytree(CASE / bill, settings.exports_dir / bill)
    metered = "usage/20261004T020000Z/p.json"
    s3.put(metered, (CASE / metered).read_bytes())

    outcome = build(settings)

    assert outcome.published, outcome.why
    assert calls == {
        "files_below": 2,  # the exports folder and the mirror of the store
        "open_store": 1,
        "plan_sources": 1,
        "scan_inputs": 1,
    }
    with duckdb.connect(str(current(settings).database), read_only=True) as db:
        rows = db.execute("""
            select
                token_billed_cost, metered_cost_estimate, metered_unexplained_difference
            from fct_reconciliation_monthly
        """).fetchall()
    assert rows == [(105, 105, 0)]
