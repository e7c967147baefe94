"""Shared-cost rules: steps in order, whole percentages, no circle."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.shared_cost_rules import SHARED_COST_RULES

SOURCE = SHARED_COST_RULES.as_source()

ROW = dict.fromkeys(SHARED_COST_RULES.header.split(","), "") | {
    "rule_id": "platform",
    "step": "1",
    "share_kind": "team",
    "share_pattern": "platform",
    "method": "fixed",
    "target_kind": "team",
    "target_pattern": "search",
    "weight": "60",
    "valid_from": "2026-08-01",
}
REST = {"target_pattern": "marketing", "weight": "40"}


def file(*changes):
    lines = [SHARED_COST_RULES.header]
    lines += [",".join((ROW | change).values()) for change in changes]
    return "\n".join(lines) + "\n"


def test_the_targets_of_a_rule_are_its_rows(put, convert):
    put("shared.csv", file({}, REST))

    assert convert(SOURCE, "2026-08", "step, target_pattern, weight") == [
        (1, "marketing", Decimal(40)),
        (1, "search", Decimal(60)),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (({}, REST | {"weight": "39"}), "weight is '.*', expected percentages"),
        (({}, REST | {"method": "even"}), "method is '.*', expected the same"),
        (({"weight": ""},), "weight is empty, expected percentages"),
        (({"weight": "100", "target_pattern": "*"},), "expected one name"),
        (({"step": "0"},), "step is '0', expected a whole number of 1"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_row_and_column(
    put, settings, changes, said
):
    put("shared.csv", file(*changes))
    landing = scan(settings, [SOURCE])

    with pytest.raises(Exception, match=rf"shared\.csv, row [12]: .*{said}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")


BACK = {
    "rule_id": "back",
    "step": "2",
    "share_pattern": "search",
    "target_pattern": "platform",
    "weight": "100",
}


@pytest.mark.parametrize(
    "changes",
    [
        ({}, REST, BACK),
        ({}, REST, BACK | {"step": "1"}),
        ({"target_pattern": "platform", "weight": "100"},),
        ({"share_pattern": "p*"}, REST, BACK | {"share_pattern": "support"}),
    ],
)
def test_sharing_in_a_circle_is_refused(put, settings, changes):
    put("shared.csv", file(*changes))

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "target_pattern is 'platform', whose costs step 1 shares" in refusal.reason


@pytest.mark.parametrize(
    "change",
    [
        # What the first rule gives to search, the second gives on: no circle.
        {"target_pattern": "stores"},
        # The first rule has ended when the second begins.
        {"valid_from": "2026-10-01"},
    ],
)
def test_a_later_step_may_share_what_an_earlier_one_gave(put, settings, change):
    ends = {"valid_to": "2026-10-01"}
    put("shared.csv", file(ends, REST | ends, BACK | change))

    assert scan(settings, [SOURCE]).refusals == ()
