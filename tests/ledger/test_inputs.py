"""What a build is of: one value that says what is stale and what cannot be made."""

import pytest

from pipelines.landing.deliveries import record
from pipelines.landing.source import ExportError
from pipelines.ledger.inputs import load_inputs, scan_inputs
from pipelines.ledger.partitions import write_partition


@pytest.fixture
def acme(invent):
    return invent(restates="rows")


@pytest.fixture
def other(invent):
    return invent("other")


@pytest.fixture
def lost(settings, put, acme):
    """Let Acme's ledger hold rows of a file that is gone, beside those of a new one."""
    file = put("acme-1.csv", "a\n1\n", hour=1)
    inputs = scan_inputs(settings, [acme])
    record(settings.deliveries_file, inputs.landing, inputs.sources)
    for item in inputs.stale_of(acme):
        write_partition(settings, acme, item.deliveries, item.period)
    file.unlink()
    put("acme-2.csv", "a\n2\n", hour=2)


def test_what_was_recorded_is_what_was_seen(settings, put, acme, other):
    put("acme-1.csv", "a\n1\n")
    put("other-1.csv", "a\n1\n")
    seen = scan_inputs(settings, [acme, other])
    record(settings.deliveries_file, seen.landing, seen.sources)

    assert load_inputs(settings, [acme, other]) == seen
    assert [item.period for item in seen.stale_of(acme)] == ["2026-08"]
    assert {item.source.name for item in seen.stale} == {"acme", "other"}


def test_a_month_that_cannot_be_made_whole_stops_a_build(settings, lost, acme, other):
    inputs = scan_inputs(settings, [acme, other])

    with pytest.raises(ExportError, match=r"acme 2026-08: .*left the exports folder"):
        inputs.require_complete()


def test_a_month_that_cannot_be_made_whole_leaves_other_sources_alone(
    settings, put, lost, acme, other
):
    put("other-1.csv", "a\n1\n")
    inputs = scan_inputs(settings, [acme, other])

    assert [item.period for item in inputs.stale_of(other)] == ["2026-08"]
    with pytest.raises(ExportError, match="acme 2026-08"):
        inputs.stale_of(acme)
