"""Which partitions are to be made again, and when that cannot be done whole."""

import duckdb
import pytest

from pipelines.landing.deliveries import load, record, scan
from pipelines.landing.source import Drop, ExportError
from pipelines.ledger.files import partition_path, parts
from pipelines.ledger.partitions import (
    empty_partition,
    write_partition,
)
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
            if item.deliveries:
                write_partition(settings, item.source, item.deliveries, item.period)
            else:
                empty_partition(settings, item.source, item.period)
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


def test_a_conversion_of_a_newer_version_makes_the_period_again(put, catch_up, invent):
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


@pytest.fixture
def price_list(invent):
    """Invent a list of months and prices that its owner edits."""

    def drops(candidates):
        for file in candidates:
            months = [line.split(",")[0] for line in file.path.read_text().split()[1:]]
            yield Drop((file,), tuple(months), "", file.modified)

    def select(_, deliveries, period):
        return (
            f"select price as BilledCost from read_csv('{deliveries[0].files[0]}') "
            f"where month = '{period}'"
        )

    def source(**fields):
        said = {"drops": drops, "select": select, "is_list": True}
        return invent(**said | fields)

    return source


def billed(settings, source, period):
    [path] = parts(partition_path(settings.ledger_dir, source, period))
    with duckdb.connect() as db:
        rows = db.execute(f"select BilledCost from '{path}'").fetchall()
    return [float(cost) for (cost,) in rows]


TWO_MONTHS = "month,price\n2026-07,5\n2026-08,6\n"
ONE_MONTH = "month,price\n2026-08,6\n"


def test_a_month_that_its_owner_took_out_of_a_list_is_emptied(
    put, catch_up, price_list, settings
):
    prices = price_list()
    put("acme.csv", TWO_MONTHS, hour=1)
    catch_up(prices)
    assert billed(settings, prices, "2026-07") == [5]
    put("acme.csv", ONE_MONTH, hour=2)

    catch_up(prices)

    assert billed(settings, prices, "2026-07") == []
    assert billed(settings, prices, "2026-08") == [6]
    assert catch_up(prices) == []
    told = {
        (row["period"], row["status"], row["detail"])
        for row in record(
            settings.deliveries_file, load(settings), [prices]
        ).to_pylist()
    }
    assert told == {
        ("2026-07", "overwritten", "the list has no row of the month now"),
        ("2026-08", "overwritten", "the file has other content now"),
        ("2026-08", "current", ""),
    }


def test_a_month_that_comes_back_into_a_list_is_there_again(
    put, catch_up, price_list, settings
):
    prices = price_list()
    for hour, text in enumerate((TWO_MONTHS, ONE_MONTH, TWO_MONTHS), start=1):
        put("acme.csv", text, hour=hour)
        catch_up(prices)

    assert billed(settings, prices, "2026-07") == [5]


def test_an_export_that_the_next_month_s_takes_the_place_of_keeps_its_month(
    put, catch_up, price_list, settings
):
    bill = price_list(is_list=False)
    put("acme.csv", TWO_MONTHS, hour=1)
    catch_up(bill)
    put("acme.csv", ONE_MONTH, hour=2)

    catch_up(bill)

    assert billed(settings, bill, "2026-07") == [5]


def test_a_list_that_left_the_folder_does_not_take_its_rows_along(
    put, catch_up, price_list, settings
):
    prices = price_list()
    put("acme.csv", TWO_MONTHS, hour=1)
    catch_up(prices)
    (settings.exports_dir / "acme.csv").unlink()

    assert catch_up(prices) == []
    assert billed(settings, prices, "2026-07") == [5]


def test_a_month_of_an_edited_list_and_of_a_lost_one_cannot_be_made_whole(
    put, catch_up, price_list, settings
):
    prices = price_list(restates="rows", select=lambda *_: "select 1.5 as BilledCost")
    put("acme-1.csv", TWO_MONTHS, hour=1)
    put("acme-2.csv", TWO_MONTHS.replace("5", "7"), hour=1)
    catch_up(prices)
    put("acme-1.csv", ONE_MONTH, hour=2)
    (settings.exports_dir / "acme-2.csv").unlink()

    with pytest.raises(ExportError, match=r"acme 2026-07: .*left the exports folder"):
        catch_up(prices)


def test_a_month_whose_unchanged_file_is_of_another_month_now_is_emptied(
    put, catch_up, invent, settings
):
    """As when a newer version reads a month of Beijing as that month."""
    put("acme-1.csv", "a\n1\n")
    catch_up(invent())

    def drops(candidates):
        for file in candidates:
            yield Drop((file,), ("2026-09",), "", file.modified)

    later = invent(drops=drops)
    catch_up(later)

    counts = {}
    with duckdb.connect() as db:
        for period in ("2026-08", "2026-09"):
            [path] = parts(partition_path(settings.ledger_dir, later, period))
            (counts[period],) = db.execute(f"select count(*) from '{path}'").fetchone()
    assert counts["2026-08"] == 0
    assert counts["2026-09"] > 0
    assert catch_up(later) == []
