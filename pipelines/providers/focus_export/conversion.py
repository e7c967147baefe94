"""The SELECT of a FOCUS file's rows: every column under its name and type of 1.4."""

from collections.abc import Sequence
from importlib.resources import files

from pipelines.focus.schema import ledger_types
from pipelines.landing.source import Context, Delivery, quoted
from pipelines.providers.focus_export import reading


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the rows of a period from its newest exports."""
    parts = [
        _file(context, delivery, place)
        for delivery in deliveries
        for place in range(len(delivery.files))
    ]
    return (
        f"select * from ({' union all by name '.join(parts)}) "
        f"where strftime(BillingPeriodStart, '%Y-%m') = {quoted(period)}"
    )


def _file(context: Context, delivery: Delivery, place: int) -> str:
    """Read one file of a delivery; rows are numbered through its files."""
    path = delivery.files[place]
    offset = sum(_row_count(context, delivery, earlier) for earlier in range(place))
    columns = reading.columns(context.db, path)
    header, _ = columns[reading.PERIOD_START]
    is_month_first = reading.month_first(context.db, path, header)
    shown = [
        f'{_value(name, header, kind, is_month_first)} as "{name}"'
        for name, (header, kind) in columns.items()
    ]
    sql = files("pipelines.providers.focus_export").joinpath("convert.sql")
    return sql.read_text("utf-8").format(
        cost="BilledCost" if "BilledCost" in columns else "EffectiveCost",
        delivery_id=quoted(delivery.delivery_id),
        offset=offset,
        columns=", ".join(shown),
        relation=reading.relation(path),
    )


def _row_count(context: Context, delivery: Delivery, place: int) -> int:
    counted = context.db.execute(
        f"select count(*) from {reading.relation(delivery.files[place])}"
    ).fetchone()
    return int(counted[0]) if counted else 0


def _value(name: str, header: str, kind: str, is_month_first: bool | None) -> str:
    wanted = ledger_types().get(name, "VARCHAR")
    if wanted == "TIMESTAMP":
        return reading.timestamp(header, is_month_first)
    if wanted.startswith("DECIMAL"):
        return reading.number(header, "focus_row")
    if wanted == "JSON":
        return reading.json_object(header, kind)
    return reading.plain_text(header)
