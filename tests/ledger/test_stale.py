"""Which partitions are to be made anew, and when that cannot be done whole."""

import pytest

from pipelines.landing.deliveries import load, record, scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.ledger.stale import stale_partitions


@pytest.fixture
def catch_up(settings):
    """Bring the ledger up to the exports folder; give the files it was made of."""

    def build(source):
        scanned = scan(settings, [source])
        record(settings.deliveries_file, scanned, [source])
        landing = load(settings)
        stale = stale_partitions(settings.ledger_dir, landing, [source])
        for item in stale:
            write_partition(settings, item.source, item.deliveries, item.period)
        return [name for item in stale for d in item.deliveries for name in d.names]

    return build


def test_a_new_delivery_is_converted_once(put, catch_up, invent):
    put("acme-1.csv", "a\n1\n")

    assert catch_up(invent()) == ["acme-1.csv"]
    assert catch_up(invent()) == []


def test_a_newer_delivery_of_the_period_replaces_the_older(put, catch_up, invent):
    put("acme-1.csv", "a\n1\n", hour=1)
    catch_up(invent())
    put("acme-2.csv", "a\n2\n", hour=2)

    assert catch_up(invent()) == ["acme-2.csv"]


def test_an_older_delivery_that_arrives_late_replaces_nothing(put, catch_up, invent):
    put("acme-2.csv", "a\n2\n", hour=2)
    catch_up(invent())
    put("acme-1.csv", "a\n1\n", hour=1)

    assert catch_up(invent()) == []


def test_the_same_content_again_changes_nothing(put, catch_up, invent):
    put("acme-1.csv", "a\n1\n", hour=1)
    catch_up(invent())
    put("acme-2.csv", "a\n1\n", hour=2)

    assert catch_up(invent()) == []


def test_a_conversion_of_a_newer_version_makes_the_period_anew(put, catch_up, invent):
    put("acme-1.csv", "a\n1\n")
    catch_up(invent())

    assert catch_up(invent(version=2)) == ["acme-1.csv"]


def test_a_source_of_rows_is_made_of_all_its_deliveries(put, catch_up, invent):
    put("acme-1.csv", "a\n1\n", hour=1)
    catch_up(invent(restates="rows"))
    put("acme-2.csv", "a\n2\n", hour=2)

    assert catch_up(invent(restates="rows")) == ["acme-1.csv", "acme-2.csv"]


def test_exports_that_left_the_folder_do_not_take_their_rows_along(
    put, catch_up, invent
):
    put("acme-1.csv", "a\n1\n", hour=1)
    old = put("acme-2.csv", "a\n2\n", hour=2)
    catch_up(invent(restates="rows"))
    old.unlink()

    assert catch_up(invent(restates="rows")) == []


def test_new_rows_beside_lost_ones_are_an_error_that_says_what_to_do(
    put, catch_up, invent
):
    acme = invent(restates="rows")
    lost = put("acme-1.csv", "a\n1\n", hour=1)
    catch_up(acme)
    lost.unlink()
    put("acme-2.csv", "a\n2\n", hour=2)

    with pytest.raises(ExportError, match=r"acme 2026-08: .*left the exports folder"):
        catch_up(acme)


def test_a_whole_new_delivery_needs_no_lost_one(put, catch_up, invent):
    lost = put("acme-1.csv", "a\n1\n", hour=1)
    catch_up(invent())
    lost.unlink()
    put("acme-2.csv", "a\n2\n", hour=2)

    assert catch_up(invent()) == ["acme-2.csv"]


@pytest.mark.parametrize("restates", ["rows", "period"])
def test_a_file_that_was_written_over_is_converted_again(
    restates, put, catch_up, invent
):
    acme = invent(restates=restates)
    put("acme-1.csv", "a\n1\n", hour=1)
    catch_up(acme)
    put("acme-1.csv", "a\n22\n", hour=2)

    assert catch_up(acme) == ["acme-1.csv"]
