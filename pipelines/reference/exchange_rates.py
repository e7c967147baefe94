"""Exchange rates into the reporting currency: the ECB's, or a table of the user's.

Rates are looked up here and written as a table; where they are applied is dbt's
business. The ECB's reference rates come with the CurrencyConverter package, so that
no network is needed; its newest day is the day of that package's release.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
from currency_converter import CurrencyConverter, RateNotFoundError

from pipelines.landing.records import write_record
from pipelines.landing.source import ExportError
from pipelines.ledger.files import sql_files
from pipelines.settings import Settings

SCHEMA = pa.schema(
    [
        ("rate_date", pa.date32()),
        ("billing_currency", pa.string()),
        ("reporting_currency", pa.string()),
        ("exchange_rate", pa.decimal128(38, 12)),
        ("quoted_on", pa.date32()),
        ("rate_source", pa.string()),
    ]
)
# The ECB quotes on business days; the longest gap is Easter or New Year.
LONGEST_GAP = timedelta(days=6)
NEEDED = """
select {currency} as currency, {day}::date as day
from read_parquet({files}, union_by_name = true)
where {currency} <> $reporting and {day} is not null
"""
# The tables of the ledger folder with money, and where their rows say which and when.
MONEY_IN = {
    "focus": ("BillingCurrency", "ChargePeriodStart"),
    "business_values": ("currency", "value_date"),
}
USER_RATES = """
select date::date, from_currency, rate::decimal(38, 12)
from read_csv($file, header = true, all_varchar = true)
where to_currency = $reporting
order by all
"""


def record_exchange_rates(settings: Settings) -> pa.Table:
    """Write the rates that charges and business values need; give what was written.

    A day without a rate is left out: dbt's checks name it and block publication.

    Raises:
        ExportError: the user's table of rates cannot be read.
    """
    needed = _needed(settings)
    file = settings.rates_file
    rows = list(
        _from_file(settings, file, needed) if file else _from_ecb(settings, needed)
    )
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    write_record(settings.reference_file("exchange_rates"), table)
    return table


def _needed(settings: Settings) -> list[tuple[str, date]]:
    selects = [
        NEEDED.format(
            files=sql_files(settings.ledger_dir, table),
            currency=currency,
            day=day,
        )
        for table, (currency, day) in MONEY_IN.items()
    ]
    with duckdb.connect() as db:
        return db.execute(
            f"select distinct * from ({' union all '.join(selects)}) order by all",
            {"reporting": settings.currency.reporting},
        ).fetchall()


def _from_ecb(
    settings: Settings, needed: list[tuple[str, date]]
) -> Iterator[dict[str, object]]:
    if not needed:  # reading all the ECB's rates takes half a second
        return iter(())
    converter = CurrencyConverter(decimal=True)
    reporting = settings.currency.reporting

    def quote(currency: str, day: date) -> Decimal | None:
        try:
            return Decimal(converter.convert(1, currency, reporting, date=day))
        except (RateNotFoundError, ValueError):  # no business day, or no such currency
            return None

    return _rows(settings, needed, quote, "ECB")


def _from_file(
    settings: Settings, file: Path, needed: list[tuple[str, date]]
) -> Iterator[dict[str, object]]:
    try:
        with duckdb.connect() as db:
            listed = db.execute(
                USER_RATES,
                {"file": str(file), "reporting": settings.currency.reporting},
            ).fetchall()
    except duckdb.Error as error:
        raise ExportError(
            f"currency: {file}: {error}; expected a CSV with the header "
            "date,from_currency,to_currency,rate"
        ) from error
    rates = {(currency, day): rate for day, currency, rate in listed}
    return _rows(settings, needed, lambda *key: rates.get(key), file.name)


def _rows(
    settings: Settings,
    needed: list[tuple[str, date]],
    quote: Callable[[str, date], Decimal | None],
    rate_source: str,
) -> Iterator[dict[str, object]]:
    """Give each needed day the newest quote up to it; a day without one has no row."""
    for currency, day in needed:
        for back in range(LONGEST_GAP.days + 1):
            quoted_on = day - timedelta(days=back)
            rate = quote(currency, quoted_on)
            if rate is not None:
                yield {
                    "rate_date": day,
                    "billing_currency": currency,
                    "reporting_currency": settings.currency.reporting,
                    "exchange_rate": rate.quantize(Decimal("1e-12")),
                    "quoted_on": quoted_on,
                    "rate_source": rate_source,
                }
                break
