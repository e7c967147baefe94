"""Which sources are late, by the days that they left between deliveries so far."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.landing.overdue import overdue

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def late(tmp_path):
    """Record deliveries, and say which of `acme` and `globex` are late."""

    def listed(*rows, every=35):
        names, days, statuses = zip(*rows, strict=True)
        times = [datetime.fromisoformat(day) for day in days]
        table = {
            "source_name": names,
            "delivered_at": pa.array(times, pa.timestamp("us")),
            "status": statuses,
        }
        pq.write_table(pa.table(table), tmp_path / "deliveries.parquet")
        found = overdue(tmp_path / "deliveries.parquet", {"acme", "globex"}, every, NOW)
        return [str(one) for one in found]

    return listed


def test_a_source_that_is_late_says_since_when(late):
    # From 1 September to 10 October are 39 days, from then to 30 November 51.
    said = late(
        ("acme", "2026-09-01", "superseded"),
        ("acme", "2026-10-10", "current"),
        ("globex", "2026-11-03", "current"),
    )

    [acme] = said
    assert acme == (
        "acme: the newest delivery is of 2026-10-10, 51 days ago, after 39 days at "
        "most before; fetch the export, or see why none comes"
    )


def test_a_source_that_paused_as_long_before_is_not_late(late):
    rows = (("acme", "2026-07-01", "current"), ("acme", "2026-10-10", "current"))

    assert late(*rows) == []


def test_one_delivery_is_late_after_the_days_that_the_owner_allows(late):
    row = ("acme", "2026-11-20", "current")

    assert late(row, every=10) == []
    [said] = late(row, every=9)
    assert said.startswith("acme: the newest delivery is of 2026-11-20, 10 days ago;")


def test_a_list_and_a_refused_file_are_not_expected_again(late):
    assert late(("budgets", "2026-01-01", "current")) == []
    assert late(("acme", "2026-01-01", "refused")) == []


def test_the_latest_source_comes_first(late):
    said = late(("acme", "2026-09-01", "current"), ("globex", "2026-08-01", "current"))

    assert [one.partition(":")[0] for one in said] == ["globex", "acme"]
