"""A migration scenario as a page: what speaks for it and against it.

Belongs here: words and layout. Every number is of the mart
``fct_migration_scenarios`` of a published version.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import duckdb

OVERVIEW = """
select
    scenario_id as scenario,
    finding,
    effective_cost as "present cost",
    target_cost as "target cost",
    monthly_saving as "saved a month",
    break_even_months as "months to pay back",
    split_part(risk, ':', 1) as risk,
    billing_currency as cur
from fct_migration_scenarios
where is_latest_month
order by (finding = 'saves') desc, monthly_saving desc nulls last, scenario_id
"""
MONTHS = """
select *
from fct_migration_scenarios
where scenario_id = $scenario
order by billing_period_start desc
"""
IDS = "select distinct scenario_id from fct_migration_scenarios order by all"

Row = Mapping[str, object]


class ScenarioError(Exception):
    """There is no such scenario; the message names those that there are."""


def scenario_page(db: duckdb.DuckDBPyConnection, scenario: str) -> str:
    """Write the page of a scenario in Markdown, from its newest closed month.

    Raises:
        ScenarioError: no scenario of the list has the id.
    """
    found = db.execute(MONTHS, {"scenario": scenario})
    names = [column[0] for column in found.description or []]
    months = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    if not months:
        known = [row[0] for row in db.execute(IDS).fetchall()]
        expected = ", ".join(known) or "a list migration_scenarios beside the exports"
        raise ScenarioError(f"no scenario {scenario}; expected one of: {expected}")
    return "\n".join(_page(months)) + "\n"


def _page(months: Sequence[Row]) -> Iterator[str]:
    newest = months[0]
    yield f"# {newest['change']}"
    yield ""
    yield _verdict(newest)
    yield ""
    yield from _comparison(newest)
    yield ""
    yield "## Month by month"
    yield ""
    yield from _history(months)
    yield ""
    yield "## What it takes"
    yield ""
    yield from _terms(newest)
    yield ""
    yield "## What is assumed"
    yield ""
    yield from _assumptions(newest)


def _verdict(row: Row) -> str:
    finding, month = row["finding"], _month(row)
    saving, cost = row["monthly_saving"], row["effective_cost"]
    if not isinstance(saving, Decimal) or not isinstance(cost, Decimal) or not cost:
        return f"**{_sentence(finding)}** in {month}: the saving is unknown."
    if saving <= 0:
        return (
            f"**{_sentence(finding)}**: in {month} it would have cost "
            f"{_money(row, -saving)} more."
        )
    paid_back = row["break_even_months"]
    return (
        f"**{_sentence(finding)}**: {_money(row, saving)} less in {month}, "
        f"{100 * saving / cost:.0f} % of the present cost"
        + (f"; the move pays back in {paid_back:.1f} months." if paid_back else ".")
    )


def _comparison(row: Row) -> Iterator[str]:
    scope = f"{_words(row['scope_type'])} `{row['scope_value']}`"
    then = f"{_count(row['target_unit_count'])} {row['target_instance_type']}"
    place = f", {row['target_region_id']}" if row["target_region_id"] else ""
    lines = [
        (
            "machines",
            f"{_count(row['unit_count'])} ({scope})",
            f"{then} ({row['target_provider_name']}{place})",
        ),
        ("hours", _number(row["machine_hours"]), _number(row["target_machine_hours"])),
        (
            "an hour of one",
            _number(_ratio(row["effective_cost"], row["machine_hours"])),
            f"{_number(row['target_unit_price'])} ({row['price_basis'] or 'no price'})",
        ),
        ("cost", _number(row["effective_cost"]), _number(row["target_cost"])),
    ]
    if row["work_kind"] == "serving":
        lines += [
            (
                "a million tokens",
                _number(row["cost_per_1m_tokens"], 4),
                _number(row["target_cost_per_1m_tokens"], 4),
            ),
            (
                "an answer takes",
                f"{_number(row['latency_ms'], 0)} ms",
                f"{_number(row['target_latency_ms'], 0)} ms{_allowed(row)}",
            ),
        ]
    yield f"| {_month(row)}, {row['billing_currency']} | now | then |"
    yield "|---|---:|---:|"
    for line in lines:
        yield "| " + " | ".join(line) + " |"


def _history(months: Sequence[Row]) -> Iterator[str]:
    yield "| month | present cost | cost then | saved | finding |"
    yield "|---|---:|---:|---:|---|"
    for row in months:
        costs = ("effective_cost", "target_cost", "monthly_saving")
        cells = [_month(row), *(_number(row[cost]) for cost in costs)]
        yield "| " + " | ".join([*cells, str(row["finding"])]) + " |"


def _terms(row: Row) -> Iterator[str]:
    yield f"- The move costs {_money(row, row['migration_cost'] or Decimal(0))} once."
    term = row["commitment_months"]
    yield (
        f"- The new machines have to be paid for {term} months, with work or without."
        if term
        else "- The new machines have no term."
    )
    committed, later = row["committed_cost"], row["monthly_saving_under_commitment"]
    if isinstance(committed, Decimal) and committed > 0 and isinstance(later, Decimal):
        word = "saves" if later > 0 else "costs"
        yield (
            f"- {_money(row, committed)} of the present cost is under a commitment. "
            f"Until that ends, it {word} {_money(row, abs(later))} a month."
        )
    yield f"- Risk: {row['risk'] or 'not known without a price'}."


def _assumptions(row: Row) -> Iterator[str]:
    owner = row["owner_team"] or "its owner"
    yield (
        f"- A new machine does {_number(row['relative_throughput'])} times the work of "
        f"one of now, as {owner} measured it by {row['valid_from']}."
    )
    yield (
        "- Training takes as many hours less as the new machines are faster."
        if row["work_kind"] == "training"
        else "- The new machines are up in every hour that those of now are."
    )
    yield "- Hours that are idle now stay idle, and the work stays that of the month."
    yield "- Traffic between places, tax and people's time are only in it as quoted."


def _sentence(finding: object) -> str:
    return str(finding).capitalize()


def _words(name: object) -> str:
    return str(name).replace("_", " ")


def _month(row: Row) -> str:
    return f"{row['billing_period_start']:%Y-%m}"


def _allowed(row: Row) -> str:
    limit = row["latency_limit_ms"]
    return f" ({_number(limit, 0)} ms allowed)" if limit is not None else ""


def _money(row: Row, amount: object) -> str:
    return f"{_number(amount)} {row['billing_currency']}"


def _count(count: object) -> str:
    return "unknown" if count is None else f"{count} x"


def _ratio(cost: object, quantity: object) -> Decimal | None:
    if isinstance(cost, Decimal) and isinstance(quantity, Decimal) and quantity:
        return cost / quantity
    return None


def _number(value: object, digits: int = 2) -> str:
    return f"{value:,.{digits}f}" if isinstance(value, Decimal) else "unknown"
