"""Seats of coding tools: who holds one, what it costs, and what its holder may spend.

A list has a row per month, tool and user, as the members' page of a tool has it when
the month is billed. Belongs here: the list, and the charges of seats that no bill of a
tool has (``convert.sql``). Does not belong here: seats that a tool's own report bills.
"""

from collections.abc import Sequence

from pipelines.landing.source import Context, Delivery, Source, counted
from pipelines.sources.formats.csv_cells import TYPES, Check
from pipelines.sources.formats.github import address_of
from pipelines.sources.formats.owner_list import Derived, ListColumn, OwnerList
from pipelines.sources.formats.package_files import text_beside

# Who holds a seat, as the tool's own bill has the person.
_USER = (
    "case when contains(user_name, '@') or not starts_with(tool_name, 'GitHub') "
    f"then user_name else {address_of('user_name')} end"
)
_AMOUNTS = ("seat_price", "included_amount", "spend_cap")
CODING_SEATS = OwnerList(
    name="coding_seats",
    description="Who holds a seat of a coding tool, and what may be spent with it.",
    grain="One row per month, tool and user.",
    restates="rows",
    month_of="month",
    key=("month", "tool_name", "user_name"),
    replaced="a newer row has its month, tool and user",
    recognized_by=("month", "tool_name", "user_name", "seat_currency"),
    columns=(
        ListColumn(
            "month",
            TYPES["month"],
            "The month that the seat was held in.",
            required=True,
            stored_as=None,
        ),
        ListColumn(
            "tool_name",
            TYPES["text"],
            "The tool: GitHub Copilot, Cursor, Claude Code, Codex, ...",
            required=True,
        ),
        ListColumn(
            "user_name",
            TYPES["text"],
            "Who holds it: the address or GitHub login that the tool knows.",
            required=True,
            stored_as=None,
        ),
        ListColumn(
            "developer_name",
            TYPES["text"],
            "The address of the person, the same in every tool; blank for user_name.",
            stored_as=None,
        ),
        ListColumn(
            "github_login",
            TYPES["text"],
            "The person's login at GitHub, by which pull requests name their author; "
            "blank where user_name is one.",
            stored_as=None,
        ),
        ListColumn("team_name", TYPES["text"], "The team that the person works in."),
        ListColumn(
            "vendor_name",
            TYPES["text"],
            "Who bills the seat, where that is not called as the tool.",
            blank="tool_name",
        ),
        ListColumn(
            "ledger_source",
            TYPES["text"],
            "The source of the tool's other charges, for one invoice of both; blank "
            "where there are none.",
            blank="'seats'",
        ),
        ListColumn(
            "seat_price",
            TYPES["amount"],
            "What the seat costs in the month; blank where the tool's own report "
            "bills it, as GitHub's does.",
        ),
        ListColumn(
            "seat_currency",
            TYPES["currency"],
            "The currency of all amounts.",
            required=True,
        ),
        ListColumn(
            "included_amount",
            TYPES["amount"],
            "What use the seat includes a month, at list price; blank where unknown.",
        ),
        ListColumn(
            "spend_cap",
            TYPES["amount"],
            "The most that the person may cost in this tool a month, seat included; "
            "blank for no cap.",
        ),
        ListColumn(
            "last_active_on",
            TYPES["date"],
            "When the person last used the tool, as its members' page says; blank "
            "where it does not.",
        ),
    ),
    derived=(
        Derived(
            "billing_period_start",
            "TIMESTAMP",
            "strptime(month, '%Y-%m')",
            "First moment (UTC) of the month.",
        ),
        Derived(
            "user_id",
            "VARCHAR",
            _USER,
            "Who holds the seat, as the tool's bill and logs name the person.",
        ),
        Derived(
            "developer_id",
            "VARCHAR",
            f"coalesce(developer_name, {_USER})",
            "The person, the same in every tool.",
        ),
        Derived(
            "author_id",
            "VARCHAR",
            address_of("github_login"),
            "The person, as pull requests name their author; NULL without a login.",
        ),
    ),
    checks={
        **{name: Check(f"{name} >= 0", "0 or more") for name in _AMOUNTS},
        "seat_price": Check(
            "seat_price is null "
            "or (seat_price >= 0 and not starts_with(tool_name, 'GitHub'))",
            "0 or more, and nothing for GitHub, whose report bills its seats",
        ),
    },
)


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the FOCUS rows of a month: one per seat that the list has a price of."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(seats=_seats(deliveries, period))


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the seats of a month, by why they are no charge."""
    return counted(_seats(deliveries, period), "reason")


def _seats(deliveries: Sequence[Delivery], period: str) -> str:
    return (
        f"select *, {_USER} as user_id, "
        "coalesce(left_out, case when seat_price is null "
        "then 'its price is on the bill of its tool, or unknown' end) as reason "
        f"from ({CODING_SEATS.rows(deliveries, period)})"
    )


SOURCE = Source(
    name="seats",
    table="focus",
    description=(
        "Seats of coding tools that the owner's list has prices of: one charge per "
        "month, tool and user."
    ),
    expected=f"a CSV with the header {CODING_SEATS.header}",
    claims=CODING_SEATS.claims,
    drops=CODING_SEATS.drops,
    select=select,
    tally=tally,
    restates="rows",
    is_list=True,
)
