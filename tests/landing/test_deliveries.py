"""The record of deliveries: each content once, and what became of every one."""

import gzip
import io
import json
import zipfile

import pytest

from pipelines.landing.deliveries import load, record, scan
from pipelines.landing.source import Drop


@pytest.fixture
def land(settings):
    """Scan and record; give the record's rows, by file name."""

    def rows(*sources):
        landing = scan(settings, sources)
        table = record(settings.deliveries_file, landing, sources)
        return {", ".join(row["file_names"]): row for row in table.to_pylist()}

    return rows


def test_the_same_content_twice_is_one_delivery_and_a_copy(put, land, invent, settings):
    acme = invent()
    put("acme-1.csv", "a\n1\n")
    put("acme-2.csv", "a\n1\n")

    rows = land(acme)

    assert len(scan(settings, [acme]).deliveries) == 1
    assert rows["acme-1.csv"]["status"] == "current"
    assert rows["acme-2.csv"]["status"] == "copy"
    assert rows["acme-2.csv"]["detail"] == "same content as acme-1.csv"


def test_a_delivery_keeps_its_id_wherever_it_lies(put, land, invent, settings):
    acme = invent()
    path = put("acme-1.csv", "a\n1\n")
    before = land(acme)["acme-1.csv"]["delivery_id"]
    path.rename(settings.exports_dir / "acme-moved.csv")

    assert land(acme)["acme-moved.csv"]["delivery_id"] == before


def test_a_newer_delivery_of_a_period_supersedes_the_older(put, land, invent):
    put("acme-1.csv", "a\n1\n", hour=1)
    put("acme-2.csv", "a\n2\n", hour=2)

    rows = land(invent())

    assert rows["acme-1.csv"]["status"] == "superseded"
    assert rows["acme-2.csv"]["status"] == "current"


def test_a_delivery_whose_file_left_is_gone_and_keeps_its_row(put, land, invent):
    acme = invent()
    path = put("acme-1.csv", "a\n1\n")
    before = land(acme)["acme-1.csv"]
    path.unlink()

    after = land(acme)["acme-1.csv"]

    assert after["status"] == "gone"
    assert after["detail"] == "no longer in the exports folder"
    assert after["delivery_id"] == before["delivery_id"]


def test_a_delivery_whose_file_was_written_over_is_not_gone(
    put, land, invent, settings
):
    acme = invent()
    put("acme-1.csv", "a\n1\n")
    first = land(acme)["acme-1.csv"]["delivery_id"]
    put("acme-1.csv", "a\n22\n")

    land(acme)

    record_after = load(settings)
    assert [d.delivery_id for d in record_after.deliveries] != [first]
    assert record_after.lost == frozenset()


def test_the_day_that_a_delivery_was_first_seen_is_kept(put, land, invent):
    acme = invent()
    put("acme-1.csv", "a\n1\n")
    first = land(acme)["acme-1.csv"]["first_seen_at"]

    assert land(acme)["acme-1.csv"]["first_seen_at"] == first


def test_a_file_that_nobody_knows_is_refused_in_one_sentence(put, land, invent):
    put("odd/thing.csv", "day,cost,x\n1,2,3\n")
    put("odd/rows.csv", "someone@example.com,12\n")

    rows = land(invent(), invent("globex"))

    todo = (
        "take it out of the exports, name it in .unitmillignore there, or map its "
        "vendor with a plan"
    )
    assert rows["odd/thing.csv"]["status"] == "refused"
    assert rows["odd/thing.csv"]["detail"] == (
        f"no source recognizes it (csv with day, cost); {todo}"
    )
    # A first row that is no header is not repeated.
    assert rows["odd/rows.csv"]["detail"] == f"no source recognizes it; {todo}"


def test_a_file_that_is_almost_an_export_names_the_source_that_it_is_near(
    put, land, invent
):
    put("bill.csv", "usage_day,cost,team\n1,2,3\n")
    near = invent("globex", expected="CSV of globex (usage_day, cost, account, ...)")

    row = land(invent(), near)["bill.csv"]

    assert row["detail"] == (
        "no source recognizes it (csv with usage_day, cost, team); the nearest is "
        "globex: CSV of globex (usage_day, cost, account, ...)"
    )


def test_a_header_that_lacks_a_column_of_a_list_says_which(put, land, invent):
    put("bill.csv", "usage_day,cost,team\n1,2,3\n")
    near = invent("globex", expected="a CSV with the header usage_day,cost,account")

    row = land(invent(), near)["bill.csv"]

    assert row["detail"] == (
        "no source recognizes it (csv with usage_day, cost, team); the nearest is "
        "globex: a CSV with the header usage_day,cost,account; missing here: account"
    )


@pytest.mark.parametrize(
    ("packed", "status"), [("gzip", "current"), ("zip", "refused")]
)
def test_a_file_that_is_packed_as_its_source_does_not_read_it_is_to_be_unpacked(
    put, land, invent, packed, status
):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("bill.csv", "a\n1\n")
    put(
        "acme-bill.csv.gz",
        stream.getvalue() if packed == "zip" else gzip.compress(b"a\n1\n"),
    )

    row = land(invent())["acme-bill.csv.gz"]

    assert row["status"] == status
    assert ("acme does not read zip files; unpack it" in row["detail"]) == (
        packed == "zip"
    )


def test_a_file_that_two_sources_claim_is_refused_by_both_names(put, land, invent):
    put("acme-1.csv", "a\n1\n")

    row = land(invent(), invent("acm"))["acme-1.csv"]

    assert row["status"] == "refused"
    assert row["detail"] == "claimed by acme and acm; expected one source"


def test_a_damaged_file_is_refused_and_the_good_ones_are_current(put, land, invent):
    put("acme-1.csv", "a\n1\n")
    put("acme-2.gz", b"\x1f\x8bbroken")

    rows = land(invent())

    assert rows["acme-1.csv"]["status"] == "current"
    assert rows["acme-2.gz"]["status"] == "refused"
    assert "acme-2.gz: unreadable" in rows["acme-2.gz"]["detail"]


def test_a_refused_file_that_was_mended_is_refused_no_more(put, land, invent):
    acme = invent()
    put("acme-1.gz", b"\x1f\x8bbroken")
    land(acme)
    put("acme-1.gz", "a\n1\n")

    assert [row["status"] for row in land(acme).values()] == ["current"]


def test_the_record_reads_back_as_the_landing_that_it_was_made_of(
    put, land, invent, settings
):
    def two_months(candidates):
        for file in candidates:
            yield Drop((file,), ("2026-08", "2026-09"), "report", file.modified)

    acme = invent(drops=two_months)
    put("acme-1.csv", "a\n1\n")
    land(acme)

    landing = scan(settings, [acme])

    recorded = load(settings)
    assert recorded.deliveries == landing.deliveries
    assert recorded.periods(acme) == ["2026-08", "2026-09"]


@pytest.mark.parametrize(
    "memory", ["", "{", "[]", "7", '{"acme-1.csv": "x"}', '{"acme-1.csv": [1]}']
)
def test_a_damaged_memory_of_hashes_costs_time_and_nothing_else(
    memory, put, invent, settings
):
    put("acme-1.csv", "a\n1\n")
    before = scan(settings, [invent()]).deliveries
    settings.hashes_file.write_text(memory)

    assert scan(settings, [invent()]).deliveries == before
    assert "acme-1.csv" in json.loads(settings.hashes_file.read_text())
