"""One build looks once: at the exports folder, at each store, and at the registry."""

from collections import Counter

import pytest

from pipelines.defs import inputs, run
from pipelines.landing import candidates, mirror
from pipelines.landing import deliveries as landing
from pipelines.publishing.audit import read
from pipelines.sources import registry

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]

INVOICES = (
    "invoice_issuer_name,invoice_id,ledger_source,billing_period,billing_currency,"
    "invoice_amount,tax_amount\n"
    "Acme,A-1,aws,2026-08,USD,1.50,0.00\n"
)


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


def test_one_build_scans_lists_and_registers_once(s3, stored, put, build, calls):
    settings = stored(s3)
    s3.put("invoices.csv", INVOICES)
    put("other.csv", INVOICES.replace("A-1", "A-2"))

    build(settings)

    assert calls == {
        "files_below": 2,  # the exports folder and the mirror of the store
        "open_store": 1,
        "plan_sources": 1,
        "scan_inputs": 1,
    }
    # All of the build ran: nothing that comes later looked again.
    assert set(read(settings)["checks"]) >= {"landing", "dbt"}
