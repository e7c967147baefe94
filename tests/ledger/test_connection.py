"""One DuckDB serves many conversions, and no conversion sees what is not its own."""

import pytest
from in_memory import asked

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.connection import release
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings


@pytest.fixture
def reading(invent):
    """Invent a source of acme*.csv that reads it into a table unless that is there."""

    def source(name, family):
        def select(context, deliveries, _):
            (path,) = deliveries[0].files
            context.db.execute(
                "create temp table if not exists lines as "
                f"select price, uuid()::varchar as x_Reading from read_csv('{path}')"
            )
            return "select price as BilledCost, x_Reading from lines"

        claims = {"claims": lambda file: file.name.startswith("acme")}
        return invent(name=name, family=family, select=select, **claims)

    return source


@pytest.fixture
def converted(settings):
    """Convert a source's August; give the one price in it, and which reading it is."""

    def price(source, home=settings):
        deliveries = scan(home, [source]).of(source, "2026-08")
        path = write_partition(home, source, deliveries, "2026-08").files[0]
        with asked() as db:
            (row,) = db.execute(
                f"select BilledCost::double, x_Reading from '{path}'"
            ).fetchall()
        return row

    return price


def test_sources_of_one_family_read_a_file_once(reading, converted, put):
    put("acme.csv", "price\n1.5\n")

    assert converted(reading("hours", "acme")) == converted(reading("days", "acme"))


def test_a_source_does_not_see_the_tables_of_another(reading, converted, put):
    put("acme.csv", "price\n1.5\n")

    readings = {
        converted(reading("hours", "acme")),
        converted(reading("other", "others")),
        converted(reading("alone", "")),
        converted(reading("lonely", "")),
    }

    assert [price for price, _ in readings] == [1.5] * 4


def test_a_file_with_other_content_is_read_again(reading, converted, put):
    put("acme.csv", "price\n1.5\n")
    first, _ = converted(reading("hours", "acme"))

    put("acme.csv", "price\n22.5\n")

    second, _ = converted(reading("days", "acme"))
    assert (first, second) == (1.5, 22.5)


def test_a_conversion_that_fails_leaves_nothing_to_the_next(reading, converted, put):
    put("acme.csv", "price\nten\n")
    with pytest.raises(ExportError, match="'ten' is not a number"):
        converted(reading("hours", "acme"))

    put("acme.csv", "price\n10\n", hour=1)

    assert converted(reading("days", "acme"))[0] == 10


def test_what_is_given_back_is_read_again(reading, converted, put):
    put("acme.csv", "price\n1.5\n")
    _, first = converted(reading("hours", "acme"))

    release()

    assert converted(reading("days", "acme"))[1] != first


def test_another_home_has_a_duckdb_of_its_own(
    reading, converted, put, settings, tmp_path
):
    put("acme.csv", "price\n1.5\n")
    there = Settings(exports=settings.exports_dir, home=tmp_path / "there")
    _, here = converted(reading("hours", "acme"))

    assert converted(reading("days", "acme"), there)[1] != here
