"""Seats of coding tools: each a charge once, and the same person in every tool."""

from decimal import Decimal

import pytest

from pipelines.landing.persons import persons_of
from pipelines.landing.source import ExportError
from pipelines.sources.lists.coding_seats import CODING_SEATS
from pipelines.sources.lists.coding_seats import SOURCE as CHARGES

SOURCE = CODING_SEATS.as_source()
HEADER = (
    "month,tool_name,user_name,developer_name,github_login,team_name,ledger_source,"
    "seat_price,seat_currency,included_amount,spend_cap,last_active_on\n"
)
CURSOR = (
    "2026-09,Cursor,dev-1@example.com,,octo-a,web,cursor,40,USD,20,150,2026-09-29\n"
)
COPILOT = "2026-09,GitHub Copilot,octo-a,dev-1@example.com,,web,,,USD,,,\n"


def test_a_person_is_the_same_in_every_tool(put, convert, settings):
    put("seats.csv", HEADER + CURSOR + COPILOT)

    rows = convert(SOURCE, "2026-09", "tool_name, user_id, developer_id, author_id")

    persons = persons_of(settings)
    dev = persons.word("dev-1@example.com")
    login = persons.word("octo-a@users.noreply.github.com")
    assert rows == [
        ("Cursor", dev, dev, login),
        ("GitHub Copilot", login, dev, None),
    ]


def test_a_seat_with_a_price_is_a_charge_and_one_on_a_bill_is_not(
    put, convert, reasons, settings
):
    put("seats.csv", HEADER + CURSOR + COPILOT)

    rows = convert(
        CHARGES,
        "2026-09",
        "BilledCost, ChargeCategory, ServiceName, x_SourceName, Tags ->> '$.team', "
        "Tags ->> '$.user', ChargePeriodEnd::varchar",
    )

    said = ("Purchase", "Cursor", "cursor", "web")
    dev = persons_of(settings).word("dev-1@example.com")
    assert rows == [(Decimal(40), *said, dev, "2026-10-01 00:00:00")]
    assert reasons() == {"its price is on the bill of its tool, or unknown": 1}


def test_a_newer_list_corrects_a_seat(put, convert):
    put("a.csv", HEADER + CURSOR, hour=1)
    put("b.csv", HEADER + CURSOR.replace(",40,", ",32,"), hour=2)

    assert convert(CHARGES, "2026-09", "BilledCost") == [(Decimal(32),)]


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (CURSOR.replace(",40,", ",-1,"), "seat_price is '-1"),
        (COPILOT.replace(",,,USD", ",,19,USD"), "whose report bills its seats"),
        (CURSOR.replace(",150,", ",-5,"), "spend_cap is '-5"),
    ],
)
def test_a_seat_that_cannot_be_is_refused(put, convert, row, wanted):
    put("seats.csv", HEADER + row)

    with pytest.raises(ExportError) as caught:
        convert(SOURCE, "2026-09", "*")

    assert wanted in str(caught.value)
