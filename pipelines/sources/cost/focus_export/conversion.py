"""The SELECT of a FOCUS file's rows: every column under its name and type of 1.4."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.focus.schema import ledger_types
from pipelines.focus.views import price_details_of_1_5
from pipelines.landing.source import Context, Delivery, counted, quoted
from pipelines.sources.cost.focus_export import reading
from pipelines.sources.cost.focus_export.flavours import FLAVOURS, Flavour, repaired
from pipelines.sources.formats.billing_months import month_end, month_start
from pipelines.sources.formats.package_files import text_beside


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the rows of a period from its newest exports."""
    parts = [
        _file(context, delivery, place)
        for delivery in deliveries
        for place in delivery.places
    ]
    return (
        f"select * from ({' union all by name '.join(parts)}) "
        f"where strftime(BillingPeriodStart, '%Y-%m') = {quoted(period)}"
    )


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of a period; none is left out."""
    if all(len(delivery.periods) == 1 for delivery in deliveries):
        return ""
    rows = select(context, deliveries, period)
    return counted(f"select x_DeliveryId as delivery_id from ({rows})")


def _file(context: Context, delivery: Delivery, place: int) -> str:
    """Read one file of a delivery; rows are numbered through its files."""
    path = delivery.files[place]
    earlier = (delivery.files[one] for one in delivery.places if one < place)
    offset = delivery.rows_before + sum(_row_count(context, one) for one in earlier)
    columns = reading.columns(context.db, path)
    name = quoted(delivery.names[place] + ", row ")
    header, _ = columns[reading.PERIOD_START]
    is_month_first = reading.month_first(context.db, path, header)
    shown = [
        f'{_value(column, header, kind, is_month_first, name)} as "{column}"'
        for column, (header, kind) in columns.items()
    ]
    shown += _raw(context, path, columns)
    rows = (
        f"select focus_row, {', '.join(shown)} from "
        f"(select *, row_number() over () as focus_row from {reading.relation(path)})"
    )
    sql = text_beside(__package__, "convert.sql")
    return sql.format(
        cost="BilledCost" if "BilledCost" in columns else "EffectiveCost",
        delivery_id=quoted(delivery.delivery_id),
        offset=offset,
        rows=repaired(
            _in_months(context, rows, columns),
            columns,
            _flavour(context, rows, columns),
        ),
    )


def _in_months(
    context: Context, rows: str, columns: Mapping[str, tuple[str, str]]
) -> str:
    """Give rows whose billing periods are months of UTC, and the exporter's own beside.

    What was said stands in x_BillingPeriodStart and x_BillingPeriodEnd of a file in
    which it differs.
    """
    start = f'"{reading.PERIOD_START}"'
    has_end = reading.PERIOD_END in columns
    end = f'"{reading.PERIOD_END}"' if has_end else "cast(null as timestamp)"
    made = {start: month_start(start, end)}
    if has_end:
        made[end] = month_end(start, end)
    differs = " or ".join(
        f"{sql} is distinct from {name}" for name, sql in made.items()
    )
    found = context.db.execute(f"select bool_or({differs}) from ({rows})").fetchone()
    if not found or not found[0]:
        return rows
    replaced = ", ".join(f"{sql} as {name}" for name, sql in made.items())
    plain = [name.strip('"') for name in made]
    kept = "".join(
        f', "{name}" as "x_{name}"' for name in plain if f"x_{name}" not in columns
    )
    return f"select * replace ({replaced}){kept} from ({rows})"


def _flavour(
    context: Context, rows: str, columns: Mapping[str, object]
) -> Flavour | None:
    """Recognize by its columns and its first row who exported a file."""
    for flavour in FLAVOURS:
        if flavour.needs <= columns.keys():
            matched = context.db.execute(
                f"select {flavour.recognizes} from ({rows}) limit 1"
            ).fetchone()
            if matched and matched[0]:
                return flavour
    return None


def file_rows(context: Context, delivery: Delivery) -> list[int]:
    """Count the rows of each file."""
    return [_row_count(context, delivery.files[place]) for place in delivery.places]


def _row_count(context: Context, path: Path) -> int:
    counted = context.db.execute(
        f"select count(*) from {reading.relation(path)}"
    ).fetchone()
    return int(counted[0]) if counted else 0


def _raw(
    context: Context, path: Path, columns: Mapping[str, tuple[str, str]]
) -> list[str]:
    """Keep what stands in a column of JSON and is none, where the file has such."""
    kept = []
    for name, (header, kind) in columns.items():
        if ledger_types().get(name) != "JSON" or f"x_Raw{name}" in columns:
            continue
        text = reading.raw_json(header, kind)
        found = context.db.execute(
            f"select count({text}) from {reading.relation(path)}"
        ).fetchone()
        if found and found[0]:
            kept.append(f'{text} as "x_Raw{name}"')
    return kept


def _value(
    name: str, header: str, kind: str, is_month_first: bool | None, file: str
) -> str:
    ledger_type = ledger_types().get(name, "VARCHAR")
    place = f"{file} || focus_row"
    if ledger_type == "TIMESTAMP":
        return reading.timestamp(header, is_month_first, place)
    if ledger_type.startswith("DECIMAL"):
        return reading.number(header, place)
    if ledger_type == "JSON":
        read = reading.json_object(header, kind)
        return price_details_of_1_5(read) if name == "SkuPriceDetails" else read
    return reading.plain_text(header, kind)
