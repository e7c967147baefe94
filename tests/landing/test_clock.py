"""What cannot have come yet is refused by naming the clock; next month may be here."""

import os
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from pipelines.defs.home import home_resource
from pipelines.defs.inputs import inputs_resource
from pipelines.defs.landing import DELIVERIES, ON_TIME, landing_asset
from pipelines.landing import clock
from pipelines.landing.deliveries import record, scan
from pipelines.landing.source import Drop

MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    """Set the machine's clock."""

    def set_to(time):
        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return time.astimezone(tz)

        monkeypatch.setattr(clock, "datetime", Clock)

    return set_to


@pytest.fixture
def dated(invent):
    """Invent a source whose files are called after their month: acme-2026-12.csv."""

    def source(**fields):
        def drops(candidates):
            for file in candidates:
                month = file.name.removeprefix("acme-").removesuffix(".csv")
                yield Drop((file,), (month,), month, file.modified)

        return invent("acme", drops=drops, **fields)

    return source


@pytest.fixture
def put(settings):
    """Put a bill of a month into the exports, dated by the file system."""

    def write(month, modified):
        path = settings.exports_dir / f"acme-{month}.csv"
        path.write_text("a\n1\n")
        os.utime(path, (modified.timestamp(),) * 2)

    return write


def test_a_bill_of_the_month_that_has_not_begun_is_there_before_and_after_midnight(
    settings, dated, put, at
):
    """A build that began half a minute before midnight sees what one after it sees."""
    put("2026-12", MIDNIGHT - timedelta(hours=1))
    looks = []
    for seconds in (-30, 30):
        at(MIDNIGHT + timedelta(seconds=seconds))
        looks.append(scan(settings, [dated()]))

    before, after = looks
    assert before.deliveries == after.deliveries
    assert [d.periods for d in before.deliveries] == [("2026-12",)]
    assert (before.refusals, after.refusals) == ((), ())


@pytest.mark.parametrize("month", ["2027-01", "2027-10", "2099-12"])
def test_a_bill_of_a_later_month_is_refused_by_naming_the_clock(
    settings, dated, put, at, month
):
    put(month, MIDNIGHT - timedelta(hours=1))
    at(MIDNIGHT - timedelta(seconds=1))

    [refusal] = scan(settings, [dated()]).refusals

    assert refusal.sentence == (
        f"acme: acme-{month}.csv: has rows of {month}, and by this machine's clock it "
        "is 2026-11-30; expected months up to 2026-12; correct the file's dates or the "
        "clock, and give what is only planned as a budget"
    )


def test_a_list_of_its_owner_speaks_of_years_to_come(settings, dated, put, at):
    put("2028-01", MIDNIGHT)
    at(MIDNIGHT)

    landing = scan(settings, [dated(is_list=True)])

    assert landing.refusals == ()
    assert len(landing.deliveries) == 1


def test_a_file_from_the_future_hides_no_later_one(settings, dated, put, at):
    put("2026-10", datetime(2199, 1, 1, tzinfo=UTC))
    put("2026-11", MIDNIGHT + timedelta(hours=14))  # of another zone, or a slow clock
    at(MIDNIGHT)

    landing = scan(settings, [dated()])

    [refusal] = landing.refusals
    assert "acme-2026-10.csv: is dated 2199-01-01 (file date)" in refusal.sentence
    assert "by this machine's clock it is 2026-12-01" in refusal.sentence
    assert [d.names for d in landing.deliveries] == [("acme-2026-11.csv",)]


def test_a_clock_that_was_set_back_refuses_nothing_that_was_seen(
    settings, dated, put, at
):
    put("2026-11", MIDNIGHT - timedelta(days=1))
    at(MIDNIGHT)
    source = dated()
    record(settings.deliveries_file, scan(settings, [source]), [source])
    at(datetime(2020, 1, 1, tzinfo=UTC))

    landing = scan(settings, [source])

    assert landing.refusals == ()
    assert len(landing.deliveries) == 1


def test_a_clock_that_was_set_back_is_a_warning_of_the_run(settings, dated, put, at):
    put("2026-11", MIDNIGHT - timedelta(days=1))
    source = dated()
    checks = []
    for time in (MIDNIGHT, datetime(2020, 1, 1, tzinfo=UTC)):
        at(time)
        done = dg.materialize(
            [landing_asset(settings)],
            resources={
                "home": home_resource(settings, {DELIVERIES}),
                "inputs": inputs_resource(settings, [source]),
            },
        )
        checks += [
            check
            for check in done.get_asset_check_evaluations()
            if check.check_name == ON_TIME.name
        ]

    assert [check.passed for check in checks] == [True, False]
    assert checks[1].description.startswith(
        "this machine's clock says 2020-01-01, and a delivery was seen here on "
        "2026-12-01 already; set the clock right"
    )


def test_a_new_home_on_a_machine_whose_clock_starts_in_1970_names_the_clock(
    settings, dated, put, at
):
    put("2026-11", MIDNIGHT)
    at(datetime(1970, 1, 1, tzinfo=UTC))

    [refusal] = scan(settings, [dated()]).refusals

    assert "by this machine's clock it is 1970-01-01" in refusal.sentence


@pytest.mark.parametrize(
    ("today", "month"),
    [("2026-11-30", "2026-12"), ("2026-12-31", "2027-01"), ("2027-01-01", "2027-02")],
)
def test_the_next_month_is_that_of_the_calendar(today, month):
    by = datetime.fromisoformat(today).replace(tzinfo=UTC)

    assert clock._next_month(by) == month
