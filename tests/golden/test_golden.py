"""Every metric of a month that was worked out by hand."""

import csv
import re
import sys
from pathlib import Path

import pytest

from pipelines.settings import PROJECT_DIR

sys.path.insert(0, str(Path(__file__).parent))
import golden

METRICS = list(golden.metrics())
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database(tmp_path_factory, new_home):
    return golden.build(new_home(tmp_path_factory.mktemp("golden") / "home"))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_is_what_was_worked_out_by_hand(metric, database):
    assert golden.got(database, metric) == metric.expected


def test_every_working_that_is_arithmetic_gives_what_is_expected():
    """A slip of the pen is a slip in the test."""
    for metric in METRICS:
        sum_of = re.match(r"[-+x/(). 0-9M]+$", metric.working)
        if sum_of and metric.expected is not None:
            said = metric.working.replace("x", "*").replace(" M", "*1000000")
            assert round(eval(said), 9) == round(float(metric.expected), 9), metric


def test_names_are_unique_and_the_page_has_every_metric():
    page = (PROJECT_DIR / "docs" / "golden-ledger.md").read_text("utf-8")

    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert [m.name for m in METRICS if f"| {m.name} |" not in page] == []


def test_the_file_of_expectations_has_no_empty_working():
    with (golden.HERE / "expected.csv").open() as file:
        assert all(row["working"] for row in csv.DictReader(file))
