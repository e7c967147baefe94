"""Proposed tags: a CSV of what is missing, over nothing that is there already."""

import csv
from decimal import Decimal

import duckdb
import pytest

from pipelines.reports.tag_proposals import write_proposals

MART = """
create table fct_tag_proposals as
select * from (values
    ('aws', 'AWS', 'acc', 'disk-1', 'team', 'search', 'a rule', 'USD', 2.5),
    ('aws', 'AWS', 'acc', 'disk-2', 'team', null, 'nothing', 'USD', 7.25)
) as t (
    source_name, service_provider_name, sub_account_id, resource_id, tag_key,
    proposed_value, proposal_reason, billing_currency, effective_cost
)
"""


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as db:
        db.execute(MART)
    return path


def test_the_dearest_missing_tag_stands_first_and_may_be_blank(database, tmp_path):
    out = tmp_path / "tags.csv"

    assert write_proposals(database, out) == 2

    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["resource_id"], row["proposed_value"]) for row in rows] == [
        ("disk-2", ""),
        ("disk-1", "search"),
    ]
    assert [Decimal(row["effective_cost"]) for row in rows] == [
        Decimal("7.25"),
        Decimal("2.5"),
    ]


def test_a_file_that_somebody_may_have_filled_in_is_kept(database, tmp_path):
    out = tmp_path / "tags.csv"
    out.write_text("mine", "utf-8")

    with pytest.raises(FileExistsError):
        write_proposals(database, out)

    assert out.read_text("utf-8") == "mine"
