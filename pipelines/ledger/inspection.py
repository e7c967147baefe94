"""What a folder of exports would become: landed and converted, and nothing kept.

Belongs here: totals of each source, month and currency, and what is to be known about
them. Does not belong here: how it is shown (``cli``). It is the landing and conversion
of every build, into a home that its caller throws away.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from pipelines.landing.deliveries import scan
from pipelines.landing.landed import Landing, Refusal, few_of
from pipelines.landing.source import Delivery, Source
from pipelines.ledger.conversion import convert
from pipelines.ledger.files import partition_path, partitions, parts, sql_list
from pipelines.ledger.stale import Stale, stale_partitions
from pipelines.ledger.tally import left_out
from pipelines.settings import Settings
from pipelines.sources.tables import types_of

# Names of files that a note shows before it only counts.
_SHOWN = 3
_SUMMED = ("DECIMAL", "BIGINT", "HUGEINT", "DOUBLE", "INTEGER")
# Numbers that say where a row is from, not how much of something there is.
_NO_QUANTITIES = {"source_row_number"}


@dataclass(frozen=True, slots=True)
class Month:
    """What one source has of one month, in one currency.

    Attributes:
        source: its name.
        table: the table that it fills.
        period: the month, '2026-08'.
        row_count: the rows in the ledger.
        billed_cost: their sum; None of a table that is no bill.
        effective_cost: their sum.
        currency: the billing currency.
        unknown_cost_count: rows without a billed cost, which no sum has.
        sums: of a table that is no bill, the sum of each numeric column; None where
            no row has a value.
        deliveries: those that the month is made of, oldest first.
    """

    source: str
    table: str
    period: str
    row_count: int
    billed_cost: Decimal | None = None
    effective_cost: Decimal | None = None
    currency: str | None = None
    sums: dict[str, object] = field(default_factory=dict)
    deliveries: tuple[Delivery, ...] = ()
    unknown_cost_count: int = 0


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is in a folder.

    Attributes:
        landing: the files, as they were recognized.
        months: what the ledger would have, by source, period and currency.
        refusals: what cannot be used, at landing or at conversion.
        notes: what is to be known besides: copies, older runs, rows left out.
    """

    landing: Landing
    months: tuple[Month, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]


def inspect(settings: Settings, sources: Sequence[Source]) -> Inspection:
    """Land and convert everything below the exports folder.

    Args:
        settings: whose home is empty, and thrown away afterwards.
        sources: the registry.

    Raises:
        ExportError: the exports folder cannot be read.
    """
    landing = scan(settings, sources)
    stale = stale_partitions(settings.ledger_dir, landing, sources)
    refusals = list(landing.refusals)
    with ThreadPoolExecutor(settings.threads) as pool:
        for refused in pool.map(lambda item: convert(settings, item), stale):
            refusals += [one.refusal() for one in refused]
    months = [month for item in stale for month in _months(settings, item)]
    return Inspection(
        landing,
        tuple(sorted(months, key=_order)),
        tuple(dict.fromkeys(refusals)),
        (
            *_unknown_costs(months),
            *_notes(landing, sources),
            *_rows_left_out(settings, landing),
        ),
    )


def _order(month: Month) -> tuple[bool, str, str, str]:
    is_usage = month.table != "focus"
    return is_usage, month.source, month.period, month.currency or ""


def _months(settings: Settings, item: Stale) -> Iterator[Month]:
    """Sum a partition up; of a bill by currency, since currencies are not added."""
    files = parts(partition_path(settings.ledger_dir, item.source, item.period))
    if not files:
        return
    with duckdb.connect() as db:
        rows = f"from read_parquet({sql_list(files)}, union_by_name = true)"
        place = item.source.name, item.source.table, item.period
        if item.source.table == "focus":
            found = db.execute(
                "select count(*), sum(BilledCost), sum(EffectiveCost), "
                "BillingCurrency, count_if(BilledCost is null) "
                f"{rows} group by BillingCurrency order by BillingCurrency"
            ).fetchall()
            for count, billed, effective, currency, unknown in found:
                costs = billed, effective, currency
                yield Month(*place, count, *costs, {}, item.deliveries, unknown)
            return
        names = [
            name
            for name, kind in types_of(item.source.table).items()
            if kind.startswith(_SUMMED) and name not in _NO_QUANTITIES
        ]
        sums = ", ".join(f'sum("{name}")' for name in names)
        count, *values = db.execute(
            f"select {', '.join(filter(None, ['count(*)', sums]))} {rows}"
        ).fetchall()[0]
        summed = dict(zip(names, values, strict=True))
        yield Month(*place, count, sums=summed, deliveries=item.deliveries)


def _unknown_costs(months: Iterable[Month]) -> Iterator[str]:
    """Say how many charges have no billed cost: unknown, and not 0."""
    for month in months:
        if count := month.unknown_cost_count:
            rows = "row has" if count == 1 else "rows have"
            yield (
                f"{month.source} {month.period}: {count} {rows} no BilledCost; it is "
                "unknown, and in no sum"
            )


def _notes(landing: Landing, sources: Sequence[Source]) -> Iterator[str]:
    """Say what became of deliveries that do not count, or not in full, and why."""
    if passed_over := landing.passed_over():
        yield passed_over
    for copy, original in landing.copies:
        named = few_of(copy.names, _SHOWN)
        yield f"{named}: the same content as {original}, counted once"
    for delivery, reason in landing.not_chosen:
        yield f"{few_of(delivery.names, _SHOWN)}: not counted, {reason}"
    for source in sources:
        for period in landing.periods(source):
            yield from _notes_of_month(landing, source, period)


def _notes_of_month(landing: Landing, source: Source, period: str) -> Iterator[str]:
    current = landing.of(source, period)
    is_replaced = False
    for delivery, status, days in landing.statuses(source, period):
        place = f"{source.name} {period}: {few_of(delivery.names, _SHOWN)}"
        if status == "current":
            continue
        is_replaced = True
        if status == "superseded":
            same = (d for d in current if d.scope == delivery.scope)
            newer = max((d.delivered_at, d.names[0]) for d in same)[1]
            yield f"{place}: not counted, a newer delivery replaces it, such as {newer}"
        else:
            left = few_of(days, _SHOWN)
            yield f"{place}: only {left} counted, a newer delivery has the rest"
    if is_replaced and any(d.ordered_by == "file date" for d in current):
        yield (
            f"{source.name} {period}: only the dates of the files say which delivery "
            "is the newer one; a download or a copy without its dates changes them"
        )


def _rows_left_out(settings: Settings, landing: Landing) -> Iterator[str]:
    """Say how many rows are not in the ledger as rows of their own, by reason."""
    if not partitions(settings.ledger_dir):
        return
    source_of = {d.delivery_id: d.source for d in landing.deliveries}
    with duckdb.connect() as db:
        found = db.execute(
            "select delivery_id, period, reason, row_count "
            f"from ({left_out(settings.ledger_dir)})"
        ).fetchall()
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for delivery_id, period, reason, count in found:
        counts[source_of.get(delivery_id, delivery_id), reason][period] += count
    for (source, reason), months in sorted(counts.items()):
        first, last = min(months), max(months)
        span = first if first == last else f"{first} to {last}"
        total = sum(months.values())
        rows = "row" if total == 1 else "rows"
        yield f"{source} {span}: {total:,} {rows} left out: {reason}"
