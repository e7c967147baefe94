"""Which days are asked for, worked out by hand."""

from datetime import UTC, date, datetime

import pytest

from pipelines.fetching.vendor import Report, Span, only_page
from pipelines.fetching.windows import due_days, first_day, lost_days, spans


def report(**fields):
    return Report(
        **{"name": "costs", "ask": None, "after": only_page, "rows": len} | fields
    )


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text):
    return date.fromisoformat(text)


def span(first, end):
    return Span(day(first), day(end))


def test_without_a_pull_every_complete_day_is_due_and_today_is_not():
    due = due_days(report(), day("2026-08-29"), at("2026-09-02T23:59:00"), [])

    assert [f"{d:%m-%d}" for d in due] == ["08-29", "08-30", "08-31", "09-01"]


def test_a_day_is_asked_again_until_it_is_settled():
    """Of 4 days of settling: on the 20th, the 15th ended four days ago at midnight."""
    asked = [(span("2026-09-01", "2026-09-19"), at("2026-09-19T06:00:00"))]

    due = due_days(report(), day("2026-09-01"), at("2026-09-20T06:00:00"), asked)

    # The 15th to the 18th were asked for before they were final, the 19th never.
    assert [d.day for d in due] == [15, 16, 17, 18, 19]


def test_a_day_that_was_asked_for_after_it_was_settled_is_not_asked_again():
    asked = [(span("2026-08-01", "2026-09-19"), at("2026-09-19T06:00:00"))]

    due = due_days(report(), day("2026-08-01"), at("2026-09-19T18:00:00"), asked)

    # Of the 14th the end was four days before the pull, of the 15th it was not.
    assert [d.day for d in due] == [15, 16, 17, 18]


@pytest.mark.parametrize(
    ("now", "first_due"),
    [
        # August is final for the pull of September 1st but for its last days ...
        ("2026-09-01T18:00:00", "2026-08-28"),
        # ... and once more all of it on the 2nd, the 5th and the 10th.
        ("2026-09-02T00:00:00", "2026-08-01"),
    ],
)
def test_a_month_is_asked_for_once_more_when_vendors_close_it(now, first_due):
    asked = [(span("2026-08-01", "2026-09-01"), at("2026-09-01T06:00:00"))]

    assert due_days(report(), day("2026-08-01"), at(now), asked)[0] == day(first_due)


def test_a_month_is_never_asked_again_after_the_last_closing_day():
    asked = [(span("2026-08-01", "2026-09-01"), at("2026-09-10T00:00:00"))]
    now = at("2027-03-01T06:00:00")

    assert due_days(report(), day("2026-08-01"), now, asked)[0] == day("2026-09-01")


def test_no_question_is_of_two_months_or_longer_than_the_vendor_allows():
    days = due_days(report(), day("2026-08-30"), at("2026-10-03T06:00:00"), [])

    assert spans(report(longest=20), days, day("2026-10-03")) == [
        span("2026-08-30", "2026-09-01"),
        span("2026-09-01", "2026-09-21"),
        span("2026-09-21", "2026-10-01"),
        span("2026-10-01", "2026-10-03"),
    ]


def test_days_that_are_not_due_are_in_no_question():
    found = spans(
        report(), [day("2026-09-01"), day("2026-09-03")], today=day("2026-09-09")
    )

    assert found == [
        span("2026-09-01", "2026-09-02"),
        span("2026-09-03", "2026-09-04"),
    ]


def test_a_report_of_months_is_asked_for_the_whole_month_up_to_yesterday():
    days = [day("2026-08-31"), day("2026-09-02")]

    assert spans(report(unit="month"), days, day("2026-09-05")) == [
        span("2026-08-01", "2026-09-01"),
        span("2026-09-01", "2026-09-05"),
    ]


def test_what_the_vendor_does_not_keep_is_not_asked_for_and_is_named():
    kept = report(reach_days=30)
    now = at("2026-10-10T06:00:00")
    asked = [(span("2026-08-20", "2026-09-05"), at("2026-09-05T06:00:00"))]

    assert due_days(kept, day("2026-09-01"), now, [])[0] == day("2026-09-10")
    assert lost_days(kept, day("2026-09-01"), now, asked) == [
        span("2026-09-05", "2026-09-10")
    ]


def test_without_a_choice_two_months_before_this_one_are_wanted():
    assert first_day("", at("2027-01-31T23:00:00")) == day("2026-11-01")
    assert first_day("2026-08", at("2027-01-31T23:00:00")) == day("2026-08-01")
