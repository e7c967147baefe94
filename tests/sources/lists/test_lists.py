"""What holds for every list that an owner writes, whichever it is."""

import csv
from dataclasses import replace

import pytest

from pipelines.landing.candidates import sniff
from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.registry import all_sources
from pipelines.sources.tables import LISTS, TABLES, types_of

SAMPLES = PROJECT_DIR / "sample_exports"
BY_NAME = {one.name: one for one in LISTS}
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
    # Of seats that have a price the same file is the bill, too.
    bill = ["seats"] if one.name == "coding_seats" else []
    claiming = [s.name for s in sources if s.claims(found)]
    assert claiming == [one.name, *bill]
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


@pytest.fixture
def refused(put, settings):
    """Give what is said of rows of a list that cannot be converted."""

    def said(one, *rows):
        header = one.header.split(",")
        lines = [",".join(row.get(name, "") for name in header) for row in rows]
        put(f"own/{one.name}.csv", "\n".join([one.header, *lines]) + "\n")
        source = one.as_source()
        landing = scan(settings, [source])
        assert landing.refusals == ()
        [period] = landing.periods(source)
        with pytest.raises(ExportError) as error:
            write_partition(settings, source, landing.of(source, period), period)
        return str(error.value)

    return said


def test_a_shared_cost_rule_without_a_pattern_is_refused_by_its_row(refused):
    """The look for circles compared it with others, and ended the whole scan."""
    rule = {"rule_id": "r", "step": "1", "share_kind": "team", "method": "even"}
    rule |= {"target_kind": "team", "target_pattern": "search"}
    rule |= {"valid_from": "2026-08-01"}

    message = refused(BY_NAME["shared_cost_rules"], rule)

    assert "shared_cost_rules.csv, row 1: share_pattern is empty" in message


def test_two_contract_prices_of_one_thing_and_day_are_refused(refused):
    price = {"provider_name": "OpenAI", "model_id": "gpt", "sku_meter": "*"}
    price |= {"processing_tier": "*", "valid_from": "2026-08-01", "contract_id": "C"}
    price |= {"billing_currency": "USD"}
    five, seven = (price | {"price_per_1m_tokens": amount} for amount in "57")

    message = refused(BY_NAME["contract_prices"], five, seven)

    assert "model_id is 'gpt', expected model_id and provider_name and" in message


def test_a_blank_and_what_it_means_are_one_key(refused):
    variant = {
        "provider_name": "self-hosted",
        "model_id": "m",
        "judged_answer_count": "9",
    }
    variant |= {"evaluation_name": "e", "passing_answer_count": "8"}
    variant |= {"valid_from": "2026-08-01"}

    message = refused(
        BY_NAME["model_variants"], variant, variant | {"precision": "unknown"}
    )

    assert "that no other row of that day has" in message


def test_a_time_without_an_end_is_no_time(refused):
    deployment = {"deployment_id": "d", "model_id": "m", "node_name": "n"}
    deployment |= {"valid_from": "2026-08-01", "valid_to": "infinity"}

    message = refused(BY_NAME["deployments"], deployment)

    assert "row 1: valid_to is 'infinity', expected a time like" in message


def test_a_list_with_another_column_is_read_again():
    """Else its rows of before would lack the column, and a build would stop at it."""
    seats = BY_NAME["coding_seats"]
    fewer = replace(seats, derived=seats.derived[:-1])

    assert fewer.as_source().version != seats.as_source().version
    assert seats.as_source().version == seats.as_source().version
