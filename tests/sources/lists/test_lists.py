"""What holds for every list that an owner writes, whichever it is."""

import csv

import pytest

from pipelines.landing.candidates import sniff
from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.registry import all_sources
from pipelines.sources.tables import LISTS, TABLES, types_of

SAMPLES = PROJECT_DIR / "sample_exports"
ALL = pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)


def sample_of(one):
    """Find the example of a list in the sample company's exports."""
    candidates = (sniff(path, SAMPLES) for path in SAMPLES.rglob("*.csv"))
    [found] = [candidate for candidate in candidates if one.claims(candidate)]
    return found


@ALL
def test_the_sample_has_an_example_that_nobody_else_claims(one):
    found = sample_of(one)

    sources = all_sources(Settings())
    assert [s.name for s in sources if s.claims(found)] == [one.name]
    assert set(found.columns) <= {column.name for column in one.columns}


@ALL
def test_a_list_fills_the_table_that_it_declares(one, put, settings):
    """Every row of the example is in the ledger, with the declared columns."""
    found = sample_of(one)
    put(f"own/{one.name}.csv", found.path.read_bytes())
    source = one.as_source()
    landing = scan(settings, [source])
    assert landing.refusals == ()

    rows = sum(
        write_partition(settings, source, landing.of(source, period), period).row_count
        for period in landing.periods(source)
    )

    assert TABLES[one.table.name] == one.table
    assert list(types_of(source.table)) == [c.name for c in one.table.columns]
    with found.path.open(encoding="utf-8", newline="") as file:
        assert rows == len(list(csv.DictReader(file)))


@ALL
def test_a_file_without_a_required_column_is_refused_by_name(one, put, settings):
    """One that no longer shows what it is belongs to nobody, and says so too."""
    header = one.header.split(",")
    required = [c.name for c in one.columns if c.required]
    put("own/list.csv", ",".join(c for c in header if c != required[0]) + "\nx\n")

    [refusal] = scan(settings, [one.as_source()]).refusals

    assert refusal.names == ("own/list.csv",)
    assert one.name in refusal.reason


@ALL
def test_a_cell_is_checked_only_where_it_is_kept(one):
    """A column that is not selected would be left out of the query, and its check."""
    kept = {c.name for c in one.columns if c.stored_as is not None}
    used = {c.name for c in one.columns for made in one.derived if c.name in made.sql}

    assert set(one.all_checks) <= kept | used


@ALL
def test_every_column_says_what_it_means(one):
    assert [c.name for c in one.table.columns if not c.meaning] == []
    assert set(one.key) <= {c.name for c in one.columns}
