"""The rows behind a number: charges of the ledger, with file and line.

Belongs here: finding the ledger's column for a mart's. Does not belong here: how a
charge is split between owners; the ledger has the whole charge.
"""

from datetime import date

from pipelines.mcp_server.answers import Answer, AskError, Published, nearest, table
from pipelines.mcp_server.catalog import columns
from pipelines.mcp_server.conditions import Where, conditions

LEDGER = "focus"
DAY = "charge_date"
ROWS = """
select
    focus.x_SourceName,
    focus.ChargePeriodStart,
    focus.SubAccountId,
    focus.ServiceName,
    focus.ResourceId,
    focus.SkuMeter,
    focus.ChargeCategory,
    focus.ChargeDescription,
    focus.ConsumedQuantity,
    focus.ConsumedUnit,
    focus.BilledCost,
    focus.EffectiveCost,
    focus.BillingCurrency,
    deliveries.file_names,
    focus.x_SourceRowNumber
from ({chosen}) as focus
left join deliveries
    on
        focus.x_DeliveryId = deliveries.delivery_id
        and strftime(focus.BillingPeriodStart, '%Y-%m') = deliveries.period
order by
    abs(focus.EffectiveCost) desc, abs(focus.BilledCost) desc,
    focus.x_DeliveryId, focus.x_SourceRowNumber, focus.x_SourceRowPart
"""
SUMS = """
select
    BillingCurrency,
    count(*) as charges,
    sum(BilledCost) as billed_cost,
    sum(EffectiveCost) as effective_cost
from ({chosen}) as focus
group by all
order by all
"""


def charges(
    source: Published, where: Where, month: date, limit: int
) -> tuple[Answer, Answer]:
    """Give the sums of all charges that match, and the largest of them.

    Args:
        source: the version.
        where: values by columns of a mart, or of FOCUS.
        month: the first day of the billing month.
        limit: how many charges.

    Raises:
        AskError: the ledger has no such column.
    """
    kinds = {name: kind for name, (kind, _) in columns(source, LEDGER).items()}
    named = {_ledger_name(name, list(kinds)): value for name, value in where.items()}
    found = conditions(named, kinds | {DAY: "date"}, LEDGER)
    chosen = (
        f'select * from (select *, cast(ChargePeriodStart as date) as "{DAY}" '
        f'from "{LEDGER}") where {found.sql("BillingPeriodStart = $month")}'
    )
    values = {**found.values, "month": month}
    sums = source.ask(SUMS.format(chosen=chosen), values)
    rows = source.ask(ROWS.format(chosen=chosen), values, limit)
    return table(sums), table(rows)


def _ledger_name(name: str, known: list[str]) -> str:
    """Find `SubAccountId` by `sub_account_id`, and `x_SourceName` by `source_name`."""
    if name == DAY:
        return DAY
    plain = {_bare(column): column for column in known}
    if _bare(name) not in plain:
        raise AskError(
            f"the ledger has no column for {name!r}; "
            f"{nearest(_bare(name), list(plain))} A charge has no team, project or "
            "workload: fct_showback_daily says which source_name, sub_account_id and "
            "service_name theirs come from"
        )
    return plain[_bare(name)]


def _bare(name: str) -> str:
    return name.removeprefix("x_").replace("_", "").lower()
