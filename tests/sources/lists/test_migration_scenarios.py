"""The owner's list of migration scenarios, by row and column, and the page of one."""

from decimal import Decimal

import duckdb
import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.publishing.versions import current
from pipelines.reports.migration_scenario import ScenarioError, scenario_page
from pipelines.sources.lists.migration_scenarios import MIGRATION_SCENARIOS

SOURCE = MIGRATION_SCENARIOS.as_source()

ROW = dict.fromkeys(MIGRATION_SCENARIOS.header.split(","), "") | {
    "scenario_id": "to-h100",
    "change": "Training goes to H100",
    "scope_type": "machine_type",
    "scope_value": "p4d.24xlarge",
    "target_provider_name": "Ferrum",
    "target_instance_type": "h100x8",
    "target_unit_price": "23.92",
    "currency": "USD",
    "relative_throughput": "2.4",
    "commitment_months": "6",
    "valid_from": "2026-10-20",
}


def file(*changes):
    lines = [MIGRATION_SCENARIOS.header]
    lines += [",".join((ROW | change).values()) for change in changes]
    return "\n".join(lines) + "\n"


def test_a_trade_is_read_from_the_month_of_its_numbers(put, convert):
    put("list.csv", file({}, {"valid_from": "2026-11-02"}))

    columns = "scenario_id, target_unit_price, relative_throughput, commitment_months"
    assert convert(SOURCE, "2026-10", columns) == [
        ("to-h100", Decimal("23.92"), Decimal("2.4"), 6)
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"relative_throughput": "0"}, "relative_throughput"),
        ({"relative_throughput": ""}, "relative_throughput"),
        ({"scope_type": "rack"}, "scope_type"),
        ({"target_unit_price": "-1"}, "target_unit_price"),
        ({"target_unit_count": "0"}, "target_unit_count"),
        ({"currency": "dollars"}, "currency"),
    ],
)
def test_a_wrong_cell_names_file_and_column(change, named, put, settings):
    put("list.csv", file(change))
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=rf"list\.csv, row 1: {named}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")


def test_an_id_stands_once_on_a_day(put, settings):
    put("list.csv", file({}, {"change": "Another one"}))
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=r"list\.csv, row 1: scenario_id"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")


@pytest.fixture
def published(sample_settings):
    with duckdb.connect(
        str(current(sample_settings).database), read_only=True
    ) as database:
        yield database


@pytest.mark.slow
def test_the_page_of_a_trade_says_what_it_saves_and_what_is_assumed(published):
    page = scenario_page(published, "second-node-to-ferrum")

    # 172 hours at 21.957642, beside 172 / 2.4 hours at 23.92.
    assert "**Saves**: 2,062.45 USD less in 2026-10, 55 % of the present cost" in page
    assert "the move pays back in 1.5 months" in page
    assert "| cost | 3,776.71 | 1,714.27 |" in page
    assert "- A new machine does 2.40 times the work of one of now" in page


@pytest.mark.slow
def test_the_page_tells_that_a_commitment_is_paid_on(published):
    page = scenario_page(published, "pretraining-to-ferrum")

    assert "**Saves after the commitment**: 6,409.52 USD less" in page
    assert "11,762.27 USD of the present cost is under a commitment" in page
    assert "it costs 5,352.75 USD a month" in page


@pytest.mark.slow
def test_a_scenario_that_is_slower_than_it_may_is_no_saving(published):
    page = scenario_page(published, "answers-to-l40s")

    assert "**Not the same performance**" in page
    assert "3,400 ms (3,000 ms allowed)" in page


@pytest.mark.slow
def test_an_unknown_scenario_names_those_that_there_are(published):
    with pytest.raises(
        ScenarioError, match="no scenario gone; expected one of: answer"
    ):
        scenario_page(published, "gone")


@pytest.mark.slow
def test_the_command_lists_trades_and_writes_a_page_once(
    command, sample_settings, tmp_path
):
    path = tmp_path / "scenario.md"
    call = ("scenarios", "answers-to-a10g", "--output", str(path))

    listed = command("scenarios", settings=sample_settings)
    first = command(*call, settings=sample_settings)
    again = command(*call, settings=sample_settings)

    assert "second-node-to-ferrum" in listed.stdout
    assert first.returncode == 0
    assert "**Saves nothing**: in 2026-10 it would have cost 796.38 USD more." in (
        path.read_text("utf-8")
    )
    assert again.returncode == 2
    assert "expected the name of a new file" in again.stderr
