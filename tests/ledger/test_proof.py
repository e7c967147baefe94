"""A ledger is proven by its exports: every month that can be is converted again."""

import os

import pytest

from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.ledger.proof import converted_again


@pytest.fixture
def prove(settings, of_costs):
    """Convert what lies in the exports folder, and prove it; give what was found."""

    def ledger_of(then=lambda path: path):
        landing = scan(settings, [of_costs])
        deliveries = landing.of(of_costs, "2026-08")
        then(write_partition(settings, of_costs, deliveries, "2026-08").path)
        ledger = settings.ledger_dir
        return [*converted_again(settings, ledger, landing, [of_costs])]

    return ledger_of


def test_every_month_of_a_home_that_hashes_persons_is_converted_again(put, prove):
    put("acme-1.csv", "cost\n1.10\n2.25\n")

    [found] = prove()

    assert found.holds
    assert found.subject.startswith("1 of 1 partitions equal the exports")


def test_rows_that_are_not_those_of_the_exports_are_counted(put, prove, settings):
    put("acme-1.csv", "cost\n1.10\n2.25\n")
    path = settings.exports_dir / "acme-1.csv"

    def edit(_):
        """Change a cell so that the file looks as it did."""
        found = path.stat()
        path.write_text("cost\n1.10\n2.26\n")
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))

    [found] = prove(edit)

    assert not found.holds
    assert "1 rows are not in the exports" in found.detail
