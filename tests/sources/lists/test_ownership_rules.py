"""Ownership rules: dated, one owner each, refused by row and column."""

from datetime import date

import pytest

from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.ownership_rules import OWNERSHIP_RULES

SOURCE = OWNERSHIP_RULES.as_source()

ROW = dict.fromkeys(OWNERSHIP_RULES.header.split(","), "") | {
    "rule_id": "own-1",
    "match_kind": "sub_account",
    "match_pattern": "proj_*",
    "team_name": "marketing",
    "valid_from": "2026-08-01",
}


def file(*changes):
    lines = [OWNERSHIP_RULES.header]
    lines += [",".join((ROW | change).values()) for change in changes]
    return "\n".join(lines) + "\n"


def test_a_rule_is_read_from_the_month_that_it_begins_in(put, convert):
    later = {"rule_id": "own-2", "valid_from": "2026-09-15", "valid_to": "2026-10-01"}
    put("owners.csv", file({}, later))

    rows = convert(SOURCE, "2026-09", "rule_id, team_name, project_name, valid_to")

    assert rows == [("own-2", "marketing", None, date(2026, 10, 1))]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"match_kind": "planet"}, "match_kind is 'planet', expected one of resource"),
        ({"team_name": ""}, "team_name is empty, expected the project's team, or"),
        ({"match_kind": "tag"}, "tag_key is empty, expected the tag's key"),
        ({"is_ai": "yes"}, "is_ai is 'true', expected nothing, unless"),
        ({"valid_to": "2026-08-01"}, "valid_to is '2026-08-01', expected a day after"),
        (
            {"match_kind": "project", "team_name": "", "environment_name": "x"},
            "team_name is empty",
        ),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_row_and_column(
    put, settings, change, said
):
    put("owners.csv", file({}, change | {"rule_id": "own-2"}))
    landing = scan(settings, [SOURCE])

    with pytest.raises(Exception, match=rf"owners\.csv, row 2: {said}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")


def test_two_rules_of_one_id_and_day_are_refused(put, settings):
    put("owners.csv", file({}, {"team_name": "search"}))
    landing = scan(settings, [SOURCE])

    with pytest.raises(Exception, match="expected one that no other row"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")


def test_a_rule_without_a_first_day_is_refused(put, settings):
    put("owners.csv", file({"valid_from": "August"}))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "owners.csv, row 1: valid_from is 'August'" in refusal.reason
